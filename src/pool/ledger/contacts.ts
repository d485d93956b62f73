import type { ContactTag, Page } from "../../domain/contact-view.ts";
import { countBounded } from "./bounded.ts";
import type { ChatRow } from "./chats.ts";

export type ContactRow = Pick<ChatRow, "id" | "contact_id" | "name" | "created_at" | "last_at" | "time_zone">;

/** Writes a contact's row, or brings a deleted one back under this name. */
export function saveContact(
  sql: SqlStorage,
  contact: { id: string; contactId: string; name: string | null; at: number },
): void {
  sql.exec(
    `INSERT INTO chats (id, contact_id, name, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, created_at = excluded.created_at, deleted_at = NULL`,
    contact.id,
    contact.contactId,
    contact.name,
    contact.at,
  );
}

/** Names a contact; null clears the name. */
export function nameContact(sql: SqlStorage, id: string, name: string | null): void {
  sql.exec("UPDATE chats SET name = ? WHERE id = ?", name, id);
}

/** Sets where a contact lives; null: where its number says. */
export function placeContact(sql: SqlStorage, id: string, timeZone: string | null): void {
  sql.exec("UPDATE chats SET time_zone = ? WHERE id = ?", timeZone, id);
}

/** Takes a contact out of sight; its messages stay, and with its next message it comes back. */
export function hideContact(sql: SqlStorage, id: string, at: number): void {
  sql.exec("UPDATE chats SET deleted_at = ? WHERE id = ?", at, id);
}

/** Adds tags to a contact; one that it has already stays as it was. */
export function insertTags(sql: SqlStorage, id: string, tags: readonly string[], at: number): void {
  for (const tag of tags) {
    sql.exec("INSERT INTO tags (contact, tag, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, tag, at);
  }
}

/** Removes a tag; answers false when the contact did not have it. */
export function deleteTag(sql: SqlStorage, id: string, tag: string): boolean {
  return sql.exec("DELETE FROM tags WHERE contact = ? AND tag = ? RETURNING tag", id, tag).toArray().length === 1;
}

/** Returns the tags of these contacts by contact, each list in order of the alphabet. */
export function readTags(sql: SqlStorage, ids: readonly string[]): Map<string, ContactTag[]> {
  const rows = sql
    .exec<{ contact: string; tag: string; created_at: number }>(
      // One parameter for the whole list: a statement of an object takes at most 100.
      "SELECT contact, tag, created_at FROM tags WHERE contact IN (SELECT value FROM json_each(?)) ORDER BY contact, tag",
      JSON.stringify(ids),
    )
    .toArray();
  const byContact = new Map<string, ContactTag[]>();
  for (const { contact, tag, created_at } of rows) {
    byContact.set(contact, [...(byContact.get(contact) ?? []), { tag, createdAt: created_at }]);
  }
  return byContact;
}

/** Returns contacts with a tag that are not deleted, in the order of their ids after one. */
export function taggedAfter(
  sql: SqlStorage,
  tag: string,
  after: string,
  limit: number,
): { id: string; name: string | null }[] {
  return sql
    .exec<{ id: string; name: string | null }>(
      `SELECT id, name FROM tags JOIN chats ON chats.id = tags.contact
       WHERE tag = ? AND contact > ? AND deleted_at IS NULL ORDER BY contact LIMIT ?`,
      tag,
      after,
      limit,
    )
    .toArray();
}

/** Returns the ids of one page of the contacts with a tag, in any case, and how many there are (`countBounded`). */
export function pageTagged(sql: SqlStorage, tag: string, page: Page): { ids: string[]; total: number } {
  const from = "FROM tags JOIN chats ON chats.id = tags.contact WHERE lower(tag) = lower(?) AND deleted_at IS NULL";
  const rows = sql
    .exec<{ id: string }>(`SELECT DISTINCT id ${from} ORDER BY id LIMIT ? OFFSET ?`, tag, page.limit, page.offset)
    .toArray();
  return { ids: rows.map(({ id }) => id), total: countBounded(sql, `SELECT DISTINCT id ${from}`, [tag], page) };
}
