import { type FormEvent, useState } from "react";
import { useAddSender } from "../queries/integrations.ts";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { useNotice } from "./notices.tsx";
import { Problem } from "./problem.tsx";

/** Adds a sender that Twilio does not list among its phone numbers. */
export function AddSender({ integrationId }: { integrationId: string }) {
  const [isOpen, setOpen] = useState(false);
  const { mutate, error, isPending, reset } = useAddSender(integrationId);
  const notify = useNotice();
  function close() {
    reset();
    setOpen(false);
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const address = String(new FormData(event.currentTarget).get("address")).trim();
    mutate(address, {
      onSuccess: ({ phone_number: added }) => {
        notify(`${added} is added. Paste the addresses below at Twilio, then assign it to a key.`);
        close();
      },
    });
  }
  return (
    <>
      <button type="button" className="link" onClick={() => setOpen(true)}>
        Add a WhatsApp sender, an RCS agent or a short code
      </button>
      {isOpen && (
        <Dialog title="Add a sender" onClose={close}>
          <p>Twilio lists these nowhere, so the gateway cannot set their webhooks: paste them at Twilio yourself.</p>
          <form onSubmit={submit}>
            <TextField
              label="Sender"
              name="address"
              required
              className="mono"
              placeholder="whatsapp:+15551234567"
              hint="whatsapp: and a number with its plus, rcs: and an agent's id, or the digits of a short code."
            />
            <Problem error={error} />
            <div className="row end">
              <button type="submit" disabled={isPending}>
                {isPending ? "Adding …" : "Add"}
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
