import type { Message } from "./message.ts";

/** A message that another one answers: `message_id` is null where the message is not in this pool, `guid` is the network's own id. */
export type Quoted = { message_id: string | null; guid: string; part_index: number };

const facts = ["profile_name", "external_user_id", "kind", "button", "list", "location", "referral"] as const;
export type WhatsappFacts = Record<(typeof facts)[number], unknown> & { reply_to: Quoted | null };

/** Returns what only WhatsApp and RCS messages say: who wrote, what they pressed or chose, which place they sent, which message they answer; nothing for any other message. */
export function whatsappFacts(message: Pick<Message, "direction" | "channel" | "carrierDetail">): WhatsappFacts | null {
  const detail = message.carrierDetail ?? {};
  // What came by RCS to a line of a Mac says none of it.
  const says = message.channel === "whatsapp" || (message.channel === "rcs" && detail.kind !== undefined);
  if (message.direction !== "inbound" || !says) return null;
  const [profile_name, external_user_id, kind, button, list, location, referral] = facts.map(
    (name) => detail[name] ?? null,
  );
  return {
    profile_name,
    external_user_id,
    kind,
    button,
    list,
    location,
    referral,
    reply_to: readQuoted(detail.reply_to),
  };
}

/** Reads a quoted message as it is kept; before the ledger looked it up it was the network's id alone. */
export function readQuoted(kept: unknown): Quoted | null {
  if (typeof kept === "string") return { message_id: null, guid: kept, part_index: 0 };
  // Only this pool wrote it.
  return typeof kept === "object" ? (kept as Quoted | null) : null;
}
