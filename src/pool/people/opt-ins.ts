import type { Page } from "../../domain/contact-view.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { GivenOptIn, OptIn } from "../../domain/opt-in.ts";
import type { Desk } from "../desk.ts";
import { ensureChat } from "../ledger/chats.ts";
import { insertOptIn, pageOptIns } from "../ledger/opt-ins.ts";
import { readContactId } from "./contacts.ts";

/** Writes down that a person agreed, as a contact where they were none; the same again changes nothing. It lifts no opt-out: that is the person's own word. */
export function addOptIn(
  desk: Desk,
  identifier: string,
  given: GivenOptIn,
  recordedBy: "api_key" | "admin",
): Result<OptIn> {
  const id = readContactId(desk, identifier);
  if (!id.ok) return id;
  const now = desk.now();
  if (given.agreedAt > now) return fail("invalid_request", "agreed_at lies ahead: nobody has agreed yet.");
  const optIn: OptIn = { ...given, recordedAt: now, recordedBy, proof: null };
  desk.transact(() => {
    ensureChat(desk.sql, { chat: id.value, contactId: desk.outside.newId("con"), at: now });
    insertOptIn(desk.sql, id.value, desk.nextSequence(), optIn);
  });
  return ok(optIn);
}

/** Returns one page of what a person agreed to, newest first; nothing for one who is not known. */
export function listOptIns(desk: Desk, identifier: string, page: Page): Result<{ optIns: OptIn[]; total: number }> {
  const id = readContactId(desk, identifier);
  return id.ok ? ok(pageOptIns(desk.sql, id.value, page)) : id;
}
