import type { Message } from "./message.ts";
import { type Quoted, readQuoted } from "./whatsapp-facts.ts";

/** Returns what only messages of iMessage lines say: which message one answers, its effect, that a person typed it on a device, what was changed of it; nothing where nothing of it is so. */
export function lineFacts(message: Pick<Message, "channel" | "carrierDetail" | "extras">): Record<string, unknown> {
  if (message.channel === "whatsapp") return {};
  const detail = message.carrierDetail ?? {};
  const { effect } = message.extras;
  const facts = {
    reply_to: replyOnLine(message),
    effect: detail.effect ?? effect ?? null,
    source: detail.source ?? null,
    sent_at_by_device: detail.sent_at ?? null,
    filtered: detail.filtered ?? null,
    edited_at: detail.edited_at ?? null,
    unsent: detail.unsent ?? null,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}

/** Returns which message another one of a line answers, null where it answers none. */
export function replyOnLine({ carrierDetail, extras }: Pick<Message, "carrierDetail" | "extras">): Quoted | null {
  return extras.replyTo === undefined ? readQuoted(carrierDetail?.reply_to ?? null) : sentReply(extras.replyTo);
}

function sentReply({ messageId, providerId, partIndex }: NonNullable<Message["extras"]["replyTo"]>) {
  return { message_id: messageId, guid: providerId, part_index: partIndex };
}
