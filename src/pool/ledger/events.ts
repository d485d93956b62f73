import type { EventName } from "../../domain/event.ts";

export type EventRow = { seq: number; name: EventName; message: number | null; body: string };

/** Writes an event down with the bytes that every receiver gets. */
export function insertEvent(sql: SqlStorage, event: EventRow): void {
  sql.exec(
    "INSERT INTO events (seq, name, message, body) VALUES (?, ?, ?, ?)",
    event.seq,
    event.name,
    event.message,
    event.body,
  );
}

/** Returns one event, or null. */
export function findEvent(sql: SqlStorage, seq: number): EventRow | null {
  return sql.exec<EventRow>("SELECT * FROM events WHERE seq = ?", seq).toArray()[0] ?? null;
}

/** Returns the highest sequence number that stands in the ledger, 0 when it is empty. */
export function lastSequence(sql: SqlStorage): number {
  return Number(
    sql
      .exec(
        "SELECT max(coalesce((SELECT max(seq) FROM messages), 0), coalesce((SELECT max(seq) FROM events), 0)) AS last",
      )
      .one().last,
  );
}
