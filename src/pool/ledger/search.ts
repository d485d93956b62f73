import type { Contact } from "../../domain/calls/reading.ts";
import { ofPerson } from "./chats.ts";
import type { MessageRow } from "./message-row.ts";

/** What a message must be like. `statuses` null: any; `unknown` true: its outcome is not known. `text` is part of its text, or its provider id. */
export type MessageFilter = {
  chat: string | null;
  direction: string | null;
  number: string | null;
  statuses: readonly string[] | null;
  unknown: boolean;
  text: string | null;
};

/** A range of the key, both ends left out. */
export type Between = { after: number; before: number };

/** Returns the lowest sequence number of the `slice` newest messages of a range, of one chat or of all; null where the range has fewer. */
export function endOfSlice(sql: SqlStorage, chat: string | null, range: Between, slice: number): number | null {
  const of = chat === null ? "" : "AND chat = ?4";
  const values = [range.after, range.before, slice - 1, ...(chat === null ? [] : [chat])];
  return (
    sql
      .exec<{ seq: number }>(
        `SELECT seq FROM messages WHERE seq > ?1 AND seq < ?2 ${of} ORDER BY seq DESC LIMIT 1 OFFSET ?3`,
        ...values,
      )
      .toArray()[0]?.seq ?? null
  );
}

/** Returns the messages of a range that match, newest first. */
export function matchingMessages(sql: SqlStorage, filter: MessageFilter, range: Between, limit: number): MessageRow[] {
  const { where, values } = conditionsOf(filter);
  return sql
    .exec<MessageRow>(
      `SELECT * FROM messages WHERE seq > ? AND seq < ? ${where} ORDER BY seq DESC LIMIT ?`,
      range.after,
      range.before,
      ...values,
      limit,
    )
    .toArray();
}

function conditionsOf(filter: MessageFilter): { where: string; values: string[] } {
  const { chat, direction, number, statuses, unknown, text } = filter;
  const parts: string[] = [];
  const values: string[] = [];
  const demand = (part: string, ...given: string[]) => {
    parts.push(part);
    values.push(...given);
  };
  if (chat !== null) demand("AND chat = ?", chat);
  if (direction !== null) demand("AND direction = ?", direction);
  if (number !== null) demand("AND number = ?", number);
  if (statuses !== null) demand("AND status IN (SELECT value FROM json_each(?))", JSON.stringify(statuses));
  if (unknown) demand("AND outcome_unknown = 1");
  // SQLite folds ASCII letters only, so the text is also compared as it was typed.
  if (text !== null)
    demand("AND (sid = ? OR instr(lower(text), lower(?)) > 0 OR instr(text, ?) > 0)", text, text, text);
  return { where: parts.join(" "), values };
}

/** Returns the sequence number of the newest message, or null. */
export function newestMessage(sql: SqlStorage): number | null {
  return sql.exec<{ newest: number | null }>("SELECT max(seq) AS newest FROM messages").one().newest;
}

/** Returns the contacts of these chats by chat; one that was deleted is left out, and a group is nobody's contact. */
export function contactsOf(sql: SqlStorage, chats: readonly string[]): Map<string, Contact> {
  const rows = sql
    .exec<{ id: string; contact_id: string; name: string | null }>(
      `SELECT id, contact_id, name FROM chats WHERE deleted_at IS NULL AND ${ofPerson} AND id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(chats),
    )
    .toArray();
  return new Map(rows.map(({ id, contact_id, name }) => [id, { contactId: contact_id, identifier: id, name }]));
}
