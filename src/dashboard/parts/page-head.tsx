import type { ReactNode } from "react";
import { PageTitle } from "./page-title.tsx";

type Props = { title: ReactNode; children?: ReactNode; actions?: ReactNode };

/** A page's name, one line on what it is for, and what can be done on it as a whole. */
export function PageHead({ title, children, actions }: Props) {
  return (
    <div className="page-head">
      <div>
        <PageTitle>{title}</PageTitle>
        {children && <p className="quiet">{children}</p>}
      </div>
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}
