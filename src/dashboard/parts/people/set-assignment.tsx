import type { FormEvent } from "react";
import { useSetAssignment } from "../../queries/people.ts";
import { Dialog } from "../dialog.tsx";
import { Select, TextField } from "../field.tsx";
import { useNotice } from "../notices.tsx";
import { readAddress } from "../phone-number.tsx";
import { Problem } from "../problem.tsx";

type Props = { apiKeyId: string; numbers: readonly { phone_number: string }[]; onClose: () => void };

/** Ties one contact to one number of the pool. */
export function SetAssignment({ apiKeyId, numbers, onClose }: Props) {
  const { mutate, error, isPending } = useSetAssignment(apiKeyId);
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate(
      { contact: String(form.get("contact")).trim(), phone_number: String(form.get("number")) },
      {
        onSuccess: () => {
          notify("The contact stays with that number.");
          onClose();
        },
      },
    );
  }
  return (
    <Dialog title="Tie a contact to a number" onClose={onClose}>
      <form onSubmit={submit}>
        <TextField label="Contact" name="contact" required placeholder="+15551234567" autoComplete="off" />
        <Select
          label="Stays with"
          name="number"
          options={numbers.map(({ phone_number: value }) => ({ value, label: readAddress(value).words }))}
          hint="It outweighs what the person did last: from now on this number writes to them."
        />
        <Problem error={error} />
        <div className="row end">
          <button type="submit" disabled={isPending || numbers.length === 0}>
            {isPending ? "Tying …" : "Tie"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
