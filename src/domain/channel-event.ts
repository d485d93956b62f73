import { type ChannelType, conversationId } from "./channel-ids.ts";

/** Returns the kind of channel that a sender is, by its address; `lines`: its key holds iMessage lines. */
export function channelTypeOf(address: string, lines: boolean): ChannelType {
  if (address.startsWith("whatsapp:")) return "whatsapp_business";
  if (address.startsWith("rcs:")) return "rcs_business";
  return lines ? "blooio" : "twilio";
}

/** Returns an event as the v4 contract shows it, from the payload that v2's receivers get. */
export function channelEvent(payload: Record<string, unknown>, lines: boolean) {
  const text = (field: string) => (typeof payload[field] === "string" ? payload[field] : null);
  const [number, person] = [text("internal_id"), text("external_id")];
  return {
    id: text("event_id") ?? "",
    type: text("event") ?? "",
    message_id: text("message_id"),
    chat_id: number === null || person === null ? null : conversationId({ number, person }),
    channel_type: number === null ? null : channelTypeOf(number, lines),
    occurred_at: typeof payload.timestamp === "number" ? payload.timestamp : 0,
    data: payload,
  };
}

/** Returns the body of a webhook of the v4 contract: the envelope of its pages and that of its feed, which clients disagree on, in one. */
export function channelEventBody(
  payload: Record<string, unknown>,
  of: { organizationId: string; lines: boolean },
): string {
  const event = channelEvent(payload, of.lines);
  return JSON.stringify({ ...event, created_at: event.occurred_at, organization_id: of.organizationId });
}
