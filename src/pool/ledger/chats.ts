import type { ChatSummary, ListChats } from "../../domain/calls/reading.ts";
import type { Page } from "../../domain/contact-view.ts";
import { rowId } from "../../domain/ids.ts";
import type { Direction } from "../../domain/message.ts";
import { bareOf } from "./ahead.ts";
import { countBounded } from "./bounded.ts";
import { type GroupRow, membersOf } from "./groups.ts";
import { noteChat, noteNoChat, numberFor } from "./numbering.ts";

/** A conversation with one contact; stickiness and opt-out live here, so that a send reads one row to know them. */
export type ChatRow = {
  id: string;
  contact_id: string;
  name: string | null;
  created_at: number;
  deleted_at: number | null;
  inbound: number;
  outbound: number;
  first_at: number | null;
  last_at: number | null;
  last_inbound_at: number | null;
  last_outbound_at: number | null;
  last_seq: number | null;
  /** The number of its last event, as far as it does not stand in its last message (`numbering.ts`). */
  sequence: number;
  sticky_number: string | null;
  sticky_at: number | null;
  replied_number: string | null;
  opted_out_at: number | null;
  opted_out_by: string | null;
  /** The writing in which the network last gave the person's address, where it is not the id. */
  address: string | null;
  /** The number at which the person last opted in again, null when they never did or opted out since. */
  opted_in_number: string | null;
  /** Where the person lives, as somebody set it (tz database); null: as the number says. */
  time_zone: string | null;
};

/** Returns a chat row, or null. */
export function findChat(sql: SqlStorage, chat: string): ChatRow | null {
  const [row] = sql.exec<ChatRow>("SELECT * FROM chats WHERE id = ?", chat).toArray();
  if (row === undefined) noteNoChat(sql, chat);
  return row ?? null;
}

/** What one message changes in its chat. `stickTo` null leaves the contact where it is; `repliedTo` is the number that an inbound message was written to. */
export type Touch = {
  chat: string;
  contactId: string;
  seq: number;
  at: number;
  direction: Direction;
  stickTo: string | null;
  repliedTo?: string;
  /** The writing in which the network gave the address of an inbound message. */
  address?: string;
  /** The contact was handed over: the number it once wrote to counts no more, even if it comes back. */
  movesOn?: boolean;
};

/** A message that came in while nobody held its number may be older than what the contact has written since: then it moves nothing. */
const isOlder = "(?5 = 1 AND ?4 < coalesce(last_inbound_at, 0))";

/** Counts a message into its chat, making chat and contact when they are new: one row. A contact that was deleted comes back with traffic. */
export function touchChat(sql: SqlStorage, touch: Touch): void {
  const inbound = touch.direction === "inbound" ? 1 : 0;
  const cursor = bareOf(sql).exec<{ number: number }>(
    `INSERT INTO chats (id, contact_id, created_at, inbound, outbound, first_at, last_at, last_inbound_at, last_outbound_at, last_seq, sticky_number, sticky_at, replied_number, address, sequence)
     VALUES (?1, ?2, ?4, ?5, 1 - ?5, ?4, ?4, iif(?5 = 1, ?4, NULL), iif(?5 = 1, NULL, ?4), ?3, ?6, iif(?6 IS NULL, NULL, ?4), ?7, nullif(?9, ?1), ?10)
     ON CONFLICT (id) DO UPDATE SET
       sequence = max(sequence, ?10, coalesce((SELECT last.sequence FROM messages AS last WHERE last.seq = last_seq), 0)),
       inbound = inbound + ?5, outbound = outbound + 1 - ?5, first_at = min(coalesce(first_at, ?4), ?4), last_at = max(coalesce(last_at, ?4), ?4), last_seq = ?3, deleted_at = NULL,
       last_inbound_at = iif(?5 = 1, max(coalesce(last_inbound_at, ?4), ?4), last_inbound_at), last_outbound_at = iif(?5 = 1, last_outbound_at, ?4),
       sticky_number = iif(?6 IS NULL OR ${isOlder}, sticky_number, ?6), sticky_at = iif(?6 IS NULL OR ${isOlder}, sticky_at, ?4),
       replied_number = iif(?8 = 1, NULL, iif(?7 IS NULL OR ${isOlder}, replied_number, ?7)), address = iif(?9 IS NULL, address, nullif(?9, ?1))
     RETURNING sequence AS number`,
    touch.chat,
    touch.contactId,
    touch.seq,
    touch.at,
    inbound,
    touch.stickTo,
    touch.repliedTo ?? null,
    touch.movesOn === true ? 1 : 0,
    touch.address ?? null,
    numberFor(sql, touch.chat),
  );
  noteChat(sql, touch.chat, { last: touch.seq, number: cursor.one().number });
}

