import type { MessageStatus } from "../../domain/message.ts";
import { aheadOf, bareOf } from "./ahead.ts";
import type { MessageRow } from "./message-row.ts";

/** Returns the messages from this number to this chat of which nobody knows or knew whether the carrier took them, oldest first. */
export function unknownsTo(sql: SqlStorage, chat: string, number: string): Pick<MessageRow, "seq" | "attempted_at">[] {
  return sql
    .exec<Pick<MessageRow, "seq" | "attempted_at">>(
      "SELECT seq, attempted_at FROM messages WHERE chat = ? AND number = ? AND outcome_unknown = 1 ORDER BY seq",
      chat,
      number,
    )
    .toArray();
}

/** Says whether the message before this one in its chat has still to leave, or is one of those `leaving`, as far as it is not scheduled. */
export function hasEarlierWaiting(
  sql: SqlStorage,
  { chat, seq }: Pick<MessageRow, "chat" | "seq">,
  leaving: ReadonlyMap<number, unknown>,
): boolean {
  const query = `SELECT seq, status FROM messages WHERE chat = ? AND seq < ? AND direction = 'outbound' AND status NOT IN ('scheduled', 'cancelled')
       AND NOT (status = 'failed' AND attempts = 0) ORDER BY seq DESC LIMIT 1`;
  const [before] = sql.exec<Pick<MessageRow, "seq" | "status">>(query, chat, seq).toArray();
  return before !== undefined && (before.status === "queued" || leaving.has(before.seq));
}

/** Says whether a message of a chat that could leave now has still to: what is scheduled for later, or ended without a try, holds nobody back. */
export function chatWaits(sql: SqlStorage, chat: string, now: number): boolean {
  const query = `SELECT status FROM messages WHERE chat = ? AND direction = 'outbound' AND status <> 'cancelled'
       AND NOT (status = 'failed' AND attempts = 0) AND NOT (status = 'scheduled' AND due_at > ?) ORDER BY seq DESC LIMIT 1`;
  const status = sql.exec<{ status: MessageStatus }>(query, chat, now).toArray()[0]?.status;
  return status === "queued" || status === "scheduled";
}

/** So many of a chat's newest messages are looked at for what was reported of them lately. */
const reportedLately = 8;

/** Returns when a chat's newest messages were accepted, and when each came to what it came to. */
export function reportTimes(sql: SqlStorage, chat: string): number[] {
  return sql
    .exec<{ at: number }>(
      `SELECT step.value ->> 1 AS at FROM (SELECT detail FROM messages WHERE chat = ?1 AND direction = 'outbound' ORDER BY seq DESC LIMIT ?2) AS newest,
         json_each(newest.detail, '$.life') AS step
       UNION SELECT created_at FROM (SELECT created_at FROM messages WHERE chat = ?1 AND direction = 'outbound' ORDER BY seq DESC LIMIT ?2)`,
      chat,
      reportedLately,
    )
    .toArray()
    .map(({ at }) => at);
}

/** Returns the messages from a sequence number on that were leaving as they were accepted when the object went away, and how many messages were looked at. */
export function interruptedSince(sql: SqlStorage, from: number): { rows: MessageRow[]; lookedAt: number } {
  const query =
    "SELECT * FROM messages WHERE seq >= ? AND status = 'sending' AND outcome_unknown = 0 AND sid IS NULL AND due_at IS NULL";
  const cursor = bareOf(sql).exec<MessageRow>(query, from);
  const rows = cursor.toArray().filter(({ seq }) => !aheadOf(sql).messages.has(seq));
  return { rows, lookedAt: cursor.rowsRead };
}

/** Returns the sequence number of the first message after `seq`, or null. */
export function firstAfter(sql: SqlStorage, seq: number): number | null {
  const query = "SELECT seq FROM messages WHERE seq > ? ORDER BY seq LIMIT 1";
  return bareOf(sql).exec<{ seq: number }>(query, seq).toArray()[0]?.seq ?? null;
}

/** Returns messages of a range of the key (`from` excluded) that the carrier took and that wait for a final status, oldest first. */
export function openMessages(sql: SqlStorage, from: number, upTo: number, limit: number): MessageRow[] {
  return sql
    .exec<MessageRow>(
      `SELECT * FROM messages WHERE seq > ? AND seq <= ? AND direction = 'outbound' AND sid IS NOT NULL
         AND (status IN ('queued', 'sending') OR (status = 'sent' AND json_extract(detail, '$.deliveryReport') = 'expected'))
       ORDER BY seq LIMIT ?`,
      from,
      upTo,
      limit,
    )
    .toArray();
}

/** Returns the messages with these sequence numbers, as many as there still are. */
export function messagesNamed(sql: SqlStorage, seqs: readonly number[]): MessageRow[] {
  if (seqs.length === 0) return [];
  const query = "SELECT * FROM messages WHERE seq IN (SELECT value FROM json_each(?))";
  return sql.exec<MessageRow>(query, JSON.stringify(seqs)).toArray();
}

/** Returns the newest message of ours that may have reached a chat, or null: what waits to leave, or surely never came, said nothing to anybody. */
export function lastOutbound(sql: SqlStorage, chat: string): MessageRow | null {
  const query = `SELECT * FROM messages WHERE chat = ? AND direction = 'outbound' AND (status NOT IN ('queued', 'scheduled', 'cancelled', 'failed', 'undelivered')
       OR error_code = 'outcome_unknown') ORDER BY seq DESC LIMIT 1`;
  return sql.exec<MessageRow>(query, chat).toArray()[0] ?? null;
}
