import type { ReactNode } from "react";
import type { Webhook } from "../../queries/webhooks.ts";
import { Copy } from "../copy.tsx";
import { Instant } from "../instant.tsx";
import { TimeAgo } from "../time-ago.tsx";
import { fareOf, hearsOf, isTaken } from "./fare.ts";
import { FareBadge } from "./fare-badge.tsx";

/** Where a webhook leads, what it hears and how it fares. */
export function WebhookFacts({ webhook, children }: { webhook: Webhook; children: ReactNode }) {
  const now = Date.now();
  const { why, tone } = fareOf(webhook, now);
  return (
    <section className="card" aria-label="Facts">
      {why !== null && <p className={tone === "bad" ? "note warn" : "note"}>{why}</p>}
      <dl className="facts">
        <dt>Health</dt>
        <dd>
          <span>
            <FareBadge webhook={webhook} />
            {webhook.failing_since != null && !isTaken(webhook.last_status) && (
              <>
                {" "}
                since <Instant at={webhook.failing_since} precise={false} />
              </>
            )}
          </span>
        </dd>
        <Attempts webhook={webhook} now={now} />
        <dt>Of</dt>
        <dd>{webhook.api_key_name == null ? "every key of the organization" : <bdi>{webhook.api_key_name}</bdi>}</dd>
        <dt>Hears</dt>
        <dd>{hearsOf(webhook)}</dd>
        <dt>Of numbers</dt>
        <dd>{webhook.numbers == null ? "every one" : webhook.numbers.join(", ")}</dd>
        <dt>Format</dt>
        <dd>
          {webhook.format === "campaign"
            ? `campaign, as “${webhook.event_name}”`
            : `Blooio's${webhook.format === "v4" ? " v4" : ""}`}
        </dd>
        <dt>Id</dt>
        <dd>
          <span className="mono">{webhook.webhook_id}</span> <Copy text={webhook.webhook_id} what="the id" />
        </dd>
        <dt>Created</dt>
        <dd>
          <TimeAgo at={webhook.created_at} />
        </dd>
      </dl>
      <div className="row">{children}</div>
    </section>
  );
}

function Attempts({ webhook, now }: { webhook: Webhook; now: number }) {
  const { last_triggered: at, last_status, last_error, owed = 0, next_attempt_at: next } = webhook;
  return (
    <>
      <dt>Last attempt</dt>
      <dd>
        {at === null ? (
          "none"
        ) : (
          <span>
            <TimeAgo at={at} />, {last_status ?? "no answer"}
            {last_error != null && `: ${last_error}`}
          </span>
        )}
      </dd>
      <dt>Still owed</dt>
      <dd>
        <span>
          {owed.toLocaleString("en")}
          {next != null && <>, next try {next > now ? <Instant at={next} /> : "now"}</>}
        </span>
      </dd>
    </>
  );
}
