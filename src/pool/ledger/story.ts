import type { EventName } from "../../domain/event.ts";
import { tries } from "./attempts.ts";
import { placesInEvents } from "./in-event.ts";

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
      `SELECT attempts.webhook, ${tries.event} AS event, ${tries.attempt} AS attempt, ${tries.attemptedAt} AS attempted_at,
         ${tries.durationMs} AS duration_ms, ${tries.status} AS status, ${tries.error} AS error FROM ${tries.from}
       WHERE attempts.webhook = ?1 AND attempts.seq > ?2 AND ${tries.event} IN (SELECT value FROM json_each(?3))
         AND attempts.seq <= coalesce((SELECT seq FROM attempts WHERE webhook = ?1 AND seq > ?2 ORDER BY seq LIMIT 1 OFFSET ?4), 9007199254740991)
       ORDER BY attempts.seq, one.key`,
      webhook,
      first,
      JSON.stringify(events),
      limit,
    )
    .toArray();
}

/** Returns what a webhook is still owed of these events: what has no row, and what is among the first `limit` of the rows. */
export function owedOf(
  sql: SqlStorage,
  webhook: string,
  events: readonly number[],
  limit: number,
): { webhook: string; event: number; attempt: number; due_at: number }[] {
  const rows = sql
    .exec<{ webhook: string; event: number; attempt: number; due_at: number }>(
      `SELECT webhook, event, attempt, due_at FROM (SELECT webhook, event, attempt, due_at FROM owed WHERE webhook = ? ORDER BY rank, due_at, event LIMIT ?)
       WHERE event IN (SELECT value FROM json_each(?))`,
      webhook,
      limit,
      JSON.stringify(events),
    )
    .toArray();
  return [...rows, ...placesInEvents(sql, webhook).filter(({ event }) => events.includes(event))];
}
