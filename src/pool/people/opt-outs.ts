import type { Desk } from "../desk.ts";
import { recallHanded } from "../fallback/recall.ts";
import { blockFor, unblockFor } from "../ledger/blocks.ts";
import { ensureChat, findChat, setOptOut } from "../ledger/chats.ts";
import { readersOf } from "../ledger/groups.ts";
import { emitPoolEvent } from "../telling/outbox.ts";

/** Whose word it is: the person's own, to a number of the pool, to an RCS agent of its account, or to a key that carried a message of this one, or the carrier's. */
type OptOutSource = "keyword" | "agent_keyword" | "fallback_keyword" | "carrier";

/** Opts a contact out for the whole pool, in the caller's transaction; the event is owed once, and a repeat changes nothing. */
export function recordOptOut(desk: Desk, optOut: { chat: string; number: string; source: OptOutSource }): void {
  const at = desk.now();
  unblockFor(desk.sql, optOut.chat, null);
  ensureChat(desk.sql, { chat: optOut.chat, contactId: desk.outside.newId("con"), at });
  if (!setOptOut(desk.sql, optOut.chat, { at, by: optOut.source })) return;
  recallHanded(desk, optOut.chat);
  emitPoolEvent(desk, "contact.opted_out", {
    external_id: optOut.chat,
    internal_id: optOut.number,
    source: optOut.source,
  });
}

/** Says whether somebody by whom a message to this chat is read has opted out: the person, or one of the group. */
export function hasOptedOut(desk: Desk, chat: string): boolean {
  return readersOf(desk.sql, chat).some((person) => findChat(desk.sql, person)?.opted_out_at != null);
}

/**
 * Heeds a carrier's code that says that the contact opted out, in the caller's transaction. Twilio keeps its block by sender: one that stands though the person
 * has opted in at another number since is older than that word, and counts for this sender alone.
 */
export function heedCarrierBlock(desk: Desk, refused: { chat: string; number: string }): void {
  const optedInAt = findChat(desk.sql, refused.chat)?.opted_in_number ?? null;
  if (optedInAt === null || optedInAt === refused.number) recordOptOut(desk, { ...refused, source: "carrier" });
  else blockFor(desk.sql, refused.chat, refused.number, desk.now());
}

/** Lets a contact in again, in the caller's transaction; the event is owed once. The carrier's block of the number that they wrote to ends with it. */
export function liftOptOut(desk: Desk, optIn: { chat: string; number: string; source: OptOutSource }): void {
  unblockFor(desk.sql, optIn.chat, optIn.number);
  if (!setOptOut(desk.sql, optIn.chat, null, optIn.number)) return;
  emitPoolEvent(desk, "contact.opted_in", {
    external_id: optIn.chat,
    internal_id: optIn.number,
    source: optIn.source,
  });
}
