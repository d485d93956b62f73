import { isGroupId } from "../../domain/event.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { ListedGroup } from "../../domain/message.ts";
import { readChatId } from "../../domain/phone.ts";
import type { Desk } from "../desk.ts";
import { ensureChat, findChat } from "../ledger/chats.ts";
import { findGroupsOf, insertGroup } from "../ledger/groups.ts";

/** The most people that a group may be made of. */
export const membersAtMost = 100;

/** Reads one person of a group: a phone number or an e-mail address in the form of the ledger. */
export function readMember(desk: Desk, raw: string): Result<string> {
  const read = readChatId(raw, desk.snapshot.organization.countryCode, true);
  if (!read.ok) return read;
  const { chatId, channel } = read.value;
  const isPerson = channel !== "whatsapp" && !isGroupId(chatId);
  return isPerson ? ok(chatId) : fail("invalid_request", "A member is a phone number or an e-mail address.");
}

/** Reads the people of a group, each once. */
export function readMembers(desk: Desk, given: readonly string[]): Result<string[]> {
  const members = new Set<string>();
  for (const raw of given) {
    const read = readMember(desk, raw);
    if (!read.ok) return read;
    members.add(read.value);
  }
  return members.size > membersAtMost
    ? fail("invalid_request", `A group has at most ${membersAtMost} people.`)
    : ok([...members]);
}

/** Reads a chat id that lists people with commas: the group of exactly these, or the one that a send to them makes. Null for any other chat id, and on a key without lines. */
export function readList(desk: Desk, raw: string): Result<ListedGroup | null> {
  if (!desk.speaksIMessage || !raw.includes(",")) return ok(null);
  const given = raw.split(",").map((one) => one.trim());
  const members = readMembers(
    desk,
    given.filter((one) => one !== ""),
  );
  if (!members.ok) return members;
  if (members.value.length < 2) return fail("invalid_chat_id", "A list of recipients names at least two people.");
  const [known] = findGroupsOf(desk.sql, members.value);
  const id = known?.id ?? desk.outside.newId("grp");
  return ok({ id, isNew: known === undefined, members: members.value });
}

/** Writes a group that stands here alone until its first message makes it on the Mac, in the caller's transaction; returns who of its people is a new contact. */
export function writeGroup(
  desk: Desk,
  group: { id: string; name: string | null; members: readonly string[]; account?: string; key?: string },
): string[] {
  const at = desk.now();
  const { id, name, members, account = null, key = null } = group;
  const unknown = members.filter((address) => findChat(desk.sql, address) === null);
  for (const chat of unknown) ensureChat(desk.sql, { chat, contactId: desk.outside.newId("con"), at });
  insertGroup(desk.sql, { id, account, key, name, members: members.map((address) => ({ address, addedAt: at })), at });
  return unknown;
}
