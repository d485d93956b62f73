import type { FormEvent } from "react";
import { useChangeWebhook, type Webhook } from "../../queries/webhooks.ts";
import { Dialog } from "../dialog.tsx";
import { useNotice } from "../notices.tsx";
import { Problem } from "../problem.tsx";
import { HearingFields, readHearing } from "./hearing-fields.tsx";

/** Changes what a webhook hears. Its URL stays: another address is another webhook. */
export function ChangeWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { mutate, error, isPending } = useChangeWebhook(webhook.webhook_id);
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    mutate(readHearing(new FormData(event.currentTarget)), {
      onSuccess: () => {
        notify("The webhook hears so from the next event on.");
        onClose();
      },
    });
  }
  return (
    <Dialog title="What this webhook hears" onClose={onClose}>
      <form onSubmit={submit}>
        <HearingFields webhook={webhook} />
        <Problem error={error} />
        <div className="row end">
          <button type="submit" disabled={isPending}>
            {isPending ? "Saving …" : "Save"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
