import type { ReactNode } from "react";

type Props = {
  hasMore: boolean;
  isBusy: boolean;
  onMore: () => void;
  /** The words on the button. */
  more?: string;
  /** How far was looked, where that is less than everything. */
  children?: ReactNode;
};

/** Goes on with a list that is read page by page. */
export function Pager({ hasMore, isBusy, onMore, more = "Show more", children }: Props) {
  if (!hasMore && !children) return null;
  return (
    <div className="row">
      {hasMore && (
        <button type="button" className="second" disabled={isBusy} onClick={onMore}>
          {isBusy ? "Reading …" : more}
        </button>
      )}
      {children && <span className="quiet">{children}</span>}
    </div>
  );
}
