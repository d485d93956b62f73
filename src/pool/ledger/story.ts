import type { EventName } from "../../domain/event.ts";

/** Returns the events about a message in a range of the key, replays left out. */
export function eventsAbout(
  sql: SqlStorage,
  message: number,
  range: { from: number; before: number },
): { seq: number; name: EventName }[] {
  return sql
    .exec<{ seq: number; name: EventName }>(
      "SELECT seq, name FROM events WHERE seq >= ? AND seq < ? AND message = ? AND original IS NULL ORDER BY seq",
      range.from,
      range.before,
      message,
    )
    .toArray();
}

export type AttemptOf = {
  webhook: string;
  event: number;
  attempt: number;
  attempted_at: number;
  duration_ms: number;
  status: number | null;
  error: string | null;
};

/** Returns a webhook's attempts to deliver these events, among the `limit` attempts that followed the first of them. */
export function attemptsOf(sql: SqlStorage, webhook: string, events: readonly number[], limit: number): AttemptOf[] {
  const first = Math.min(...events);
  return sql
    .exec<AttemptOf>(
      `SELECT webhook, event, attempt, attempted_at, duration_ms, status, error FROM attempts
       WHERE webhook = ?1 AND seq > ?2 AND event IN (SELECT value FROM json_each(?3))
         AND seq <= coalesce((SELECT seq FROM attempts WHERE webhook = ?1 AND seq > ?2 ORDER BY seq LIMIT 1 OFFSET ?4), 9007199254740991)
       ORDER BY seq`,
      webhook,
      first,
      JSON.stringify(events),
      limit,
    )
    .toArray();
}

/** Returns what a webhook is still owed of these events, among the first `limit` of all that it is owed. */
export function owedOf(
  sql: SqlStorage,
  webhook: string,
  events: readonly number[],
  limit: number,
): { webhook: string; event: number; attempt: number; due_at: number }[] {
  return sql
    .exec<{ webhook: string; event: number; attempt: number; due_at: number }>(
      `SELECT webhook, event, attempt, due_at FROM (SELECT webhook, event, attempt, due_at FROM owed WHERE webhook = ? ORDER BY rank, due_at, event LIMIT ?)
       WHERE event IN (SELECT value FROM json_each(?))`,
      webhook,
      limit,
      JSON.stringify(events),
    )
    .toArray();
}
