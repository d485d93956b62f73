import type { EventName } from "../../domain/event.ts";
import type { DeliveryHandle } from "../../domain/pool-calls.ts";

/** What a webhook still has to get. `body` stands only where the receiver's format is not that of the event itself. */
export type OwedRow = { webhook: string; due_at: number; event: number; attempt: number; body: string | null };

/** Writes down that an event is owed to a webhook. */
export function owe(sql: SqlStorage, row: OwedRow): void {
  sql.exec(
    "INSERT INTO owed (webhook, due_at, event, attempt, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    row.webhook,
    row.due_at,
    row.event,
    row.attempt,
    row.body,
  );
}

/** What is owed with what the event says; `bytes` is the body to send. */
export type DueRow = OwedRow & { name: EventName; message: number | null; original: number | null; bytes: string };

/** Returns what is owed to one webhook and due, oldest first, each with the bytes to send. */
export function dueOfWebhook(sql: SqlStorage, webhook: string, now: number, limit: number): DueRow[] {
  return sql
    .exec<DueRow>(
      `SELECT owed.*, events.name, events.message, events.original, coalesce(owed.body, events.body) AS bytes
       FROM owed JOIN events ON events.seq = owed.event
       WHERE owed.webhook = ? AND owed.due_at <= ? ORDER BY owed.due_at, owed.event LIMIT ?`,
      webhook,
      now,
      limit,
    )
    .toArray();
}

/** The oldest thing that is owed to a webhook. */
export type OwedHead = { webhook: string; due_at: number };

/** Returns each webhook that something is owed to with the time of its first; the index is entered once per webhook, however long the backlogs are. */
export function owedHeads(sql: SqlStorage): OwedHead[] {
  return sql
    .exec<OwedHead>(
      `WITH RECURSIVE heads (webhook) AS (
         SELECT min(webhook) FROM owed
         UNION ALL SELECT (SELECT min(webhook) FROM owed WHERE owed.webhook > heads.webhook) FROM heads WHERE heads.webhook IS NOT NULL
       )
       SELECT webhook, (SELECT min(due_at) FROM owed WHERE owed.webhook = heads.webhook) AS due_at FROM heads WHERE webhook IS NOT NULL
       ORDER BY due_at`,
    )
    .toArray();
}

/** Returns when the first thing after a time is owed to a webhook, or null; one look into the index. */
export function owedAfter(sql: SqlStorage, webhook: string, time: number): number | null {
  return sql
    .exec<{ due_at: number | null }>(
      "SELECT min(due_at) AS due_at FROM owed WHERE webhook = ? AND due_at > ?",
      webhook,
      time,
    )
    .one().due_at;
}

/** What is owed by its place, and the event that it is about (of a replay, the original). */
export type OwedPlace = { due_at: number; event: number; original: number };

/** Returns at most `limit` of what is owed to a webhook behind a place, in order. */
export function pageOwed(sql: SqlStorage, webhook: string, after: OwedPlace | null, limit: number): OwedPlace[] {
  return sql
    .exec<OwedPlace>(
      `SELECT owed.due_at, owed.event, coalesce(events.original, events.seq) AS original FROM owed JOIN events ON events.seq = owed.event
       WHERE owed.webhook = ? AND (owed.due_at, owed.event) > (?, ?) ORDER BY owed.due_at, owed.event LIMIT ?`,
      webhook,
      after?.due_at ?? -1,
      after?.event ?? -1,
      limit,
    )
    .toArray();
}

/** Strikes a delivery out and returns it, or null when somebody else ended it before. */
export function settle(sql: SqlStorage, handle: DeliveryHandle): OwedRow | null {
  return (
    sql
      .exec<OwedRow>(
        "DELETE FROM owed WHERE webhook = ? AND due_at = ? AND event = ? RETURNING *",
        handle.webhookId,
        handle.dueAt,
        handle.event,
      )
      .toArray()[0] ?? null
  );
}

/** Strikes out at most `limit` of what is owed to a webhook that is no longer there. */
export function forgetWebhook(sql: SqlStorage, webhook: string, limit: number): void {
  sql.exec(
    `DELETE FROM owed WHERE webhook = ?1 AND (due_at, event) IN
       (SELECT due_at, event FROM owed WHERE webhook = ?1 ORDER BY due_at, event LIMIT ?2)`,
    webhook,
    limit,
  );
}

/** Strikes out at most `limit` deliveries of a webhook of events before a sequence number, due before a time: the events are about to be swept. Returns how many. */
export function sweepOwed(
  sql: SqlStorage,
  webhook: string,
  before: { event: number; dueBefore: number },
  limit: number,
): number {
  return sql
    .exec(
      `DELETE FROM owed WHERE webhook = ?1 AND (due_at, event) IN
         (SELECT due_at, event FROM owed WHERE webhook = ?1 AND due_at < ?3 AND event < ?2 ORDER BY due_at, event LIMIT ?4) RETURNING event`,
      webhook,
      before.event,
      before.dueBefore,
      limit,
    )
    .toArray().length;
}

/** Returns how many deliveries are owed to one webhook. */
export function countOwedTo(sql: SqlStorage, webhook: string): number {
  return Number(sql.exec("SELECT count(*) AS total FROM owed WHERE webhook = ?", webhook).one().total);
}

/** Returns how many deliveries are owed. */
export function countOwed(sql: SqlStorage): number {
  return Number(sql.exec("SELECT count(*) AS total FROM owed").one().total);
}