/** Sets or lifts a contact's opt-out; answers false when it stood so already. `optedInAt` is the number at which a person lifts it. */
export function setOptOut(
  sql: SqlStorage,
  chat: string,
  optOut: { at: number; by: string } | null,
  optedInAt: string | null = null,
): boolean {
  const cursor = sql.exec(
    "UPDATE chats SET opted_out_at = ?1, opted_out_by = ?2, opted_in_number = ?4 WHERE id = ?3 AND (opted_out_at IS NULL) = (?1 IS NOT NULL) RETURNING id",
    optOut?.at ?? null,
    optOut?.by ?? null,
    chat,
    optedInAt,
  );
  return cursor.toArray().length === 1;
}

/** Makes sure that a contact has a row; one without messages does not show among the chats. */
export function ensureChat(sql: SqlStorage, contact: { chat: string; contactId: string; at: number }): void {
  sql.exec(
    "INSERT INTO chats (id, contact_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    contact.chat,
    contact.contactId,
    contact.at,
  );
}

/** Ties a contact, new or known, to a number: one row. The number that the contact last wrote to counts no more. */
export function tieContact(
  sql: SqlStorage,
  tie: { chat: string; contactId: string; number: string; at: number },
): void {
  sql.exec(
    `INSERT INTO chats (id, contact_id, created_at, sticky_number, sticky_at) VALUES (?1, ?2, ?3, ?4, ?3)
     ON CONFLICT (id) DO UPDATE SET sticky_number = ?4, sticky_at = ?3, replied_number = NULL`,
    tie.chat,
    tie.contactId,
    tie.at,
    tie.number,
  );
}

/** Ties a contact to the number that its waiting message moved to: one row. Where it was handed over, the number that it last wrote to counts no more. */
export function moveContact(sql: SqlStorage, to: { chat: string; number: string; at: number; movesOn: boolean }): void {
  sql.exec(
    "UPDATE chats SET sticky_number = ?2, sticky_at = ?3, replied_number = iif(?4 = 1, NULL, replied_number) WHERE id = ?1",
    to.chat,
    to.number,
    to.at,
    to.movesOn ? 1 : 0,
  );
}

/** Unties a contact from its number and from the one it last wrote to. */
export function untieContact(sql: SqlStorage, chat: string): void {
  sql.exec("UPDATE chats SET sticky_number = NULL, sticky_at = NULL, replied_number = NULL WHERE id = ?", chat);
}

export type StickyRow = { id: string; sticky_number: string; sticky_at: number };

/** Returns one page of the contacts that are tied to a number, by address, and how many there are (`countBounded`); `chat` asks for one contact. */
export function pageSticky(
  sql: SqlStorage,
  query: Page & { chat: string | null },
): { rows: StickyRow[]; total: number } {
  const { one, values } = oneOrAll(query.chat);
  const from = `FROM chats WHERE sticky_number IS NOT NULL ${one}`;
  const columns = "id, sticky_number, coalesce(sticky_at, created_at) AS sticky_at";
  const rows = sql
    .exec<StickyRow>(`SELECT ${columns} ${from} ORDER BY id LIMIT ? OFFSET ?`, ...values, query.limit, query.offset)
    .toArray();
  return { rows, total: countBounded(sql, `SELECT 1 ${from}`, values, query) };
}

export type OptOutRow = { id: string; opted_out_at: number; opted_out_by: string | null };

