import { type ReactNode, useEffect, useRef } from "react";

/** A page's first heading, by which its tab, the history and a screen reader name it too. */
export function PageTitle({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${heading.current?.textContent ?? ""} · Trunkline`;
  });
  return (
    <h1 dir="auto" ref={heading}>
      {children}
    </h1>
  );
}
