import type { FormEvent } from "react";
import { TextField } from "../field.tsx";

type Props = { found: string; onFind: (contact: string) => void };

/** Looks for one contact by its whole number; nothing at all shows everybody again. */
export function FindContact({ found, onFind }: Props) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onFind(String(new FormData(event.currentTarget).get("contact")).trim());
  }
  return (
    <search>
      <form className="filters" onSubmit={submit} onReset={() => onFind("")}>
        <TextField
          label="Contact"
          name="contact"
          type="search"
          placeholder="A whole number: +15551234567"
          autoComplete="off"
        />
        <button type="submit" className="second">
          Find
        </button>
        {found !== "" && (
          <button type="reset" className="second">
            Show everybody
          </button>
        )}
      </form>
    </search>
  );
}