/** Returns one page of the contacts that opted out, newest first, and how many there are (`countBounded`); `chat` asks for one contact. */
export function pageOptOuts(
  sql: SqlStorage,
  query: Page & { chat: string | null },
): { rows: OptOutRow[]; total: number } {
  const { one, values } = oneOrAll(query.chat);
  const from = `FROM chats WHERE opted_out_at IS NOT NULL ${one}`;
  const rows = sql
    .exec<OptOutRow>(
      `SELECT id, opted_out_at, opted_out_by ${from} ORDER BY opted_out_at DESC, id LIMIT ? OFFSET ?`,
      ...values,
      query.limit,
      query.offset,
    )
    .toArray();
  return { rows, total: countBounded(sql, `SELECT 1 ${from}`, values, query) };
}

function oneOrAll(chat: string | null): { one: string; values: string[] } {
  return chat === null ? { one: "", values: [] } : { one: "AND id = ?", values: [chat] };
}

/** SQLite folds ASCII letters only, so the text is also compared as it was typed. Without `?1` everything matches. */
export const matchesText =
  "(?1 IS NULL OR instr(lower(id), lower(?1)) > 0 OR instr(lower(name), lower(?1)) > 0 OR instr(name, ?1) > 0)";

/** Of a chat with one person: a group is nobody's contact. */
export const ofPerson = "id NOT GLOB 'grp_*'";

/** A chat with its last message. */
export type ListedChat = ChatRow & {
  last_text: string | null;
  last_direction: Direction | null;
  last_sent_at: number | null;
};

/** A range of the order in which chats were last spoken in, both ends left out. */
export type Spoken = { after: number; before: number };

/** Returns chats of a range that have messages, newest or oldest first; `q` matches the address or the contact's name. */
export function spokenChats(
  sql: SqlStorage,
  { after, before }: Spoken,
  query: Pick<ListChats, "q" | "sort" | "limit" | "offset">,
): ListedChat[] {
  const order = query.sort === "recent" ? "DESC" : "ASC";
  return sql
    .exec<ListedChat>(
      `SELECT page.*, messages.text AS last_text, messages.direction AS last_direction, messages.sent_at AS last_sent_at FROM
         (SELECT * FROM chats WHERE last_seq > ?2 AND last_seq < ?3 AND ${matchesText} ORDER BY last_seq ${order} LIMIT ?4 OFFSET ?5) AS page
       LEFT JOIN messages ON messages.seq = page.last_seq ORDER BY page.last_seq ${order}`,
      query.q,
      after,
      before,
      query.limit,
      query.offset,
    )
    .toArray();
}

/** Counts the chats of a range that match. */
export function countSpoken(sql: SqlStorage, { after, before }: Spoken, q: string): number {
  const query = `SELECT count(*) AS total FROM chats WHERE last_seq > ?2 AND last_seq < ?3 AND ${matchesText}`;
  return sql.exec<{ total: number }>(query, q, after, before).one().total;
}

/** Returns where a slice of a range ends, from its newer or older end on; null where the range has fewer chats. */
export function endOfSpoken(sql: SqlStorage, { after, before }: Spoken, sort: ListChats["sort"], slice: number) {
  const order = sort === "recent" ? "DESC" : "ASC";
  const query = `SELECT last_seq FROM chats WHERE last_seq > ? AND last_seq < ? ORDER BY last_seq ${order} LIMIT 1 OFFSET ?`;
  return sql.exec<{ last_seq: number }>(query, after, before, slice - 1).toArray()[0]?.last_seq ?? null;
}

/** Returns a chat row as its summary, with the group's row where it is one: a group is nobody's contact. */
export function readChatRow(
  row: ChatRow,
  group: GroupRow | null,
  last: { text: string | null; direction: Direction | null; sentAt: number | null },
  tag: string,
): ChatSummary {
  return {
    chatId: row.id,
    group: group === null ? null : { name: group.name, memberCount: membersOf(group).length },
    contact:
      row.deleted_at === null && group === null
        ? { contactId: row.contact_id, identifier: row.id, name: row.name }
        : null,
    inboundCount: row.inbound,
    outboundCount: row.outbound,
    firstAt: row.first_at ?? row.created_at,
    lastAt: row.last_at ?? row.created_at,
    lastInboundAt: row.last_inbound_at,
    lastOutboundAt: row.last_outbound_at,
    lastMessage:
      row.last_seq === null || last.direction === null
        ? null
        : {
            messageId: rowId("msg", row.last_seq, tag),
            text: last.text,
            direction: last.direction,
            at: last.sentAt ?? row.last_at ?? row.created_at,
          },
  };
}
