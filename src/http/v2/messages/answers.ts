import type * as z from "zod";
import type { Contact, MessageView } from "../../../domain/calls/reading.ts";
import type { SendAnswer } from "../../../domain/calls/sending.ts";
import { protocolOf, wireAttachment } from "../../../domain/event.ts";
import { replyOnLine } from "../../../domain/line-facts.ts";
import type { Message } from "../../../domain/message.ts";
import { publicStatus } from "../../../domain/status.ts";
import { type Quoted, whatsappFacts } from "../../../domain/whatsapp-facts.ts";
import { warnOfPreviews } from "./link-preview.ts";
import { warnOfMisnamed } from "./misnamed.ts";
import type { MessageDetail, Message as MessageSchema, MessageStatus } from "./schemas.ts";

function progressOf(message: Message) {
  const failed = message.status === "failed" || message.status === "undelivered";
  return {
    time_sent: message.sentAt ?? message.createdAt,
    time_delivered: message.deliveredAt,
    status: publicStatus(message.status),
    protocol: protocolOf(message.channel),
    error: failed ? (message.errorMessage ?? message.errorCode ?? "failed") : null,
    error_code: message.errorCode,
    error_name: message.failure?.name ?? null,
    error_meaning: message.failure?.meaning ?? null,
    retry: message.failure?.retry ?? null,
  };
}

function contentOf(message: Message) {
  return {
    internal_id: message.number,
    text: message.text,
    attachments: message.attachments.map(wireAttachment),
    sender: message.sender ?? null,
    reactions: message.reactions,
    ...lineReply(message),
    ...saidBeside(message),
  };
}

/** A message that answers none has no `reply_to` at all, as in the contract. */
function saidBeside(message: Message) {
  const facts = whatsappFacts(message);
  if (facts === null) return {};
  const { reply_to, ...others } = facts;
  return reply_to === null ? others : { ...others, reply_to };
}

function lineReply(message: Message): { reply_to?: Quoted } {
  const reply = message.channel === "whatsapp" ? null : replyOnLine(message);
  return reply === null ? {} : { reply_to: reply };
}

function additionsOf(message: Message) {
  return {
    metadata: message.metadata,
    number_of_message_parts: message.segments,
    encoding: message.encoding,
    delivery_report: message.direction === "outbound" ? message.deliveryReport : null,
    outcome_unknown: message.outcomeUnknown,
    send_at: message.sendAt,
    ...quietOf(message),
    sent_at: message.sentAt,
    read_at: message.readAt,
    clicks: message.clicks,
  };
}

/** Only what waits for the end of quiet hours says so. */
function quietOf({ quietUntil }: Message): { quiet_until?: number } {
  return quietUntil == null ? {} : { quiet_until: quietUntil };
}

/** Returns a message of a chat with its contact, as lists show it. */
export function toMessage(message: Message, contact: Contact | null): z.output<typeof MessageSchema> {
  return {
    message_id: message.id,
    chat_id: message.chatId,
    direction: message.direction,
    external_id: message.chatId,
    contact: toContact(contact),
    ...contentOf(message),
    ...progressOf(message),
    ...additionsOf(message),
  };
}

/** Returns a message with its contact, as its own page shows it. */
export function toMessageDetail({ message, contact }: MessageView): z.output<typeof MessageDetail> {
  return {
    message_id: message.id,
    chat_id: message.chatId,
    direction: message.direction,
    contact: toContact(contact),
    ...contentOf(message),
    ...progressOf(message),
    ...additionsOf(message),
  };
}

function toContact(contact: Contact | null) {
  return contact === null
    ? null
    : { contact_id: contact.contactId, name: contact.name, identifier: contact.identifier };
}

/** Returns how far a message has come. */
export function toMessageStatus({ message }: MessageView): z.output<typeof MessageStatus> {
  return {
    message_id: message.id,
    chat_id: message.chatId,
    direction: message.direction,
    ...progressOf(message),
    delivery_report: message.direction === "outbound" ? message.deliveryReport : null,
    outcome_unknown: message.outcomeUnknown,
    ...quietOf(message),
  };
}

/** Returns the answer to a send that was accepted. */
export function toSent({ messages, warnings = [], quietUntil, group }: SendAnswer) {
  const [first] = messages;
  if (first === undefined) throw new Error("A send that was accepted has no message.");
  return {
    message_id: first.messageId,
    ...(messages.length > 1 ? { message_ids: messages.map((sent) => sent.messageId), count: messages.length } : {}),
    status: "queued" as const,
    from_number: first.fromNumber,
    ...(quietUntil === undefined ? {} : { quiet_until: quietUntil }),
    ...(group === undefined ? {} : { group_id: group.id, group_created: group.isNew, participants: group.members }),
    ...(warnings.length === 0 ? {} : { warning: warnings.join(" ") }),
  };
}

/** Returns what of a body was not read, or cannot be done, in sentences; null where that is nothing. */
export function warnOf(body: Readonly<Record<string, unknown>>): string | null {
  const warnings = [warnOfMisnamed(body), warnOfPreviews(body)].filter((warning) => warning !== null);
  return warnings.length === 0 ? null : warnings.join(" ");
}

/** Returns an answer with the sentence about what was not read, where there is one, behind what it warns of already. */
export function withWarning<T extends { warning?: string }>(
  answer: T,
  warning: string | null,
): T & { warning?: string } {
  if (warning === null) return answer;
  return { ...answer, warning: answer.warning === undefined ? warning : `${answer.warning} ${warning}` };
}
