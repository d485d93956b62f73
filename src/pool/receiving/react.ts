import type { InboundMessage } from "../../domain/calls/inbound.ts";
import type { Reaction } from "../../domain/message.ts";
import { personOf } from "../../domain/person.ts";
import { readQuoted } from "../../domain/whatsapp-facts.ts";
import type { Desk } from "../desk.ts";
import { heedOnce } from "../ledger/blocks.ts";
import { findMessageOfChat } from "../ledger/by-sid.ts";
import { noteHeard } from "../ledger/heard.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { updateMessage } from "../ledger/messages.ts";
import { type Audience, emitReaction } from "../telling/outbox.ts";

const keptReactions = 20;

/** Returns the message of this conversation that a WhatsApp reaction is about, or null: for any other message, and where it is not known here. */
export function findReactedTo(desk: Desk, message: InboundMessage): MessageRow | null {
  if (message.channel !== "whatsapp" || message.detail.kind !== "reaction") return null;
  const quoted = readQuoted(message.detail.reply_to);
  const chat = personOf(message.from);
  const target = quoted === null ? null : findMessageOfChat(desk.sql, chat, quoted.guid);
  return target?.chat === chat ? target : null;
}

/** Writes a reaction to its message, once; no text takes back what the person reacted with before. Answers false for a repeat. */
export function react(desk: Desk, target: MessageRow, message: InboundMessage): boolean {
  if (!heedOnce(desk.sql, message.providerId, desk.now())) return false;
  const at = message.receivedAt ?? desk.now();
  const detail = JSON.parse(target.detail) as Detail;
  const before = detail.reactions ?? [];
  const reaction: Reaction = {
    reaction:
      message.text ?? before.findLast(({ sender, is_added }) => sender === target.chat && is_added)?.reaction ?? "",
    is_added: message.text !== null,
    time_sent: at,
    sender: target.chat,
  };
  noteHeard(desk.sql, message.to, target.chat, at, true);
  noteReaction(desk, target, reaction, null, message.toldOrganization === true ? "api_key" : "all");
  return true;
}

/** Adds a reaction to its message, as one of the last, and tells it. */
export function noteReaction(
  desk: Desk,
  target: MessageRow,
  reaction: Reaction,
  partIndex: number | null,
  audience: Audience = "all",
): void {
  const detail = JSON.parse(target.detail) as Detail;
  const reactions = [...(detail.reactions ?? []), reaction].slice(-keptReactions);
  updateMessage(desk.sql, target.seq, { detail: JSON.stringify({ ...detail, reactions } satisfies Detail) });
  emitReaction(desk, target, reaction, audience, partIndex);
}
