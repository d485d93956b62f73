import type { EventName } from "../../domain/event.ts";
import type { DeliveryEnd, DeliveryHandle, Lane, ListLogs } from "../../domain/pool-calls.ts";

export type OwedRow = {
  due_at: number;
  event: number;
  webhook: string;
  attempt: number;
  lane: Lane;
  original: number | null;
};

/** Writes down that an event is owed to a webhook. */
export function owe(sql: SqlStorage, row: OwedRow): void {
  sql.exec(
    "INSERT INTO owed (due_at, event, webhook, attempt, lane, original) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    row.due_at,
    row.event,
    row.webhook,
    row.attempt,
    row.lane,
    row.original,
  );
}

export type DueRow = OwedRow & { name: EventName; message: number | null; body: string };

/** Returns what is owed and due on a lane, oldest first, leaving out the webhooks (JSON array) that must wait. */
export function dueDeliveries(sql: SqlStorage, now: number, lane: Lane, blocked: string[], limit: number): DueRow[] {
  return sql
    .exec<DueRow>(
      `SELECT owed.*, events.name, events.message, events.body FROM owed JOIN events ON events.seq = owed.event
       WHERE owed.due_at <= ? AND owed.lane = ? AND owed.webhook NOT IN (SELECT value FROM json_each(?))
       ORDER BY owed.due_at, owed.event LIMIT ?`,
      now,
      lane,
      JSON.stringify(blocked),
      limit,
    )
    .toArray();
}

/** Strikes a delivery out and returns it, or null when somebody else ended it before. */
export function settle(sql: SqlStorage, handle: DeliveryHandle): OwedRow | null {
  return (
    sql
      .exec<OwedRow>(
        "DELETE FROM owed WHERE due_at = ? AND event = ? AND webhook = ? RETURNING *",
        handle.dueAt,
        handle.event,
        handle.webhookId,
      )
      .toArray()[0] ?? null
  );
}

/** Strikes out everything owed to webhooks that are no longer there. */
export function forgetWebhook(sql: SqlStorage, webhook: string): void {
  sql.exec("DELETE FROM owed WHERE webhook = ?", webhook);
}

/** Returns when the next delivery is due, or null. */
export function nextOwedAt(sql: SqlStorage): number | null {
  return sql.exec<{ due_at: number }>("SELECT due_at FROM owed ORDER BY due_at LIMIT 1").toArray()[0]?.due_at ?? null;
}

/** Returns the lanes on which something is due. */
export function dueLanes(sql: SqlStorage, now: number): Lane[] {
  return sql
    .exec<{ lane: Lane }>("SELECT DISTINCT lane FROM owed WHERE due_at <= ?", now)
    .toArray()
    .map((row) => row.lane);
}

/** Returns how many deliveries are owed. */
export function countOwed(sql: SqlStorage): number {
  return Number(sql.exec("SELECT count(*) AS total FROM owed").one().total);
}

/** Writes one attempt into the log. */
export function logAttempt(sql: SqlStorage, seq: number, row: OwedRow, end: DeliveryEnd, url: string): void {
  sql.exec(
    `INSERT INTO attempts (webhook, seq, event, attempt, attempted_at, duration_ms, status, response, error, url, original)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    row.original,
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
  body: string;
};

/** Returns one page of a webhook's attempts, and how many there are in all. */
export function pageAttempts(sql: SqlStorage, query: ListLogs): { rows: AttemptRow[]; total: number } {
  const where = `webhook = ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR status >= ?3) AND (?4 IS NULL OR status <= ?4)`;
  const order = query.sort === "asc" ? "ASC" : "DESC";
  const values = [query.webhookId, query.status, query.minStatus, query.maxStatus];
  const rows = sql
    .exec<AttemptRow>(
      `SELECT attempts.*, events.name, events.message, events.body FROM attempts JOIN events ON events.seq = attempts.event
       WHERE ${where} ORDER BY attempts.seq ${order} LIMIT ?5 OFFSET ?6`,
      ...values,
      query.limit,
      query.offset,
    )
    .toArray();
  const total = Number(sql.exec(`SELECT count(*) AS total FROM attempts WHERE ${where}`, ...values).one().total);
  return { rows, total };
}

/** Returns when a webhook was last called, or null. */
export function lastTriggered(sql: SqlStorage, webhook: string): number | null {
  return (
    sql
      .exec<{ attempted_at: number }>(
        "SELECT attempted_at FROM attempts WHERE webhook = ? ORDER BY seq DESC LIMIT 1",
        webhook,
      )
      .toArray()[0]?.attempted_at ?? null
  );
}
