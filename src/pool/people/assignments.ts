import type { Assignment, AssignmentWish, OptOut } from "../../domain/calls/people.ts";
import type { Page } from "../../domain/contact-view.ts";
import { isGroupId } from "../../domain/event.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readConversationId, readPhoneNumber } from "../../domain/phone.ts";
import type { Desk } from "../desk.ts";
import { recallHanded } from "../fallback/recall.ts";
import { ensureChat, findChat, pageOptOuts, pageSticky, setOptOut, tieContact, untieContact } from "../ledger/chats.ts";
import { emitPoolEvent } from "../telling/outbox.ts";

/** Returns one page of who is sticky to which number, or the one contact that is asked for, where it is. */
export function listAssignments(
  desk: Desk,
  query: Page & { contact: string | null },
): Result<{ assignments: Assignment[]; total: number }> {
  const chat = query.contact === null ? ok(null) : readContact(desk, query.contact);
  if (!chat.ok) return chat;
  const { rows, total } = pageSticky(desk.sql, { limit: query.limit, offset: query.offset, chat: chat.value });
  const assignments = rows.map((row) => ({
    contact: row.id,
    phoneNumber: row.sticky_number,
    assignedAt: row.sticky_at,
  }));
  return ok({ assignments, total });
}

/** Ties each contact to its number, all in one transaction; each wish is answered by itself, in order. */
export function importAssignments(desk: Desk, wishes: AssignmentWish[]): Result<Assignment>[] {
  return desk.transact(() => wishes.map(({ contact, phoneNumber }) => setAssignment(desk, contact, phoneNumber)));
}

/** Ties a contact to a number of the pool; a contact that is new gets its row. */
export function setAssignment(desk: Desk, contact: string, phoneNumber: string): Result<Assignment> {
  const { countryCode } = desk.snapshot.organization;
  const chat = readContact(desk, contact);
  if (!chat.ok) return chat;
  const number = readPhoneNumber(phoneNumber, countryCode, true);
  if (!number.ok) return number;
  const { address } = number.value;
  const sender = desk.findNumber(address);
  if (sender === null) return fail("from_number_not_owned");
  if (isWhatsapp(chat.value) !== (sender.channel === "whatsapp")) {
    const [person, line] = isWhatsapp(chat.value)
      ? ["a WhatsApp", "no WhatsApp sender"]
      : ["no WhatsApp", "a WhatsApp sender"];
    const message = `${chat.value} is ${person} contact, and ${address} is ${line}: name a number of the contact's channel.`;
    return fail("capability_missing", message, { contact: chat.value, phoneNumber: address });
  }
  const at = desk.now();
  tieContact(desk.sql, { chat: chat.value, contactId: desk.outside.newId("con"), number: address, at });
  return ok({ contact: chat.value, phoneNumber: address, assignedAt: at });
}

function isWhatsapp(chat: string): boolean {
  return chat.startsWith("whatsapp:");
}

/** Unties a contact from its number: the pool chooses anew. */
export function resetAssignment(desk: Desk, contact: string): Result<null> {
  const chat = readContact(desk, contact);
  if (!chat.ok) return chat;
  untieContact(desk.sql, chat.value);
  return ok(null);
}

/** Returns one page of the pool's opt-out list, newest first, or the one contact that is asked for, where it is on it. */
export function listOptOuts(
  desk: Desk,
  query: Page & { contact: string | null },
): Result<{ optOuts: OptOut[]; total: number }> {
  const chat = query.contact === null ? ok(null) : readContact(desk, query.contact);
  if (!chat.ok) return chat;
  const { rows, total } = pageOptOuts(desk.sql, { limit: query.limit, offset: query.offset, chat: chat.value });
  const optOuts = rows.map((row) => ({
    contact: row.id,
    source: row.opted_out_by ?? "unknown",
    optedOutAt: row.opted_out_at,
  }));
  return ok({ optOuts, total });
}

/** Opts a contact out for the whole pool; one that is out already stays as it was. */
export function optOut(desk: Desk, contact: string, by: string): Result<OptOut> {
  const chat = readContact(desk, contact);
  if (!chat.ok) return chat;
  const at = desk.now();
  desk.transact(() => {
    ensureContact(desk, chat.value, at);
    if (!setOptOut(desk.sql, chat.value, { at, by })) return;
    announce(desk, "contact.opted_out", chat.value, by);
    recallHanded(desk, chat.value);
  });
  const row = findChat(desk.sql, chat.value);
  return ok({ contact: chat.value, source: row?.opted_out_by ?? by, optedOutAt: row?.opted_out_at ?? at });
}

/** Takes a contact off the opt-out list; one that is not on it stays as it was. */
export function optIn(desk: Desk, contact: string): Result<null> {
  const chat = readContact(desk, contact);
  if (!chat.ok) return chat;
  desk.transact(() => {
    if (setOptOut(desk.sql, chat.value, null)) announce(desk, "contact.opted_in", chat.value, "admin");
  });
  return ok(null);
}

/** A short code that wrote to us is no number that could be written to, but a contact like any other. */
function readContact(desk: Desk, contact: string): Result<string> {
  if (isGroupId(contact)) return fail("invalid_request", "A group is nobody's contact: name one of its people.");
  const read = readConversationId(contact, desk.snapshot.organization.countryCode, desk.speaksIMessage);
  return !read.ok && findChat(desk.sql, contact) !== null ? ok(contact) : read;
}

function ensureContact(desk: Desk, chat: string, at: number): void {
  ensureChat(desk.sql, { chat, contactId: desk.outside.newId("con"), at });
}

function announce(desk: Desk, name: "contact.opted_out" | "contact.opted_in", chat: string, source: string): void {
  emitPoolEvent(desk, name, { external_id: chat, internal_id: null, source });
}
