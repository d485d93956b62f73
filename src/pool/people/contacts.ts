import type { ContactCapabilities, ErasedContact } from "../../domain/calls/people.ts";
import type { ContactPage, ContactView } from "../../domain/contact-view.ts";
import { isEmail } from "../../domain/email.ts";
import { isGroupId } from "../../domain/event.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readConversationId, readPhoneNumber } from "../../domain/phone.ts";
import type { Desk } from "../desk.ts";
import { standsInLists } from "../ledger/campaign-people.ts";
import { type ChatRow, findChat } from "../ledger/chats.ts";
import {
  type ContactRow,
  deleteTag,
  hideContact,
  insertTags,
  nameContact,
  placeContact,
  readTags,
  saveContact,
} from "../ledger/contacts.ts";
import { forgetPerson, hasUnended } from "../ledger/forgetting.ts";
import { macsAt } from "../lines/forgotten.ts";
import { pageContacts } from "../list-contacts.ts";

/** Returns one page of the pool's contacts: everybody it has written to or heard from, and who was added by hand. */
export async function listContacts(
  desk: Desk,
  query: ContactPage,
): Promise<{ contacts: ContactView[]; total: number }> {
  const { rows, total } = await pageContacts(desk, query);
  return { contacts: viewContacts(desk, rows), total };
}

/** Adds a contact, or brings a deleted one back; `created` is false when it stands already, and then nothing changes. */
export function createContact(
  desk: Desk,
  identifier: string,
  name: string | null,
): Result<{ created: boolean; contact: ContactView }> {
  const id = readContactId(desk, identifier);
  if (!id.ok) return id;
  const known = findChat(desk.sql, id.value);
  if (known !== null && known.deleted_at === null) return ok({ created: false, contact: viewContact(desk, known) });
  const contactId = known?.contact_id ?? desk.outside.newId("con");
  saveContact(desk.sql, { id: id.value, contactId, name, at: desk.now() });
  const contact = readContact(desk, id.value);
  return contact.ok ? ok({ created: true, contact: contact.value }) : contact;
}

/** Returns a contact by its phone number or email address, or `not_found`. */
export function readContact(desk: Desk, identifier: string): Result<ContactView> {
  const row = findContact(desk, identifier);
  return row.ok ? ok(viewContact(desk, row.value)) : row;
}

/** Changes a contact's name and time zone and returns it; null clears, undefined leaves as it is. */
export function renameContact(
  desk: Desk,
  identifier: string,
  name: string | null | undefined,
  timeZone?: string | null,
): Result<ContactView> {
  const row = findContact(desk, identifier);
  if (!row.ok) return row;
  desk.transact(() => {
    if (name !== undefined) nameContact(desk.sql, row.value.id, name);
    if (timeZone !== undefined) placeContact(desk.sql, row.value.id, timeZone);
  });
  return readContact(desk, row.value.id);
}

/** Deletes a contact: it is out of sight until it writes, is written to, or is added again. */
export function deleteContact(desk: Desk, identifier: string): Result<{ deletedAt: number }> {
  const row = findContact(desk, identifier);
  if (!row.ok) return row;
  const deletedAt = desk.now();
  hideContact(desk.sql, row.value.id, deletedAt);
  return ok({ deletedAt });
}

/**
 * Erases a contact with everything that is theirs: messages, events and their deliveries, links, names, tags. That they opted out is kept, since they must not be
 * written to again. A message that is on its way keeps them until it has ended: `message_on_its_way`.
 */
export function eraseContact(desk: Desk, identifier: string): Result<ErasedContact> {
  const id = readContactId(desk, identifier);
  if (!id.ok) return id;
  const row = findChat(desk.sql, id.value);
  if (row === null && !standsInLists(desk.sql, id.value)) return fail("not_found", "Contact not found.");
  if (hasUnended(desk.sql, id.value)) return fail("message_on_its_way");
  const erasedAt = desk.now();
  const gone = desk.transact(() => forgetPerson(desk.sql, id.value, macsAt(desk, erasedAt)));
  return ok({ erasedAt, ...gone });
}

/** Tags a contact and returns the tags asked for, each once. */
export function addTags(desk: Desk, identifier: string, tags: readonly string[]): Result<{ tags: string[] }> {
  const row = findContact(desk, identifier);
  if (!row.ok) return row;
  const distinct = [...new Set(tags)];
  desk.transact(() => insertTags(desk.sql, row.value.id, distinct, desk.now()));
  return ok({ tags: distinct });
}

/** Takes a tag from a contact, or answers `not_found` when it has no such tag. */
export function removeTag(desk: Desk, identifier: string, tag: string): Result<{ deletedAt: number }> {
  const row = findContact(desk, identifier);
  if (!row.ok) return row;
  if (!deleteTag(desk.sql, row.value.id, tag)) return fail("not_found", "The contact has no such tag.");
  return ok({ deletedAt: desk.now() });
}

/** Returns what a contact can receive from this pool, known to it or not; `no_active_number` when nobody could send. */
export function judgeCapabilities(desk: Desk, identifier: string): Result<ContactCapabilities> {
  const id = readContactId(desk, identifier);
  if (!id.ok) return id;
  if (!desk.snapshot.numbers.some((number) => number.isActive)) {
    return fail("no_active_number", "No active number available to check capabilities");
  }
  const type = typeOf(id.value);
  const whatsapp = id.value.startsWith("whatsapp:");
  return ok({ contact: id.value, type, sms: type === "phone" && !whatsapp, whatsapp, checkedAt: desk.now() });
}

function findContact(desk: Desk, identifier: string): Result<ChatRow> {
  const id = readContactId(desk, identifier);
  if (!id.ok) return id;
  const row = findChat(desk.sql, id.value);
  return row === null || row.deleted_at !== null ? fail("not_found", "Contact not found.") : ok(row);
}

/** Returns a contact's id: a conversation's, an email address in lower case, or whatever the carrier once reported and the ledger holds. */
export function readContactId(desk: Desk, raw: string): Result<string> {
  const country = desk.snapshot.organization.countryCode;
  const conversation = readConversationId(raw, country, false);
  if (conversation.ok) return conversation;
  const email = raw.trim().toLowerCase();
  if (isEmail(email)) return ok(email);
  if (!isGroupId(raw) && findChat(desk.sql, raw) !== null) return ok(raw);
  if (raw.includes("@")) return fail("invalid_request", "The contact id is not a valid email address.");
  const number = readPhoneNumber(raw, country);
  return number.ok ? ok(number.value.address) : number;
}

function typeOf(id: string): "phone" | "email" {
  return id.includes("@") ? "email" : "phone";
}

function viewContact(desk: Desk, row: ContactRow): ContactView {
  const [view] = viewContacts(desk, [row]);
  if (view === undefined) throw new Error("A row has no view.");
  return view;
}

function viewContacts(desk: Desk, rows: readonly ContactRow[]): ContactView[] {
  const tags = readTags(
    desk.sql,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({
    id: row.id,
    contactId: row.contact_id,
    name: row.name,
    type: typeOf(row.id),
    createdAt: row.created_at,
    lastMessageAt: row.last_at,
    timeZone: row.time_zone,
    tags: tags.get(row.id) ?? [],
  }));
}
