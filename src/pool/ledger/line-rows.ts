import type { MessageRow } from "./messages.ts";

/** Messages of lines are open for so long after they left: a person may read them, or press "Try again", days later. */
const openMs = 3 * 24 * 60 * 60 * 1000;
const openAtMost = 200;

/** Returns the newest messages of an account whose state may still change: all that have not ended, what was delivered and not read, what failed and may be tried again by hand. */
export function openOfAccount(sql: SqlStorage, account: string, sinceSeq: number): MessageRow[] {
  return sql
    .exec<MessageRow>(
      `SELECT * FROM messages WHERE seq > ? AND account = ? AND direction = 'outbound' AND sid IS NOT NULL
         AND status IN ('queued', 'sending', 'sent', 'delivered', 'failed') ORDER BY seq DESC LIMIT ?`,
      sinceSeq,
      account,
      openAtMost,
    )
    .toArray();
}
export { openMs };

/** Counts an account's messages that have left and not ended, as far as the newest hundred tell. */
export function countOpen(sql: SqlStorage, account: string): number {
  return sql
    .exec<{ total: number }>(
      `SELECT count(*) AS total FROM (SELECT status FROM messages WHERE account = ? AND direction = 'outbound' ORDER BY seq DESC LIMIT 100)
       WHERE status IN ('queued', 'sending', 'sent')`,
      account,
    )
    .one().total;
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

/** Returns the messages to a chat that may have gone and have no id yet, oldest first. */
export function unnamedTo(sql: SqlStorage, chat: string): MessageRow[] {
  return sql
    .exec<MessageRow>(
      "SELECT * FROM messages WHERE chat = ? AND direction = 'outbound' AND status = 'sending' AND sid IS NULL ORDER BY seq",
      chat,
    )
    .toArray();
}

/** Notes that a line began a conversation: one row. */
export function noteOpening(sql: SqlStorage, opening: { number: string; at: number; chat: string }): void {
  sql.exec(
    "INSERT INTO openings (number, at, chat) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    opening.number,
    opening.at,
    opening.chat,
  );
}

/** Returns how many conversations a line has begun since `since`, and when the first of them was; other than with `chat`. */
export function openingsSince(sql: SqlStorage, number: string, since: number): { count: number; first: number | null } {
  return sql
    .exec<{ count: number; first: number | null }>(
      "SELECT count(*) AS count, min(at) AS first FROM openings WHERE number = ? AND at > ?",
      number,
      since,
    )
    .one();
}

/** Forgets at most `limit` beginnings from before a time; returns how many. */
export function sweepOpenings(sql: SqlStorage, before: number, limit: number): number {
  return sql
    .exec(
      "DELETE FROM openings WHERE (number, at, chat) IN (SELECT number, at, chat FROM openings WHERE at < ? LIMIT ?) RETURNING chat",
      before,
      limit,
    )
    .toArray().length;
}

/** Counts a chat's messages from us after a sequence number, up to `most`; what never left does not count. */
export function countSaid(sql: SqlStorage, chat: string, afterSeq: number, most: number): number {
  return sql
    .exec<{ total: number }>(
      `SELECT count(*) AS total FROM (SELECT 1 FROM messages WHERE chat = ? AND seq > ? AND direction = 'outbound'
         AND status <> 'cancelled' AND NOT (status = 'failed' AND sid IS NULL) LIMIT ?)`,
      chat,
      afterSeq,
      most,
    )
    .one().total;
}

/** Returns the sequence number of the last message that a person wrote in a chat, 0 where none did. */
export function lastSaidTo(sql: SqlStorage, chat: string): number {
  const query = "SELECT max(seq) AS last FROM messages WHERE chat = ? AND direction = 'inbound'";
  return sql.exec<{ last: number | null }>(query, chat).one().last ?? 0;
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
