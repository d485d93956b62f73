import { forgetAttemptsOf } from "./attempts.ts";
import { forgetInLists } from "./campaign-people.ts";
import { deleteEvents } from "./events.ts";
import { forgetNamed, forgetRows } from "./memory.ts";
import { noteAll } from "./notes.ts";
import { carryNumbers } from "./numbering.ts";
import { restateTally, tallyOf } from "./tally.ts";

/** What has left or may leave yet is not ended: nothing of it is forgotten. */
const hasEnded = "status NOT IN ('queued', 'scheduled', 'sending')";

/** Forgets at most `limit` messages before a sequence number that have ended, those of Macs as `heedRows` says; returns how many it forgot. */
export function sweepMessages(sql: SqlStorage, before: number, limit: number, macs: Macs): number {
  tallyOf(sql);
  const query = `SELECT seq FROM messages WHERE seq < ? AND ${hasEnded} ORDER BY seq LIMIT ?`;
  const seqs = sql
    .exec<{ seq: number }>(query, before, limit)
    .toArray()
    .map(({ seq }) => seq);
  if (seqs.length === 0) return 0;
  carryNumbers(sql, { seqs });
  heedRows(sql, "seq IN (SELECT value FROM json_each(?3))", JSON.stringify(seqs), macs);
  sql.exec("DELETE FROM messages WHERE seq IN (SELECT value FROM json_each(?))", JSON.stringify(seqs));
  restateTally(sql, false);
  forgetNamed(sql, "messages");
  return seqs.length;
}

/** The accounts that are Macs, and the time. */
export type Macs = { accounts: readonly string[]; at: number };

/** A Mac keeps its rows, and another database of it shows them anew: of what is forgotten here the id is kept for a while, so that it is nobody's news again. */
function heedRows(sql: SqlStorage, which: string, value: string, { accounts, at }: Macs): void {
  if (accounts.length === 0) return;
  sql.exec(
    `INSERT INTO heeded (sid, at) SELECT sid, ?1 FROM messages
     WHERE sid IS NOT NULL AND account IN (SELECT value FROM json_each(?2)) AND ${which} ON CONFLICT DO NOTHING`,
    at,
    JSON.stringify(accounts),
    value,
  );
}

/** Returns the sequence number of the oldest message that has ended, null where there is none. */
export function oldestEnded(sql: SqlStorage): number | null {
  const query = `SELECT seq FROM messages WHERE ${hasEnded} ORDER BY seq LIMIT 1`;
  return sql.exec<{ seq: number }>(query).toArray()[0]?.seq ?? null;
}

/** Says whether a message of this conversation has not ended. */
export function hasUnended(sql: SqlStorage, chat: string): boolean {
  return sql.exec(`SELECT 1 FROM messages WHERE chat = ? AND NOT (${hasEnded}) LIMIT 1`, chat).toArray().length > 0;
}

/** Forgets everything of one person, in the caller's transaction, but for that they opted out, by what and when, and what `heedRows` says; returns how many messages and events went. */
export function forgetPerson(
  sql: SqlStorage,
  chat: string,
  macs: Macs,
): { messages: number; events: number; keptOptOut: boolean } {
  noteAll(sql);
  const gone =
    "(SELECT seq FROM events WHERE json_extract(body, '$.external_id') = ?1 OR message IN (SELECT seq FROM messages WHERE chat = ?1))";
  sql.exec(`DELETE FROM owed WHERE event IN ${gone}`, chat);
  const events = sql.exec<{ seq: number }>(`SELECT seq FROM events WHERE seq IN ${gone}`, chat).toArray();
  const seqs = events.map(({ seq }) => seq);
  forgetAttemptsOf(sql, seqs);
  deleteEvents(sql, seqs);
  sql.exec("DELETE FROM links WHERE message IN (SELECT seq FROM messages WHERE chat = ?)", chat);
  sql.exec("DELETE FROM looks WHERE seq IN (SELECT seq FROM messages WHERE chat = ?)", chat);
  carryNumbers(sql, { chat });
  heedRows(sql, "chat = ?3", chat, macs);
  const messages = sql.exec("DELETE FROM messages WHERE chat = ? RETURNING seq", chat).toArray().length;
  forgetInLists(sql, chat);
  sql.exec("DELETE FROM handed WHERE chat = ?", chat);
  sql.exec("DELETE FROM reach WHERE contact = ?", chat);
  sql.exec("DELETE FROM heard WHERE contact = ?", chat);
  sql.exec("DELETE FROM tags WHERE contact = ?", chat);
  sql.exec("DELETE FROM opt_ins WHERE contact = ?", chat);
  const kept = sql
    .exec(
      `UPDATE chats SET name = NULL, deleted_at = ?, inbound = 0, outbound = 0, first_at = NULL, last_at = NULL, last_inbound_at = NULL,
         last_outbound_at = NULL, last_seq = NULL, sticky_number = NULL, sticky_at = NULL, replied_number = NULL, address = NULL, time_zone = NULL
       WHERE id = ? AND opted_out_at IS NOT NULL RETURNING id`,
      macs.at,
      chat,
    )
    .toArray();
  if (kept.length === 0) {
    sql.exec("DELETE FROM blocks WHERE contact = ?", chat);
    sql.exec("DELETE FROM chats WHERE id = ?", chat);
  }
  restateTally(sql, true);
  forgetRows(sql);
  return { messages, events: events.length, keptOptOut: kept.length > 0 };
}
