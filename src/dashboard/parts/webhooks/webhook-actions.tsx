import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import {
  useChangeWebhook,
  useDeleteWebhook,
  useRotateSecret,
  useTestWebhook,
  type Webhook,
} from "../../queries/webhooks.ts";
import { Confirm } from "../confirm.tsx";
import { Dialog } from "../dialog.tsx";
import { useNotice } from "../notices.tsx";
import { OverlapChoice } from "../overlap-choice.tsx";
import { Problem } from "../problem.tsx";
import { hasEnded } from "./fare.ts";
import { SecretOnce } from "./secret-once.tsx";
import { Tried } from "./tried.tsx";

/** What can be done with a webhook as a whole: try it, pause or resume it, give it a new secret, end it. */
export function WebhookActions({ webhook }: { webhook: Webhook }) {
  const [open, setOpen] = useState<"rotate" | "delete" | "test" | null>(null);
  const change = useChangeWebhook(webhook.webhook_id);
  const notify = useNotice();
  const close = () => setOpen(null);
  const deprecate = webhook.is_active;
  function turn() {
    const endless = !deprecate && hasEnded(webhook, Date.now()) ? { valid_until: -1 } : {};
    change.mutate(
      { deprecate, ...endless },
      { onSuccess: () => notify(deprecate ? "The webhook is paused." : "The webhook hears again.") },
    );
  }
  return (
    <>
      <button type="button" disabled={!webhook.is_active} onClick={() => setOpen("test")}>
        Send a test event
      </button>
      <button type="button" className="second" disabled={change.isPending} onClick={turn}>
        {deprecate ? "Pause" : "Resume"}
      </button>
      <button type="button" className="second" onClick={() => setOpen("rotate")}>
        Rotate the secret
      </button>
      <button type="button" className="danger" onClick={() => setOpen("delete")}>
        Delete
      </button>
      <Problem error={change.error} />
      {open === "test" && <TestEvent webhookId={webhook.webhook_id} onClose={close} />}
      {open === "rotate" && <RotateSecret webhookId={webhook.webhook_id} onClose={close} />}
      {open === "delete" && <DeleteWebhook webhook={webhook} onClose={close} />}
    </>
  );
}

type WindowProps = { webhookId: string; onClose: () => void };

function TestEvent({ webhookId, onClose }: WindowProps) {
  const { mutate, data, error, isPending } = useTestWebhook(webhookId);
  return (
    <Dialog title="Send a test event" onClose={onClose}>
      <p>
        An event <code>webhook.test</code>, signed like all others and posted once, now. It names no message, stands in
        no log, and counts for nothing in the webhook's health.
      </p>
      {data !== undefined && !isPending && <Tried tried={data} />}
      <Problem error={error} />
      <div className="row end">
        <button type="button" disabled={isPending} onClick={() => mutate()}>
          {isPending ? "Waiting for the answer …" : data === undefined ? "Send it" : "Send another"}
        </button>
      </div>
    </Dialog>
  );
}

function RotateSecret({ webhookId, onClose }: WindowProps) {
  const { mutate, data, error, isPending } = useRotateSecret(webhookId);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    mutate(Number(new FormData(event.currentTarget).get("overlap")));
  }
  if (data !== undefined) {
    return (
      <Dialog title="The new secret" onClose={onClose}>
        <SecretOnce secret={data.signing_secret} />
        <div className="row end">
          <button type="button" onClick={onClose}>
            I have it: close
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="Rotate the secret" onClose={onClose}>
      <form onSubmit={submit}>
        <p>While both last, every delivery carries a signature by each: a receiver that knows either accepts it.</p>
        <OverlapChoice label="The old secret signs on for" />
        <Problem error={error} />
        <div className="row end">
          <button type="submit" disabled={isPending}>
            {isPending ? "Making it …" : "Make a new secret"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function DeleteWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useDeleteWebhook(webhook.webhook_id, () => navigate({ to: "/webhooks" }));
  const owed = webhook.owed ?? 0;
  return (
    <Confirm
      title="Delete this webhook?"
      action="Delete the webhook"
      name={webhook.webhook_url}
      isBusy={isPending}
      error={error}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      <p>
        {owed === 0
          ? "Nothing is owed to it."
          : `${owed.toLocaleString("en")} deliveries that it is still owed are not sent.`}{" "}
        Its secret ends. Paused instead, it could be resumed and hear what it missed.
      </p>
    </Confirm>
  );
}
