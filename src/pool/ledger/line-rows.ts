import { sequenceAt } from "../../domain/ids.ts";
import type { MessageRow } from "./message-row.ts";

/** In SQL, which rows are messages that the gateway sent or is to send: what a person typed on a line's own phone or Mac has an id of the network, and was never tried by us. */
export const isSentByUs = "(direction = 'outbound' AND (attempts > 0 OR sid IS NULL))";

/** Messages of lines are open for so long after they left: a person may read them, or press "Try again", days later. */
export const openMs = 3 * 24 * 60 * 60 * 1000;
/** So many of the pool's messages are looked at in one slice, whosever they are. */
export const sliceRows = 300;

/** A slice of messages, from the newest below a sequence number on: those of an account whose state may still change, and the number that the next slice goes on below, null where nothing is left. */
export type OpenSlice = { open: { seq: number; sid: string }[]; goesOnBelow: number | null };

/**
 * Returns one slice: all of an account that have not ended, what was delivered and not read, what failed and may be tried again by hand. What is read is the same however
 * many messages there are.
 */
export function openOfAccount(sql: SqlStorage, account: string, range: { above: number; below: number }): OpenSlice {
  const rows = sql
    .exec<{ seq: number; sid: string | null }>(
      `SELECT seq, CASE WHEN account = ?1 AND direction = 'outbound' AND status IN ('queued', 'sending', 'sent', 'delivered', 'failed') THEN sid END AS sid
         FROM messages WHERE seq > ?2 AND seq < ?3 ORDER BY seq DESC LIMIT ?4`,
      account,
      range.above,
      range.below,
      sliceRows,
    )
    .toArray();
  const last = rows.length < sliceRows ? null : (rows.at(-1)?.seq ?? null);
  return { open: rows.flatMap(({ seq, sid }) => (sid === null ? [] : [{ seq, sid }])), goesOnBelow: last };
}

/** Says whether any of the pool's newest messages is an account's that left since `sinceSeq` and has not ended. */
export function hasOpen(sql: SqlStorage, account: string, sinceSeq: number): boolean {
  const query = `SELECT 1 FROM (SELECT account, direction, status FROM messages WHERE seq > ? ORDER BY seq DESC LIMIT 100)
       WHERE account = ? AND direction = 'outbound' AND status IN ('queued', 'sending', 'sent') LIMIT 1`;
  return sql.exec(query, sinceSeq, account).toArray().length > 0;
}

/** Returns the chats of an account with a message of which nobody knows yet whether it went. */
export function unsettledChats(sql: SqlStorage, account: string): string[] {
  return sql
    .exec<{ chat: string }>(
      "SELECT DISTINCT messages.chat AS chat FROM looks JOIN messages USING (seq) WHERE looks.account = ? AND looks.kind = 'lost'",
      account,
    )
    .toArray()
    .map(({ chat }) => chat);
}

/** Returns the messages of an account to a chat of which nobody knows yet whether they went, by their sequence numbers. */
export function unsettledTo(sql: SqlStorage, account: string, chat: string): number[] {
  return sql
    .exec<{ seq: number }>(
      "SELECT messages.seq AS seq FROM looks JOIN messages USING (seq) WHERE looks.account = ? AND looks.kind = 'lost' AND messages.chat = ? ORDER BY seq",
      account,
      chat,
    )
    .toArray()
    .map(({ seq }) => seq);
}

/** So many of a chat's newest messages are looked at for one that was given up. */
const chatRows = 50;

/** Returns the newest messages to a chat that were given up because nobody could say whether they went, oldest first. */
export function givenUpTo(sql: SqlStorage, chat: string): MessageRow[] {
  return sql
    .exec<MessageRow>(
      `SELECT * FROM (SELECT * FROM messages WHERE chat = ? ORDER BY seq DESC LIMIT ?)
         WHERE direction = 'outbound' AND status = 'failed' AND error_code = 'outcome_unknown' AND sid IS NULL ORDER BY seq`,
      chat,
      chatRows,
    )
    .toArray();
}

/** Returns the n-th newest message of a chat (from 1), of one direction or any, among those that the network knows; null where there are fewer. */
export function nthNewest(
  sql: SqlStorage,
  chat: string,
  direction: "inbound" | "outbound" | null,
  n: number,
): MessageRow | null {
  const rows = sql.exec<MessageRow>(
    "SELECT * FROM messages WHERE chat = ?1 AND (?2 IS NULL OR direction = ?2) AND sid IS NOT NULL ORDER BY seq DESC LIMIT 1 OFFSET ?3",
    chat,
    direction,
    n - 1,
  );
  return rows.toArray()[0] ?? null;
}

export type Said = Pick<MessageRow, "number" | "direction" | "status" | "attempts" | "created_at">;

/** Returns the newest messages of a chat, newest first, with what its line's caps must know of them; none that a person typed on a device. */
export function newestOf(sql: SqlStorage, chat: string, limit: number): Said[] {
  const query = `SELECT number, direction, status, attempts, created_at FROM messages
       WHERE chat = ? AND (direction = 'inbound' OR ${isSentByUs}) ORDER BY seq DESC LIMIT ?`;
  return sql.exec<Said>(query, chat, limit).toArray();
}

/** Says whether a person wrote to a chat by hand, on a device of this line, after `since` (epoch milliseconds). */
export function isTypedTo(sql: SqlStorage, { chat, number, since }: { chat: string; number: string; since: number }) {
  const query = `SELECT 1 FROM messages WHERE chat = ? AND seq > ? AND number = ? AND direction = 'outbound' AND NOT ${isSentByUs} LIMIT 1`;
  return sql.exec(query, chat, sequenceAt(since), number).toArray().length > 0;
}
