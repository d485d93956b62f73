import { chatKey } from "../../carriers/bluebubbles/words.ts";
import type { Act } from "../../carriers/carrier.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type {
  GroupAnswer,
  GroupCall,
  GroupIcon,
  GroupPerson,
  GroupQuery,
  GroupSync,
  GroupView,
} from "../../domain/line-calls.ts";
import type { Desk } from "../desk.ts";
import { ensureChat, findChat } from "../ledger/chats.ts";
import { findPlace, savePlace } from "../ledger/cursors.ts";
import {
  findGroup,
  findGroupByKey,
  findGroupsOf,
  findLivingGroup,
  type GroupMember,
  type GroupRow,
  membersOf,
  pageGroups,
  updateGroup,
} from "../ledger/groups.ts";
import { findMessage } from "../ledger/messages.ts";
import { readMember, readMembers, writeGroup } from "../people/group-people.ts";
import { lineOfChat, needLines, placeOf, readRefusal } from "./at-line.ts";
import { linkIcon } from "./files.ts";

const noSuchGroup = "Group not found.";

/** Returns one page of the pool's groups; a key without iMessage lines has none. */
export function listGroups(desk: Desk, query: GroupQuery): Result<{ groups: GroupView[]; total: number }> {
  const { rows, total } = pageGroups(desk.sql, query);
  return ok({ groups: rows.map((row) => viewGroup(desk, row)), total });
}

/** Returns a group with its members, or `not_found`. */
export function readGroup(desk: Desk, id: string): Result<GroupView> {
  const allowed = needLines(desk);
  if (!allowed.ok) return allowed;
  const row = findLivingGroup(desk.sql, id);
  return row === null ? fail("not_found", noSuchGroup) : ok(viewGroup(desk, row));
}

/** Makes or changes a group. One that nobody has written in yet stands here alone: it is made on the Mac by its first message. */
export async function callGroup(desk: Desk, call: GroupCall): Promise<Result<GroupAnswer>> {
  const allowed = needLines(desk);
  if (!allowed.ok) return allowed;
  if (call.kind === "create") return create(desk, call);
  const row = findLivingGroup(desk.sql, call.groupId);
  if (row === null) return fail("not_found", noSuchGroup);
  switch (call.kind) {
    case "rename":
      return rename(desk, row, call.name);
    case "delete":
      return leave(desk, row);
    case "set_icon":
      return setIcon(desk, row, call.icon);
    case "remove_icon":
      return setIcon(desk, row, null);
    default:
      return changeMember(desk, row, call);
  }
}

async function create(desk: Desk, call: Extract<GroupCall, { kind: "create" }>): Promise<Result<GroupAnswer>> {
  const { name, guid } = call;
  const place = guid === null ? ok(null) : await readPlace(desk, guid);
  if (!place.ok) return place;
  const given = readMembers(desk, place.value?.members ?? call.members);
  if (!given.ok) return given;
  const members = given.value;
  const [existing] = members.length === 0 ? [] : findGroupsOf(desk.sql, members);
  if (existing !== undefined) {
    return fail("already_exists", "There is a group of exactly these people already.", { group_id: existing.id });
  }
  const id = desk.outside.newId("grp");
  const newContacts = desk.transact(() => {
    if (place.value === null) return writeGroup(desk, { id, name, members });
    const { account, key } = place.value;
    savePlace(desk.sql, account, id, place.value.guid);
    return writeGroup(desk, { id, name, members, account, key });
  });
  const row = findGroup(desk.sql, id);
  return row === null ? fail("not_found", noSuchGroup) : ok({ ...answer(desk, row), newContacts });
}

type GroupPlace = { guid: string; account: string; key: string; members: string[] };

/** Looks a group up that stands on one of the Macs already: its members are the Mac's. */
async function readPlace(desk: Desk, guid: string): Promise<Result<GroupPlace>> {
  const key = chatKey(guid);
  for (const account of desk.snapshot.accounts.filter(({ kind }) => kind === "bluebubbles")) {
    const known = findGroupByKey(desk.sql, account.id, key);
    if (known !== null) return fail("already_exists", "This chat is a group already.", { group_id: known.id });
    const described = await (await desk.outside.macOf(account)).describeGroup(guid);
    if (described.ok) return ok({ guid, account: account.id, key, members: described.value.members });
    if (described.refusal.status !== 404) return readRefusal(described.refusal);
  }
  return fail("not_found", "No Mac of this API key has this chat.");
}

async function rename(desk: Desk, row: GroupRow, name: string): Promise<Result<GroupAnswer>> {
  const sync = await atMac(desk, row, (chat) => ({ kind: "rename", chat, name }));
  if (!sync.ok) return sync;
  if (sync.value === null || sync.value.synced) desk.transact(() => updateGroup(desk.sql, row.id, { name }));
  return ok({ ...answer(desk, findGroup(desk.sql, row.id) ?? row), sync: sync.value });
}

