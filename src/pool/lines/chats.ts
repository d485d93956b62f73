import type { ChatPlace } from "../../carriers/carrier.ts";
import { personOf } from "../../domain/person.ts";
import type { Desk } from "../desk.ts";
import { findPlaced, savePlace } from "../ledger/cursors.ts";
import {
  findGroup,
  findGroupByKey,
  findGroupsOf,
  type GroupMember,
  type GroupRow,
  insertGroup,
  membersOf,
  updateGroup,
} from "../ledger/groups.ts";

/** What a Mac says of its groups, by their names there: looked up before the transaction that needs it. */
export type KnownGroups = ReadonlyMap<string, { members: string[]; name: string | null }>;

/**
 * Returns our chat for a chat of the Mac, in the caller's transaction: a person's address, or the id of the group, which is made here when it is met first. Our own
 * group that was waiting to be made is the one with these very members. `saidAt`: something new was said in it then (epoch milliseconds).
 */
export function chatOf(
  desk: Desk,
  account: string,
  place: ChatPlace,
  groups: KnownGroups,
  saidAt: number | null = null,
): string {
  const chat = place.kind === "direct" ? personOf(place.address) : groupOf(desk, account, place, groups);
  if (saidAt !== null && place.kind === "group") reviveGroup(desk, chat, saidAt);
  savePlace(desk.sql, account, chat, place.id);
  return chat;
}

function groupOf(
  desk: Desk,
  account: string,
  place: Extract<ChatPlace, { kind: "group" }>,
  groups: KnownGroups,
): string {
  const said = groups.get(place.id) ?? null;
  const placed = findPlaced(desk.sql, account, place.id);
  const known = findGroupByKey(desk.sql, account, place.key) ?? (placed === null ? null : findGroup(desk.sql, placed));
  if (known !== null) {
    learnGroup(desk, known, { account, ...place }, said?.members ?? null);
    return known.id;
  }
  const unmade = said === null ? undefined : findGroupsOf(desk.sql, said.members).find(({ key }) => key === null);
  if (unmade !== undefined) {
    updateGroup(desk.sql, unmade.id, { account, key: place.key, ...(place.name === null ? {} : { name: place.name }) });
    return unmade.id;
  }
  return makeGroup(desk, account, place, said);
}

function learnGroup(
  desk: Desk,
  known: GroupRow,
  { account, key, name }: { account: string; key: string; name: string | null },
  members: string[] | null,
): void {
  updateGroup(desk.sql, known.id, {
    ...(known.key === null ? { account, key } : {}),
    ...(name === null || name === known.name ? {} : { name }),
    ...(members === null ? {} : { members: mergeMembers(membersOf(known), members, desk.now()) }),
  });
}

/** A group that was deleted here stands again once something is said in it after that; a row of before, read once more, changes nothing. */
function reviveGroup(desk: Desk, id: string, saidAt: number): void {
  const deletedAt = findGroup(desk.sql, id)?.deleted_at ?? null;
  if (deletedAt !== null && saidAt > deletedAt) updateGroup(desk.sql, id, { deleted_at: null });
}

function makeGroup(
  desk: Desk,
  account: string,
  { key, name }: { key: string; name: string | null },
  said: { members: string[]; name: string | null } | null,
): string {
  const id = desk.outside.newId("grp");
  const members = mergeMembers([], said?.members ?? [], desk.now());
  insertGroup(desk.sql, { id, account, key, name: name ?? said?.name ?? null, members, at: desk.now() });
  return id;
}

/** Whoever stays keeps the time at which they were added. */
function mergeMembers(known: readonly GroupMember[], addresses: readonly string[], now: number): GroupMember[] {
  const since = new Map(known.map(({ address, addedAt }) => [address, addedAt]));
  return addresses.map((address) => ({ address, addedAt: since.get(address) ?? now }));
}
