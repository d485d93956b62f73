import type { Message } from "./message.ts";
import { readQuoted } from "./whatsapp-facts.ts";

/** Returns what only messages of iMessage lines say: which message one answers, its effect, that a person typed it on a device, what was changed of it; nothing where nothing of it is so. */
export function lineFacts(message: Pick<Message, "channel" | "carrierDetail" | "extras">): Record<string, unknown> {
  if (message.channel === "whatsapp") return {};
  const detail = message.carrierDetail ?? {};
  const { replyTo, effect } = message.extras;
  const reply = replyTo === undefined ? readQuoted(detail.reply_to ?? null) : sentReply(replyTo);
  const facts = {
    reply_to: reply,
    effect: detail.effect ?? effect ?? null,
    source: detail.source ?? null,
    sent_at_by_device: detail.sent_at ?? null,
    filtered: detail.filtered ?? null,
    edited_at: detail.edited_at ?? null,
    unsent: detail.unsent ?? null,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}

function sentReply({ messageId, providerId, partIndex }: NonNullable<Message["extras"]["replyTo"]>) {
  return { message_id: messageId, guid: providerId, part_index: partIndex };
}
