import type { EventName } from "../../domain/event.ts";
import type { DeliveryEnd, ListLogs } from "../../domain/pool-calls.ts";
import type { OwedRow } from "./deliveries.ts";

/** An attempt as it is written: its sequence number, what was owed, how it ended, and where it was posted. */
export type NewAttempt = { seq: number; row: OwedRow; end: DeliveryEnd; url: string };

/** Writes attempts into the log, all in one statement. */
export function logAttempts(sql: SqlStorage, attempts: readonly NewAttempt[]): void {
  if (attempts.length === 0) return;
  const rows = attempts.map(({ seq, row, end, url }) => [
    row.webhook,
    seq,
    row.event,
    row.attempt,
    end.attemptedAt,
    end.durationMs,
    end.status,
    end.response,
    end.error,
    url,
    row.body,
  ]);
  sql.exec(
    `INSERT INTO attempts (webhook, seq, event, attempt, attempted_at, duration_ms, status, response, error, url, body)
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10
     FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
    JSON.stringify(rows),
  );
}

export type AttemptRow = {
  webhook: string;
  seq: number;
  event: number;
  attempt: number;
  attempted_at: number;
  duration_ms: number;
  status: number | null;
  response: string | null;
  error: string | null;
  url: string;
  original: number | null;
  name: EventName;
  message: number | null;
  bytes: string;
};

/** Returns one page of a webhook's attempts, and how many there are in all. */
export function pageAttempts(sql: SqlStorage, query: ListLogs): { rows: AttemptRow[]; total: number } {
  const failed = "(?5 IS NULL OR coalesce(status, 0) NOT BETWEEN 200 AND 299 = ?5)";
  const where = `webhook = ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR status >= ?3) AND (?4 IS NULL OR status <= ?4) AND ${failed}`;
  const order = query.sort === "asc" ? "ASC" : "DESC";
  const isFailed = query.failed === null ? null : Number(query.failed);
  const values = [query.webhookId, query.status, query.minStatus, query.maxStatus, isFailed];
  const rows = sql
    .exec<AttemptRow>(
      `SELECT attempts.*, events.name, events.message, events.original, coalesce(attempts.body, events.body) AS bytes
       FROM attempts JOIN events ON events.seq = attempts.event
       WHERE ${where} ORDER BY attempts.seq ${order} LIMIT ?6 OFFSET ?7`,
      ...values,
      query.limit,
      query.offset,
    )
    .toArray();
  const total = Number(sql.exec(`SELECT count(*) AS total FROM attempts WHERE ${where}`, ...values).one().total);
  return { rows, total };
}

/** An attempt by its sequence number, the event that it was about (of a replay, the original), and whether the webhook took it. */
export type Tried = { seq: number; event: number; taken: number };

/** Returns at most `limit` of a webhook's attempts after a sequence number, oldest first. */
export function attemptsAfter(sql: SqlStorage, webhook: string, after: number, limit: number): Tried[] {
  return sql
    .exec<Tried>(
      `SELECT attempts.seq AS seq, coalesce(events.original, events.seq) AS event, coalesce(attempts.status, 0) BETWEEN 200 AND 299 AS taken
       FROM attempts JOIN events ON events.seq = attempts.event
       WHERE attempts.webhook = ? AND attempts.seq > ? ORDER BY attempts.seq LIMIT ?`,
      webhook,
      after,
      limit,
    )
    .toArray();
}

/** Returns when a webhook was last called and what it answered, or null. */
export function lastAttempt(sql: SqlStorage, webhook: string): Pick<AttemptRow, "attempted_at" | "status"> | null {
  return (
    sql
      .exec<Pick<AttemptRow, "attempted_at" | "status">>(
        "SELECT attempted_at, status FROM attempts WHERE webhook = ? ORDER BY seq DESC LIMIT 1",
        webhook,
      )
      .toArray()[0] ?? null
  );
}

/** Returns the webhooks that have attempts with the oldest of each, found by one look into the index. */
export function attemptHeads(sql: SqlStorage): { webhook: string; seq: number }[] {
  return sql
    .exec<{ webhook: string; seq: number }>(
      `WITH RECURSIVE found (webhook) AS (
         SELECT min(webhook) FROM attempts
         UNION ALL SELECT (SELECT min(webhook) FROM attempts WHERE attempts.webhook > found.webhook) FROM found WHERE found.webhook IS NOT NULL
       ) SELECT webhook, (SELECT min(seq) FROM attempts WHERE attempts.webhook = found.webhook) AS seq FROM found WHERE webhook IS NOT NULL`,
    )
    .toArray();
}

/** Forgets at most `limit` of a webhook's attempts before a sequence number; returns how many it forgot. */
export function sweepAttempts(sql: SqlStorage, webhook: string, before: number, limit: number): number {
  return sql
    .exec(
      `DELETE FROM attempts WHERE webhook = ?1 AND seq < ?2
         AND seq IN (SELECT seq FROM attempts WHERE webhook = ?1 AND seq < ?2 ORDER BY seq LIMIT ?3) RETURNING seq`,
      webhook,
      before,
      limit,
    )
    .toArray().length;
}
