import type { WebhookRow } from "../../../directory/webhooks.ts";
import type { DeliveryView } from "../../../domain/channel-calls.ts";
import { channelId, deliveryId } from "../../../domain/channel-ids.ts";
import { namesOfType } from "../../../domain/event.ts";
import { judgeDelivery } from "../../../domain/retry.ts";
import type { WebhookType } from "../../../domain/snapshot.ts";
import { whyInactive } from "../../../domain/webhook-words.ts";
import type { WebhookInput } from "../../../flows/webhooks/manage.ts";

/** Returns the names and wildcards that tokens stand for: v2's words are written out, as a webhook keeps them. */
export function toPatterns(tokens: readonly string[]): string[] {
  return [...new Set(tokens.flatMap((token): readonly string[] => (isType(token) ? namesOfType(token) : [token])))];
}

function isType(token: string): token is WebhookType {
  return token === "all" || token === "message" || token === "status";
}

/** Returns what a body asks of a new webhook; `number` is the one whose events alone it gets. */
export function toWebhookInput(
  { url, event_types }: { url: string; event_types?: string[] | null | undefined },
  number: string | null,
): WebhookInput {
  const numbers = number === null ? null : [number];
  const events = toPatterns(event_types ?? ["*"]);
  return { url, type: "all", validUntil: -1, events, numbers, format: "v4", eventName: "campaign" };
}

type Shown = Pick<
  WebhookRow,
  "id" | "url" | "type" | "events" | "numbers" | "deprecatedAt" | "disabledAt" | "validUntil" | "createdAt"
>;

/** Returns a webhook as answers show it at `now` (epoch milliseconds), without its secret. */
export function toWebhook(webhook: Shown, now: number) {
  const { id, url, type, events, numbers, createdAt } = webhook;
  const [number, ...more] = numbers ?? [];
  return {
    id,
    url,
    event_types: events ?? [type],
    status: whyInactive(webhook, now) === null ? ("active" as const) : ("disabled" as const),
    channel_id: number === undefined || more.length > 0 ? null : channelId(number),
    channel_type: null,
    created_at: createdAt,
  };
}

/** Returns what is delivered of one event to one webhook. */
export function toDelivery({ webhookId, eventId, eventName, attempts, status, firstAt, lastAt, nextAt }: DeliveryView) {
  const delivered = judgeDelivery(status) === "delivered";
  const open = nextAt === null ? ("failed" as const) : ("pending" as const);
  return {
    id: deliveryId(eventId, webhookId),
    webhook_id: webhookId,
    event_id: eventId,
    event_type: eventName,
    status: delivered ? ("delivered" as const) : open,
    attempt_count: attempts,
    response_status: status,
    last_attempt_at: lastAt,
    next_attempt_at: nextAt,
    created_at: firstAt,
  };
}
