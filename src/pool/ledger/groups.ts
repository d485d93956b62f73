import { isGroupId } from "../../domain/event.ts";

export type GroupMember = { address: string; addedAt: number };

/** A group: `key` is what the network's name of it never changes; null, as the account is, until it is made there. */
export type GroupRow = {
  id: string;
  account: string | null;
  key: string | null;
  name: string | null;
  icon_url: string | null;
  /** JSON of `GroupMember[]`. */
  members: string;
  created_at: number;
  deleted_at: number | null;
};

/** Returns a group's row, or null. */
export function findGroup(sql: SqlStorage, id: string): GroupRow | null {
  return sql.exec<GroupRow>("SELECT * FROM groups WHERE id = ?", id).toArray()[0] ?? null;
}

/** Returns a group that was not deleted, or null. */
export function findLivingGroup(sql: SqlStorage, id: string): GroupRow | null {
  const row = findGroup(sql, id);
  return row === null || row.deleted_at !== null ? null : row;
}

/** Returns the group that a chat is by its id, or null; nothing is read for a chat with one person. */
export function groupOfChat(sql: SqlStorage, chatId: string): GroupRow | null {
  return isGroupId(chatId) ? findGroup(sql, chatId) : null;
}

/** Returns the group that a Mac knows by this key, or null. */
export function findGroupByKey(sql: SqlStorage, account: string, key: string): GroupRow | null {
  return sql.exec<GroupRow>("SELECT * FROM groups WHERE account = ? AND key = ?", account, key).toArray()[0] ?? null;
}

/** Returns the groups with exactly these members that are not deleted, oldest first. */
export function findGroupsOf(sql: SqlStorage, addresses: readonly string[]): GroupRow[] {
  const wanted = [...addresses].sort().join(",");
  return sql
    .exec<GroupRow>("SELECT * FROM groups WHERE deleted_at IS NULL ORDER BY created_at, id")
    .toArray()
    .filter(
      (group) =>
        membersOf(group)
          .map(({ address }) => address)
          .sort()
          .join(",") === wanted,
    );
}

/** Returns a group's members in the order in which they were added. */
export function membersOf({ members }: Pick<GroupRow, "members">): GroupMember[] {
  // Only this pool wrote it.
  return JSON.parse(members) as GroupMember[];
}

/** Returns the people by whom a message to a chat is read: the one, or the members of the group, as a list names them or as they stand. */
export function readersOf(sql: SqlStorage, chat: string, listed?: { members: readonly string[] }): readonly string[] {
  if (listed !== undefined) return listed.members;
  const group = groupOfChat(sql, chat);
  return group === null ? [chat] : membersOf(group).map(({ address }) => address);
}

/** Writes a new group. */
export function insertGroup(
  sql: SqlStorage,
  group: Pick<GroupRow, "id" | "account" | "key" | "name"> & { members: GroupMember[]; at: number },
): void {
  sql.exec(
    "INSERT INTO groups (id, account, key, name, members, created_at) VALUES (?, ?, ?, ?, ?, ?)",
    group.id,
    group.account,
    group.key,
    group.name,
    JSON.stringify(group.members),
    group.at,
  );
}

/** Writes what is known anew of a group. */
export function updateGroup(
  sql: SqlStorage,
  id: string,
  change: Partial<Pick<GroupRow, "account" | "key" | "name" | "icon_url" | "deleted_at">> & { members?: GroupMember[] },
): void {
  const { members, ...columns } = change;
  const entries = [
    ...Object.entries(columns),
    ...(members === undefined ? [] : [["members", JSON.stringify(members)] as const]),
  ];
  if (entries.length === 0) return;
  const assignments = entries.map(([name]) => `${name} = ?`).join(", ");
  sql.exec(`UPDATE groups SET ${assignments} WHERE id = ?`, ...entries.map(([, value]) => value), id);
}

/** Returns one page of groups that are not deleted, and how many there are; `q` is part of a name. */
export function pageGroups(
  sql: SqlStorage,
  query: { q: string | null; sort: "recent" | "oldest" | "name_asc" | "name_desc"; limit: number; offset: number },
): { rows: GroupRow[]; total: number } {
  const where = "groups.deleted_at IS NULL AND (?1 IS NULL OR instr(lower(groups.name), lower(?1)) > 0)";
  const orders = {
    recent: "coalesce(chats.last_at, groups.created_at) DESC, groups.id",
    oldest: "coalesce(chats.last_at, groups.created_at), groups.id",
    name_asc: "groups.name IS NULL, groups.name, groups.id",
    name_desc: "groups.name IS NULL, groups.name DESC, groups.id",
  };
  const rows = sql
    .exec<GroupRow>(
      `SELECT groups.* FROM groups LEFT JOIN chats ON chats.id = groups.id WHERE ${where} ORDER BY ${orders[query.sort]} LIMIT ?2 OFFSET ?3`,
      query.q,
      query.limit,
      query.offset,
    )
    .toArray();
  const { total } = sql.exec<{ total: number }>(`SELECT count(*) AS total FROM groups WHERE ${where}`, query.q).one();
  return { rows, total };
}
