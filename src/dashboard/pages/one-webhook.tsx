import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { Attempts } from "../parts/webhooks/attempts.tsx";
import { ChangeWebhook } from "../parts/webhooks/change-webhook.tsx";
import { Replay } from "../parts/webhooks/replay.tsx";
import { VerifySamples } from "../parts/webhooks/verify-samples.tsx";
import { WebhookActions } from "../parts/webhooks/webhook-actions.tsx";
import { WebhookFacts } from "../parts/webhooks/webhook-facts.tsx";
import { useWebhook, type Webhook } from "../queries/webhooks.ts";

/** One webhook: how it fares, its attempts with their answers, and what can be delivered again. */
export function OneWebhook() {
  const { webhookId } = useParams({ strict: false }) as { webhookId: string };
  const { data: webhook, error } = useWebhook(webhookId);
  return (
    <>
      <p>
        <Link to="/webhooks">← Webhooks</Link>
      </p>
      <Problem error={error} />
      {webhook === undefined ? error === null && <Reading /> : <Whole key={webhookId} webhook={webhook} />}
    </>
  );
}

function Whole({ webhook }: { webhook: Webhook }) {
  const [open, setOpen] = useState<"change" | "replay" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <PageHead
        title={<span className="address">{webhook.webhook_url}</span>}
        actions={<WebhookActions webhook={webhook} />}
      />
      <WebhookFacts webhook={webhook}>
        <button type="button" className="second" onClick={() => setOpen("change")}>
          Change what it hears
        </button>
        <button type="button" className="second" disabled={!webhook.is_active} onClick={() => setOpen("replay")}>
          Deliver events again
        </button>
      </WebhookFacts>
      <Attempts webhookId={webhook.webhook_id} isOpen={webhook.is_active} />
      <details className="card">
        <summary>How your program verifies a delivery</summary>
        <VerifySamples />
      </details>
      {open === "change" && <ChangeWebhook webhook={webhook} onClose={close} />}
      {open === "replay" && <Replay webhookId={webhook.webhook_id} onClose={close} />}
    </>
  );
}
