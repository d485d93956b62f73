import { lineFacts } from "./line-facts.ts";
import type { Attachment, Message, MessageStatus } from "./message.ts";
import type { Channel, Webhook } from "./snapshot.ts";
import { whatsappFacts } from "./whatsapp-facts.ts";

/** Events about one message; `message.queued`, `message.sending`, and what a person does on a line's own phone or to a text go only to those who name them. */
export type MessageEvent =
  | "message.received"
  | "message.queued"
  | "message.sending"
  | "message.sent"
  | "message.delivered"
  | "message.failed"
  | "message.read"
  | "message.clicked"
  | "message.reaction"
  | "message.device_sent"
  | "message.edited"
  | "message.unsent";
/** Events about a group or about somebody who types, on iMessage lines. */
export type ChatEvent = "group.name_changed" | "group.icon_changed" | "typing.started" | "typing.stopped";
/** Events about the pool or a person; they go only to those who name them. */
export type OtherEvent =
  | "number.unhealthy"
  | "number.recovered"
  | "call.received"
  | "contact.opted_out"
  | "contact.opted_in"
  | "webhook.failing"
  | "api_key.paused";
export type EventName = MessageEvent | ChatEvent | OtherEvent;

export const eventNames: readonly EventName[] = [
  "message.received",
  "message.queued",
  "message.sending",
  "message.sent",
  "message.delivered",
  "message.failed",
  "message.read",
  "message.clicked",
  "message.reaction",
  "message.device_sent",
  "message.edited",
  "message.unsent",
  "group.name_changed",
  "group.icon_changed",
  "typing.started",
  "typing.stopped",
  "number.unhealthy",
  "number.recovered",
  "call.received",
  "contact.opted_out",
  "contact.opted_in",
  "webhook.failing",
  "api_key.paused",
];

const outboundStatus: readonly EventName[] = ["message.sent", "message.delivered", "message.failed", "message.read"];
const aboutMessages: readonly EventName[] = [
  "message.received",
  ...outboundStatus,
  "message.clicked",
  "message.reaction",
  "group.name_changed",
  "group.icon_changed",
];
const byType: Record<Webhook["type"], readonly EventName[]> = {
  message: aboutMessages,
  status: outboundStatus,
  all: [...aboutMessages, "typing.started", "typing.stopped"],
};

/** Returns the events that a webhook of a type gets where it names none. */
export function namesOfType(type: Webhook["type"]): readonly EventName[] {
  return byType[type];
}

/** What the campaign format has a status for; such a webhook gets all of it, whatever its type. */
const campaignEvents: readonly EventName[] = [
  "message.queued",
  "message.sent",
  "message.delivered",
  "message.failed",
  "message.received",
  "message.clicked",
];

/** Returns the event that a change to this status owes, or null when it owes none. */
export function eventOfStatus(status: MessageStatus): MessageEvent | null {
  switch (status) {
    case "received":
      return "message.received";
    case "queued":
      return "message.queued";
    case "sending":
      return "message.sending";
    case "sent":
      return "message.sent";
    case "delivered":
      return "message.delivered";
    case "undelivered":
    case "failed":
      return "message.failed";
    case "read":
      return "message.read";
    case "scheduled":
    case "cancelled":
      return null;
  }
}

/** Says whether an event is written down for everybody (and so stands in the pull feed), or only for those who name it. */
export function isOptIn(name: EventName): boolean {
  return !byType.all.includes(name);
}

const said: readonly EventName[] = [
  "message.received",
  "message.reaction",
  "group.name_changed",
  "group.icon_changed",
  "typing.started",
  "typing.stopped",
  "call.received",
  "contact.opted_out",
  "contact.opted_in",
];

/** Says whether an event is what a person says or does, which is told before what is reported of messages to others. */
export function isSaid(name: EventName): boolean {
  return said.includes(name);
}

/** Says whether a subscription gets this event of this number now: `events` (exact, `prefix.*`, `message.status`) beats `webhook_type`. */
export function subscribes(webhook: Webhook, name: EventName, number: string | null, now: number): boolean {
  if (isInactive(webhook, now)) return false;
  if (webhook.numbers !== null && (number === null || !webhook.numbers.includes(number))) return false;
  if (webhook.format === "campaign") return campaignEvents.includes(name);
  if (webhook.events === null) return byType[webhook.type].includes(name);
  return webhook.events.some((pattern) => matches(pattern, name));
}

/** Says whether a webhook gets nothing at `now`: it was paused or disabled, or its time is over. What it is owed waits. */
export function isInactive(webhook: Pick<Webhook, "deprecatedAt" | "disabledAt" | "validUntil">, now: number): boolean {
  return webhook.deprecatedAt !== null || webhook.disabledAt !== null || hasEnded(webhook, now);
}

/** Says whether the time that a webhook was made for is over. */
export function hasEnded({ validUntil }: Pick<Webhook, "validUntil">, now: number): boolean {
  return validUntil !== -1 && validUntil <= now;
}

function matches(pattern: string, name: EventName): boolean {
  if (pattern === "*") return true;
  if (pattern === "message.status") return outboundStatus.includes(name);
  if (pattern.endsWith(".*")) return name.startsWith(pattern.slice(0, -1));
  return pattern === name;
}

/** The protocol word of the v2 contract; `whatsapp` is our one extension of its enum. */
export function protocolOf(channel: Channel): Channel {
  return channel;
}

/** An attachment as receivers read it: `name` and `file_name` both, because clients disagree on which they look at. */
export function wireAttachment(attachment: Attachment): Record<string, unknown> {
  return {
    url: attachment.url,
    name: attachment.name,
    file_name: attachment.name,
    mime_type: attachment.mimeType,
    size: attachment.size,
  };
}

export type EventFacts = {
  name: MessageEvent;
  eventId: string;
  sequence: number;
  at: number;
  more?: Record<string, unknown>;
};

/** Returns the flat payload of a message event (contract blooio-v2.md 7.4 and the example of seed 000): every field always there, null where absent. */
export function messagePayload(message: Message, facts: EventFacts): Record<string, unknown> {
  const inbound = message.direction === "inbound";
  return {
    event: facts.name,
    message_id: message.id,
    external_id: message.chatId,
    internal_id: message.number,
    status: statusWord(message.status),
    protocol: protocolOf(message.channel),
    text: message.text,
    attachments: message.attachments.map(wireAttachment),
    sender: inbound ? (message.sender ?? message.chatId) : null,
    is_group: isGroupId(message.chatId),
    timestamp: facts.at,
    received_at: inbound ? message.createdAt : null,
    sent_at: message.sentAt,
    delivered_at: message.deliveredAt,
    read_at: message.readAt,
    error_code: message.errorCode,
    error_message: message.errorMessage,
    error_name: message.failure?.name ?? null,
    error_meaning: message.failure?.meaning ?? null,
    retry: message.failure?.retry ?? null,
    metadata: message.metadata,
    number_of_message_parts: message.segments,
    delivery_report: inbound ? null : message.deliveryReport,
    outcome_unknown: message.outcomeUnknown,
    verified: message.verified,
    event_id: facts.eventId,
    sequence: facts.sequence,
    ...whatsappFacts(message),
    ...lineFacts(message),
    ...facts.more,
  };
}

/** Says whether a chat's id is a group's. */
export function isGroupId(chat: string): boolean {
  return chat.startsWith("grp_");
}

function statusWord(status: MessageStatus): string {
  return status === "undelivered" ? "failed" : status;
}
