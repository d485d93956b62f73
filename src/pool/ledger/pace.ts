import type { Channel } from "../../domain/snapshot.ts";
import { expectDeparture, lineUp, schedule, strike } from "./agenda.ts";
import { bareOf } from "./ahead.ts";
import type { MessageRow } from "./message-row.ts";
import { dropRecent } from "./messages.ts";
import { turnsOf } from "./turns.ts";

/** How many of the newest messages are looked at to learn when a paced number sent last; older ones left long ago or still wait. */
const newest = 1_000;

/** Returns when each number last sent one of the pool's newest messages, in epoch milliseconds. */
export function lastDepartures(sql: SqlStorage): Map<string, number> {
  const rows = bareOf(sql)
    .exec<{ number: string; at: number }>(
      `SELECT number, max(attempted_at) AS at FROM (SELECT number, attempted_at FROM messages ORDER BY seq DESC LIMIT ?)
       WHERE attempted_at IS NOT NULL GROUP BY number`,
      newest,
    )
    .toArray();
  return new Map(rows.map((row) => [row.number, row.at]));
}

/** Returns the last slot that a waiting message of a number holds, or null: the end of its line, however long it is. */
export function lastSlot(sql: SqlStorage, number: string): number | null {
  const query = `SELECT agenda.due_at AS at FROM agenda JOIN messages USING (seq)
       WHERE agenda.number = ? AND status = 'queued' ORDER BY agenda.due_at DESC, agenda.seq DESC LIMIT 1`;
  const inRows = sql.exec<{ at: number }>(query, number).toArray()[0]?.at ?? null;
  const all = [...(inRows === null ? [] : [inRows]), ...turnsOf(sql, number).map(({ due_at }) => due_at)];
  return all.length === 0 ? null : Math.max(...all);
}

export type WaitingRow = { seq: number; due_at: number };

/** Returns at most `limit` of a number's queued messages after a sequence number, in the order in which they were accepted. */
export function waitingOfNumber(sql: SqlStorage, number: string, after: number, limit: number): WaitingRow[] {
  lineUp(sql);
  return sql
    .exec<WaitingRow>(
      `SELECT seq, agenda.due_at AS due_at FROM agenda JOIN messages USING (seq)
       WHERE agenda.number = ? AND status = 'queued' AND seq > ? ORDER BY seq LIMIT ?`,
      number,
      after,
      limit,
    )
    .toArray();
}

/** Returns the last slot of a number's queued messages up to a sequence number, or null. */
export function lastSlotUpTo(sql: SqlStorage, number: string, seq: number): number | null {
  lineUp(sql);
  return sql
    .exec<{ at: number | null }>(
      "SELECT max(agenda.due_at) AS at FROM agenda JOIN messages USING (seq) WHERE agenda.number = ? AND status = 'queued' AND seq <= ?",
      number,
      seq,
    )
    .one().at;
}

/** Gives a waiting message another slot. */
export function moveWaiting(sql: SqlStorage, number: string, row: WaitingRow, dueAt: number): void {
  lineUp(sql, row.seq + 1);
  const query = "UPDATE agenda SET due_at = ? WHERE number = ? AND due_at = ? AND seq = ?";
  sql.exec(query, dueAt, number, row.due_at, row.seq);
  sql.exec("UPDATE messages SET due_at = ? WHERE seq = ?", dueAt, row.seq);
  dropRecent(sql, row.seq);
  expectDeparture(sql, number, dueAt);
}

/** Returns how many messages accepted since `from` (a sequence number) have left each number, at least once tried. */
export function countDepartures(sql: SqlStorage, from: number): Map<string, number> {
  const rows = sql
    .exec<{ number: string; total: number }>(
      "SELECT number, count(*) AS total FROM messages WHERE seq >= ? AND direction = 'outbound' AND attempts > 0 GROUP BY number",
      from,
    )
    .toArray();
  return new Map(rows.map((row) => [row.number, row.total]));
}

/** Returns at most `limit` messages that wait on a number, also those that are scheduled. */
export function messagesWaitingOn(sql: SqlStorage, number: string, limit: number): MessageRow[] {
  lineUp(sql);
  return sql
    .exec<MessageRow>(
      "SELECT messages.* FROM agenda JOIN messages USING (seq) WHERE agenda.number = ? AND status IN ('queued', 'scheduled') LIMIT ?",
      number,
      limit,
    )
    .toArray();
}

/** Returns at most `limit` sequence numbers after one that stand in these numbers' lines, in the order in which they were accepted: the lines alone are read. */
export function linesOf(sql: SqlStorage, numbers: readonly string[], after: number, limit: number): number[] {
  lineUp(sql);
  const query =
    "SELECT seq FROM agenda WHERE number IN (SELECT value FROM json_each(?)) AND seq > ? ORDER BY seq LIMIT ?";
  return sql
    .exec<{ seq: number }>(query, JSON.stringify(numbers), after, limit)
    .toArray()
    .map(({ seq }) => seq);
}

/** Returns those of these messages that are queued and were never tried, in the order in which they were accepted; none whose sender was asked for by name. */
export function untriedAmong(sql: SqlStorage, seqs: readonly number[]): MessageRow[] {
  return sql
    .exec<MessageRow>(
      `SELECT * FROM messages WHERE seq IN (SELECT value FROM json_each(?)) AND status = 'queued' AND attempts = 0 AND sid IS NULL
         AND coalesce(json_extract(detail, '$.trace.reason'), '') <> 'requested' ORDER BY seq`,
      JSON.stringify(seqs),
    )
    .toArray();
}

/** Returns the first sequence number that stands in these numbers' lines, or null. */
export function firstOfLines(sql: SqlStorage, numbers: readonly string[]): number | null {
  return linesOf(sql, numbers, 0, 1)[0] ?? null;
}

/** Says whether a message of the chat that was accepted before this one, from `from` (a sequence number) on, still waits on one of these numbers. */
export function waitsBehind(
  sql: SqlStorage,
  { chat, seq }: MessageRow,
  from: number,
  numbers: readonly string[],
): boolean {
  const query = `SELECT 1 FROM messages WHERE chat = ? AND seq >= ? AND seq < ? AND direction = 'outbound' AND status IN ('queued', 'sending')
       AND sid IS NULL AND number IN (SELECT value FROM json_each(?)) LIMIT 1`;
  return sql.exec(query, chat, from, seq, JSON.stringify(numbers)).toArray().length > 0;
}

/** Gives a waiting message another sender, and its slot there. */
export function changeSender(
  sql: SqlStorage,
  row: MessageRow,
  to: { number: string; account: string; channel: Channel; dueAt: number; detail: string },
): void {
  if (row.due_at !== null) strike(sql, row, row.due_at);
  schedule(sql, { number: to.number, seq: row.seq }, to.dueAt);
  const query = "UPDATE messages SET number = ?, account = ?, channel = ?, due_at = ?, detail = ? WHERE seq = ?";
  sql.exec(query, to.number, to.account, to.channel, to.dueAt, to.detail, row.seq);
  dropRecent(sql, row.seq);
}
