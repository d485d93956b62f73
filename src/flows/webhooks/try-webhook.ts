import type { WebhookRow } from "../../directory/webhooks.ts";
import type { DueDelivery } from "../../domain/calls/telling.ts";
import { campaignBody } from "../../domain/campaign-format.ts";
import { channelEventBody } from "../../domain/channel-event.ts";
import { ok, type Result } from "../../domain/failure.ts";
import { refuseInactive } from "../../domain/webhook-words.ts";
import type { Deps } from "../deps.ts";
import { type AttemptEnd, attempt } from "./attempt.ts";

export type Tried = { eventId: string; end: AttemptEnd };

/**
 * Posts an event `webhook.test` to a webhook at once, signed like all others, and returns how it went. It belongs to no message and to no pool: nothing is
 * logged, nothing is tried again, and the endpoint's health does not count it.
 */
export async function tryWebhook(deps: Deps, webhook: WebhookRow): Promise<Result<Tried>> {
  const open = refuseInactive(webhook, deps.now());
  if (!open.ok) return open;
  const eventId = deps.newId("evt");
  const addresses = await deps.addresses.read();
  const end = await attempt(deps, { ...composeTest(deps, webhook, eventId), addresses });
  const { status, error, durationMs: duration_ms } = end;
  deps.log({ event: "webhook_tried", webhook_id: webhook.id, event_id: eventId, status, error, duration_ms });
  return ok({ eventId, end });
}

function composeTest(deps: Deps, webhook: WebhookRow, eventId: string): DueDelivery {
  const now = deps.now();
  const former =
    webhook.previousValidUntil !== null && webhook.previousValidUntil > now ? webhook.previousSecret : null;
  return {
    handle: { dueAt: now, event: 0, webhookId: webhook.id },
    attempt: 1,
    eventId,
    eventName: "webhook.test",
    messageId: null,
    body: bodyOf(webhook, eventId, now),
    webhookId: webhook.id,
    url: webhook.url,
    secrets: former === null ? [webhook.secret] : [webhook.secret, former],
    originalEventId: null,
  };
}

/** The campaign format has no word for a test: its receivers get what a sent message looks like, about nobody. */
function bodyOf(webhook: WebhookRow, eventId: string, now: number): string {
  const payload = {
    event: "webhook.test",
    message_id: null,
    external_id: null,
    internal_id: null,
    text: "This is a test of your webhook: nobody has written.",
    is_group: false,
    timestamp: now,
    event_id: eventId,
    sequence: null,
  };
  switch (webhook.format) {
    case "campaign":
      return campaignBody("message.sent", payload, webhook.eventName, null) ?? "";
    case "v4":
      return channelEventBody(payload, { organizationId: webhook.organizationId, lines: false });
    case "blooio":
      return JSON.stringify(payload);
  }
}
