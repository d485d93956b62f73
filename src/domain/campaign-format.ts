import type { EventName } from "./event.ts";

/** The message statuses of the campaign format (seed 002, "Message statuses"). */
export type CampaignStatus =
  | "enqueued"
  | "enqueue_failed"
  | "sent"
  | "delivered"
  | "failed"
  | "rejected"
  | "incoming_message"
  | "clicked";

/** What a failed message's code means: our name and words for it, the class of what it blames, and whether the provider had taken the message before. */
export type CampaignFailure = { taken: boolean; name: string | null; meaning: string | null; blames: string | null };

/** Refusals that say nothing about the message itself: it never came as far as the provider's judgement. */
const notJudged: readonly string[] = ["auth", "rate", "transient", "unknown"];

/** Returns the campaign status that an event stands for, or null for one that the format does not know. */
export function campaignStatus(name: EventName, failure: CampaignFailure | null): CampaignStatus | null {
  switch (name) {
    case "message.queued":
      return "enqueued";
    case "message.sent":
      return "sent";
    case "message.delivered":
      return "delivered";
    case "message.failed":
      return failureStatus(failure);
    case "message.received":
      return "incoming_message";
    case "message.clicked":
      return "clicked";
    case "message.reaction":
    case "message.sending":
    case "message.read":
    case "message.device_sent":
    case "message.edited":
    case "message.unsent":
    case "group.name_changed":
    case "group.icon_changed":
    case "typing.started":
    case "typing.stopped":
    case "number.unhealthy":
    case "number.recovered":
    case "call.received":
    case "contact.opted_out":
    case "contact.opted_in":
    case "webhook.failing":
    case "api_key.paused":
      return null;
  }
}

/** Taken and then lost is `failed`; judged and refused is `rejected`; what never reached that judgement is `enqueue_failed`. */
function failureStatus(failure: CampaignFailure | null): CampaignStatus {
  if (failure === null || failure.taken) return "failed";
  // An account that is not active is refused before anything is judged, as one with wrong credentials is.
  const isJudged =
    failure.blames !== null && !notJudged.includes(failure.blames) && failure.name !== "account_not_active";
  return isJudged ? "rejected" : "enqueue_failed";
}

/**
 * Returns the body of a campaign event (seed 002, "Event properties"): `payload` is the event as other webhooks get it, `eventName` what the receiver
 * wants it called. Null for an event that the format does not know.
 */
export function campaignBody(
  name: EventName,
  payload: Record<string, unknown>,
  eventName: string,
  failure: CampaignFailure | null,
): string | null {
  const status = campaignStatus(name, failure);
  if (status === null) return null;
  const kept = (field: string) => payload[field] ?? null;
  const code = typeof payload.error_code === "string" && /^\d+$/.test(payload.error_code) ? payload.error_code : null;
  const clicked = name === "message.clicked" ? { url: kept("url"), is_bot: kept("is_bot") } : {};
  return JSON.stringify({
    type: eventName,
    action_type: "sms",
    status,
    number_of_message_parts: kept("number_of_message_parts"),
    status_code: code === null ? null : Number(code),
    error: failure?.name ?? kept("error_code"),
    comment: failure?.meaning ?? kept("error_message"),
    message_id: kept("message_id"),
    external_id: kept("external_id"),
    internal_id: kept("internal_id"),
    protocol: kept("protocol"),
    text: kept("text"),
    timestamp: kept("timestamp"),
    delivery_report: kept("delivery_report"),
    metadata: kept("metadata"),
    ...clicked,
    event_id: kept("event_id"),
    sequence: kept("sequence"),
  });
}
