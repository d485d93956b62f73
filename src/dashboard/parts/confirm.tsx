import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { Problem } from "./problem.tsx";

type Props = {
  title: string;
  /** What follows, in full sentences. */
  children: ReactNode;
  /** The word on the button that does it. */
  action: string;
  /** What must be typed before something is destroyed that does not come back. */
  name?: string;
  isBusy: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before something is done that does not come back: says what follows and, where a name is given, has it typed. */
export function Confirm({ title, children, action, name, isBusy, error, onConfirm, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const isMeant = name === undefined || typed.trim() === name.trim();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isMeant && !isBusy) onConfirm();
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        {name !== undefined && (
          <TextField
            label={
              <>
                Type <bdi className="mono">{name}</bdi> to confirm
              </>
            }
            value={typed}
            autoComplete="off"
            onChange={({ target }) => setTyped(target.value)}
          />
        )}
        <Problem error={error} />
        <div className="row end">
          <button type="button" className="second" onClick={onClose}>
            Leave it as it is
          </button>
          <button type="submit" className="danger" disabled={!isMeant || isBusy}>
            {isBusy ? "Working …" : action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
