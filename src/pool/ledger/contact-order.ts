import type { ContactPage } from "../../domain/contact-view.ts";
import { timeOfSequence } from "../../domain/ids.ts";
import { matchesText, ofPerson } from "./chats.ts";
import type { ContactRow } from "./contacts.ts";

/** A contact on the way along an order; `matches`: it is what was searched for. */
export type PassedContact = ContactRow & { last_seq: number | null; matches: number };

/** One line of contacts in its order: at most `limit` of those after one. */
export type Line = (after: PassedContact | null, limit: number) => PassedContact[];

const columns = `id, contact_id, name, created_at, last_at, time_zone, last_seq, ${matchesText} AS matches`;
const here = `deleted_at IS NULL AND ${ofPerson}`;

/** Returns when a contact was last heard of or, without messages, added, in epoch milliseconds. */
export function heardOf(contact: PassedContact): number {
  return contact.last_seq === null ? contact.created_at : timeOfSequence(contact.last_seq);
}

/** Returns the contacts as two lines, each a walk along an index: by time who has messages and who has none, by name who has one and who has none. */
export function linesOf(sql: SqlStorage, { q, sort }: Pick<ContactPage, "q" | "sort">): [Line, Line] {
  const [way, beyond] = sort === "recent" || sort === "name_desc" ? ["DESC", "<"] : ["ASC", ">"];
  const line = (of: string, key: readonly string[], after: string, place: (last: PassedContact) => Place): Line => {
    const order = key.map((column) => `${column} ${way}`).join(", ");
    return (last, limit) => {
      const further = last === null ? "" : `AND (${key.join(", ")}) ${beyond} (${after})`;
      const query = `SELECT ${columns} FROM chats WHERE ${of} AND ${here} ${further} ORDER BY ${order} LIMIT ?2`;
      return sql.exec<PassedContact>(query, q, limit, ...(last === null ? [] : place(last))).toArray();
    };
  };
  if (sort === "recent" || sort === "oldest") {
    return [
      line("last_seq IS NOT NULL", ["last_seq"], "?3", (last) => [last.last_seq]),
      line("last_seq IS NULL", ["created_at", "id"], "?3, ?4", (last) => [last.created_at, last.id]),
    ];
  }
  const byName = ["lower(name)", "name", "id"];
  return [
    line("name IS NOT NULL", byName, "lower(?3), ?3, ?4", (last) => [last.name, last.id]),
    line("name IS NULL", ["id"], "?3", (last) => [last.id]),
  ];
}

type Place = (string | number | null)[];

/** Returns how many contacts without messages there are, how many with messages are out of sight, and how many chats with messages are groups, each counted up to `most`. */
export function countAside(sql: SqlStorage, most: number): { quiet: number; hidden: number; groups: number } {
  const count = (where: string) =>
    sql.exec<{ total: number }>(`SELECT count(*) AS total FROM (SELECT 1 FROM chats ${where} LIMIT ?)`, most).one()
      .total;
  return {
    quiet: count(`INDEXED BY chats_quiet WHERE last_seq IS NULL AND ${here}`),
    hidden: count(`INDEXED BY chats_hidden WHERE deleted_at IS NOT NULL AND last_seq IS NOT NULL AND ${ofPerson}`),
    groups: count("WHERE id GLOB 'grp_*' AND last_seq IS NOT NULL"),
  };
}
