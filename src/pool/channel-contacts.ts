import type { ChannelAnswers, SpokenContact } from "../domain/channel-calls.ts";
import type { ContactPage, ContactView, Page } from "../domain/contact-view.ts";
import { ok, type Result } from "../domain/failure.ts";
import type { Desk } from "./desk.ts";
import { findChat } from "./ledger/chats.ts";
import { pageTagged } from "./ledger/contacts.ts";
import { findMessage } from "./ledger/messages.ts";
import { listContacts, readContact } from "./people/contacts.ts";

/** Returns one page of contacts, each with the last message that it was part of. */
export async function listSpoken(desk: Desk, query: ContactPage): Promise<Result<ChannelAnswers["contacts"]>> {
  const { contacts, total } = await listContacts(desk, query);
  return ok({ contacts: contacts.map((contact) => withLast(desk, contact)), total });
}

/** Returns one contact by its address, with its last message, or `not_found`. */
export function readSpoken(desk: Desk, id: string): Result<ChannelAnswers["contact"]> {
  const contact = readContact(desk, id);
  return contact.ok ? ok({ contact: withLast(desk, contact.value) }) : contact;
}

/** Returns one page of the contacts with a tag, by address. */
export function listTagged(desk: Desk, { tag, ...page }: Page & { tag: string }): Result<ChannelAnswers["tagged"]> {
  const { ids, total } = pageTagged(desk.sql, tag, page);
  const contacts = ids.flatMap((id) => {
    const contact = readContact(desk, id);
    return contact.ok ? [withLast(desk, contact.value)] : [];
  });
  return ok({ contacts, total });
}

function withLast(desk: Desk, contact: ContactView): SpokenContact {
  const seq = findChat(desk.sql, contact.id)?.last_seq ?? null;
  const message = seq === null ? null : findMessage(desk.sql, seq);
  if (message === null) return { ...contact, last: null };
  const { direction, text, status } = message;
  return { ...contact, last: { direction, text, status } };
}
