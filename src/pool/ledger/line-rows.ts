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

/** Returns the newest messages of a chat, newest first, with what its line's caps must know of them. */
export function newestOf(sql: SqlStorage, chat: string, limit: number): Said[] {
  const query =
    "SELECT number, direction, status, attempts, created_at FROM messages WHERE chat = ? ORDER BY seq DESC LIMIT ?";
  return sql.exec<Said>(query, chat, limit).toArray();
}
