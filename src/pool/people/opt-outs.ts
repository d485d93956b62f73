import type { Desk } from "../desk.ts";
import { ensureChat, setOptOut } from "../ledger/chats.ts";
import { emitPoolEvent } from "../telling/outbox.ts";

/** Whose word it is: the person's own, the carrier's, or the operator's. */
type OptOutSource = "keyword" | "carrier";

/** Opts a contact out for the whole pool, in the caller's transaction; the event is owed once, and a repeat changes nothing. */
export function recordOptOut(desk: Desk, optOut: { chat: string; number: string; source: OptOutSource }): void {
  const at = desk.now();
  ensureChat(desk.sql, { chat: optOut.chat, contactId: desk.outside.newId("con"), at });
  if (!setOptOut(desk.sql, optOut.chat, { at, by: optOut.source })) return;
  emitPoolEvent(desk, "contact.opted_out", {
    external_id: optOut.chat,
    internal_id: optOut.number,
    source: optOut.source,
  });
}

/** Lets a contact in again, in the caller's transaction; the event is owed once. */
export function liftOptOut(desk: Desk, optIn: { chat: string; number: string }): void {
  if (!setOptOut(desk.sql, optIn.chat, null)) return;
  emitPoolEvent(desk, "contact.opted_in", { external_id: optIn.chat, internal_id: optIn.number, source: "keyword" });
}
