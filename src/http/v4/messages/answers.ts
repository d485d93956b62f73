import type { SendAnswer } from "../../../domain/calls/sending.ts";
import { channelTypeOf } from "../../../domain/channel-event.ts";
import { channelId, conversationId, priorityId } from "../../../domain/channel-ids.ts";
import { protocolOf, wireAttachment } from "../../../domain/event.ts";
import type { Failure } from "../../../domain/failure.ts";
import { replyOnLine } from "../../../domain/line-facts.ts";
import type { Candidate, Message, SelectionReason } from "../../../domain/message.ts";
import type { Preview } from "../../../domain/preview.ts";
import { publicStatus } from "../../../domain/status.ts";
import { type Happening, reasonOf } from "../../../domain/timeline.ts";
import { whatsappFacts } from "../../../domain/whatsapp-facts.ts";
import { toCandidates } from "../../admin/pools/answers.ts";

/** Whose answers these are: its one priority is its pool. */
export type Of = { keyId: string; lines: boolean };

/** Returns a message as answers show it. */
export function toMessage(message: Message, of: Of) {
  return {
    ...placeOf(message, of),
    direction: message.direction,
    type: typeOfContent(message),
    text: message.text,
    attachments: message.attachments.map(wireAttachment),
    provider_message_id: message.providerId,
    reply_to_message_id: replyOf(message),
    routing: message.trace === null ? null : toRouting({ ...message.trace, number: message.number }, of),
    ...progressOf(message),
  };
}

/** Returns how far a message has come. */
export function toMessageStatus(message: Message) {
  return { id: message.id, protocol: protocolOf(message.channel), ...progressOf(message) };
}

/** Returns what was told of a message. */
export function toMessageEvent(messageId: string, { eventId, kind, at, words }: Happening & { eventId: string }) {
  return { id: eventId, message_id: messageId, kind, occurred_at: at, metadata: { words } };
}

/** Returns the result of a send that was accepted: its first message as it stands. */
export function toSendResult(answer: SendAnswer, keyId: string) {
  const [first] = answer.written ?? [];
  const ids = answer.messages.map(({ messageId }) => messageId);
  const { warnings = [], group } = answer;
  const more = {
    ...(ids.length > 1 ? { message_ids: ids } : {}),
    ...(group === undefined ? {} : { group_id: group.id }),
    ...(warnings.length === 0 ? {} : { warning: warnings.join(" ") }),
  };
  const direction = "outbound" as const;
  // A message that was forgotten since: the key is remembered longer than its organization keeps messages.
  if (first === undefined)
    return { id: ids[0], direction, type: "text", status: "queued" as const, error: null, ...more };
  const of = { keyId, lines: answer.lines ?? false };
  const { status, error } = progressOf(first);
  return {
    ...placeOf(first, of),
    from: first.number,
    direction,
    type: typeOfContent(first),
    status,
    error,
    ...more,
    ...(first.trace === null ? {} : { routing: toRouting({ ...first.trace, number: first.number }, of) }),
  };
}

/** Returns what a send would come to; `asked`: it names its number, which may be none of the key's. */
export function toDryRun(preview: Preview, type: string, asked: boolean, of: Of) {
  const { failure, fromNumber: from, reason, note, considered, parts, encoding, quietUntil } = preview;
  const place = from === null ? {} : { from, channel_id: channelId(from), channel_type: channelTypeOf(from, of.lines) };
  return {
    ...place,
    direction: "outbound" as const,
    type,
    status: failure === null ? ("queued" as const) : ("failed" as const),
    error: failure === null ? null : toError(failure),
    dry_run: true,
    would_send: failure === null,
    preview: { parts, encoding, quiet_until: quietUntil ?? null },
    routing: toRouting({ reason, considered, note, number: from, asked }, of),
  };
}

/** Returns the result of a send that was refused, among those of others. */
export function toRefused(failure: Failure, type: string) {
  return { direction: "outbound" as const, type, status: "failed" as const, error: toError(failure) };
}

function toError({ code, message }: Failure) {
  return { code, message };
}

function placeOf(message: Message, { lines }: Of) {
  const { number, chatId: person } = message;
  return {
    id: message.id,
    chat_id: conversationId({ number, person }),
    channel_id: channelId(number),
    channel_type: channelTypeOf(number, lines),
    protocol: protocolOf(message.channel),
  };
}

function progressOf(message: Message) {
  const failed = message.status === "failed" || message.status === "undelivered";
  const { sentAt, deliveredAt, readAt, createdAt } = message;
  const steps = message.life.map(({ at }) => at);
  return {
    status: statusOf(message),
    error: failed ? failureOf(message) : null,
    created_at: createdAt,
    updated_at: Math.max(createdAt, sentAt ?? 0, deliveredAt ?? 0, readAt ?? 0, ...steps),
  };
}

function statusOf({ status }: Message) {
  return status === "read" || status === "received" ? status : (publicStatus(status) ?? "received");
}

function failureOf(failed: Message) {
  const { errorCode, failure } = failed;
  const code = errorCode ?? failure?.name ?? "failed";
  return { code, message: reasonOf(failed), name: failure?.name ?? null, retry: failure?.retry ?? null };
}

function typeOfContent({ extras, attachments, carrierDetail }: Message): string {
  if (extras.contentSid !== undefined) return "template";
  if (extras.parts !== undefined) return "multipart";
  const kind = carrierDetail?.kind;
  if (typeof kind === "string" && kind !== "") return kind;
  return attachments.length > 0 ? "media" : "text";
}

function replyOf(message: Message): string | null {
  const reply = message.channel === "whatsapp" ? whatsappFacts(message)?.reply_to : replyOnLine(message);
  return reply?.message_id ?? null;
}

type Trace = { reason: SelectionReason | null; considered: Candidate[]; note: string | null };
type Routed = Trace & { number: string | null; asked?: boolean };

function toRouting({ reason, considered, note, number, asked }: Routed, { keyId, lines }: Of) {
  return {
    mode: asked || reason === "requested" ? ("explicit" as const) : ("priority" as const),
    ...(number === null ? {} : { channel_type: channelTypeOf(number, lines), number }),
    priority_id: priorityId(keyId),
    reason,
    considered: toCandidates(considered),
    note,
  };
}
