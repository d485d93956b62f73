import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { Icon } from "./icon.tsx";

type Props = { title: string; children: ReactNode; onClose: () => void };

/** A window over the page. It stands while it is rendered; Escape asks to close it, and the focus returns to where it came from. */
export function Dialog({ title, children, onClose }: Props) {
  const place = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const { current } = place;
    const before = document.activeElement;
    current?.showModal();
    return () => {
      current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={place}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" className="icon" onClick={onClose}>
          <Icon name="close" />
          <span className="hidden-words">Close this window</span>
        </button>
      </div>
      {children}
    </dialog>
  );
}