/** A deleted group is left on the Mac too, where it stands there: the line hears no more of it. */
async function leave(desk: Desk, row: GroupRow): Promise<Result<GroupAnswer>> {
  const sync = await atMac(desk, row, (chat) => ({ kind: "leave", chat }));
  if (!sync.ok) return sync;
  if (sync.value?.synced === false)
    return fail("line_refused", `Temporary communication error: ${sync.value.error ?? ""}`);
  desk.transact(() => updateGroup(desk.sql, row.id, { deleted_at: desk.now() }));
  return ok(answer(desk, row));
}

async function setIcon(desk: Desk, row: GroupRow, icon: GroupIcon | null): Promise<Result<GroupAnswer>> {
  const act = (chat: string): Act => (icon === null ? { kind: "remove_icon", chat } : { kind: "set_icon", chat, icon });
  const sync = await atMac(desk, row, act);
  if (!sync.ok) return sync;
  if (sync.value === null)
    return fail("not_found", "The group has no chat on the Mac yet: send its first message before.");
  if (sync.value.synced) {
    const icon_url = icon === null ? null : await linkIcon(desk, row.account ?? "", sync.value.guid);
    desk.transact(() => updateGroup(desk.sql, row.id, { icon_url }));
  }
  return ok({ ...answer(desk, findGroup(desk.sql, row.id) ?? row), sync: sync.value });
}

type ChangeMember = Extract<GroupCall, { kind: "add_member" | "remove_member" }>;

async function changeMember(desk: Desk, row: GroupRow, call: ChangeMember): Promise<Result<GroupAnswer>> {
  const read = readMember(desk, call.contact);
  if (!read.ok) return read;
  const address = read.value;
  const members = membersOf(row);
  const known = members.find((member) => member.address === address);
  if (call.kind === "add_member" && known !== undefined) {
    return ok({ ...answer(desk, row), person: viewPerson(desk, known), wasMember: true });
  }
  if (call.kind === "remove_member" && known === undefined) return fail("not_found", "Not a member of this group.");
  const sync = await atMac(desk, row, (chat) => ({ kind: call.kind, chat, address }));
  if (!sync.ok) return sync;
  if (sync.value?.synced === false)
    return fail("line_refused", `Temporary communication error: ${sync.value.error ?? ""}`);
  return ok(desk.transact(() => writeMember(desk, row, call, { address, sync: sync.value })));
}

function writeMember(
  desk: Desk,
  row: GroupRow,
  { kind }: ChangeMember,
  { address, sync }: { address: string; sync: GroupSync | null },
): GroupAnswer {
  const at = desk.now();
  const others = membersOf(row).filter((member) => member.address !== address);
  const member: GroupMember = { address, addedAt: at };
  const isNew = kind === "add_member" && findChat(desk.sql, address) === null;
  if (isNew) ensureChat(desk.sql, { chat: address, contactId: desk.outside.newId("con"), at });
  updateGroup(desk.sql, row.id, { members: kind === "add_member" ? [...others, member] : others });
  const changed = findGroup(desk.sql, row.id) ?? row;
  return { ...answer(desk, changed), sync, person: viewPerson(desk, member), newContacts: isNew ? [address] : [] };
}

/** Does something to the group's chat on its Mac; null where it has none there yet. What the Mac refuses is said, not thrown away. */
async function atMac(desk: Desk, row: GroupRow, act: (chat: string) => Act): Promise<Result<GroupSync | null>> {
  const line = await lineOfChat(desk, row.id);
  if (!line.ok) return row.key === null ? ok(null) : line;
  const place = await placeOf(desk, line.value, row.id);
  if (!place.ok) return ok(null);
  const acted = await line.value.mac.act(act(place.value));
  if (acted.ok) return ok({ guid: place.value, synced: true, error: null });
  if (acted.refusal.code !== "refused") return readRefusal(acted.refusal);
  return ok({ guid: place.value, synced: false, error: acted.refusal.message });
}

function answer(desk: Desk, row: GroupRow): GroupAnswer {
  return {
    group: viewGroup(desk, row),
    sync: null,
    person: null,
    wasMember: false,
    newContacts: [],
    at: row.deleted_at ?? desk.now(),
  };
}

function viewGroup(desk: Desk, row: GroupRow): GroupView {
  const chat = findChat(desk.sql, row.id);
  const last = chat?.last_seq == null ? null : findMessage(desk.sql, chat.last_seq);
  return {
    id: row.id,
    name: row.name,
    guid: row.account === null ? null : findPlace(desk.sql, row.account, row.id),
    iconUrl: row.icon_url,
    members: membersOf(row).map((member) => viewPerson(desk, member)),
    messageCount: chat === null ? 0 : chat.inbound + chat.outbound,
    lastMessage: last === null ? null : { text: last.text, direction: last.direction, at: last.created_at },
    createdAt: row.created_at,
  };
}

/** A member who was never written to has no contact of their own yet: the address names them. */
function viewPerson(desk: Desk, { address, addedAt }: GroupMember): GroupPerson {
  const chat = findChat(desk.sql, address);
  return { contactId: chat?.contact_id ?? address, identifier: address, name: chat?.name ?? null, addedAt };
}
