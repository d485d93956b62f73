import type { Pair } from "../../domain/channel-ids.ts";
import type { EventName } from "../../domain/event.ts";
import { bareOf } from "./ahead.ts";
import { forgetNamed, remembered } from "./memory.ts";

/** `original` is the event that this one replays: a replay is for one webhook alone and stands in no feed. */
export type EventRow = {
  seq: number;
  name: EventName;
  message: number | null;
  original: number | null;
  body: string;
  /** Who is owed it and has no row for that, with the bytes of its own: an object by webhook, null where there is none. */
  owed: string | null;
  /** The hour in which the message left, where it tells of one that was delivered and is counted here alone. */
  ended: number | null;
  /** What the row of its message lacks until it is written with what comes next (`ahead-messages.ts`). */
  redo?: string | null;
};

/** An event as it happens: who is owed it is written with it. */
export type Happened = Omit<EventRow, "owed">;

/** Writes an event down with the bytes that every receiver gets. */
export function insertEvent(sql: SqlStorage, event: EventRow): void {
  sql.exec(
    "INSERT INTO events (seq, name, message, original, body, owed, ended, redo) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    event.seq,
    event.name,
    event.message,
    event.original,
    event.body,
    event.owed,
    event.ended,
    event.redo ?? null,
  );
  const fresh = freshEvents(sql);
  if (event.body.length > freshAtMost.characters) return;
  fresh.set(event.seq, event);
  if (fresh.size > freshAtMost.events) fresh.delete(fresh.keys().next().value ?? event.seq);
}

/** So many of the newest events are remembered, none with a longer body: most are told within moments of being written. */
const freshAtMost = { events: 256, characters: 4_000 };

function freshEvents(sql: SqlStorage): Map<number, EventRow> {
  return remembered(sql, "fresh_events", () => new Map());
}

/** Returns an event that was written a moment ago as it was written, null where it is not remembered: the rows are not asked. Who is owed it may have changed since. */
export function recallEvent(sql: SqlStorage, seq: number): EventRow | null {
  return freshEvents(sql).get(seq) ?? null;
}

/** Strikes out events. */
export function deleteEvents(sql: SqlStorage, seqs: readonly number[]): void {
  sql.exec("DELETE FROM events WHERE seq IN (SELECT value FROM json_each(?))", JSON.stringify(seqs));
  forgetNamed(sql, "fresh_events");
}

/** Returns one event, or null. */
export function findEvent(sql: SqlStorage, seq: number): EventRow | null {
  return sql.exec<EventRow>("SELECT * FROM events WHERE seq = ?", seq).toArray()[0] ?? null;
}

/** Returns what happened after `after` and before `until`, oldest first, without replays. */
export function eventsAfter(sql: SqlStorage, after: number, until: number, limit: number): EventRow[] {
  return sql
    .exec<EventRow>(
      "SELECT * FROM events WHERE seq > ? AND seq < ? AND original IS NULL ORDER BY seq LIMIT ?",
      after,
      until,
      limit,
    )
    .toArray();
}

/** What events are looked for: by name or `prefix.*`, by what they are about, null for all. */
export type EventSearch = { name: string | null; message: number | null; chat: Pair | null };

/** Returns the newest events before `before` that fit, without replays, of the `among` that come first; and the oldest of these, null where there is none further back. */
export function eventsBefore(
  sql: SqlStorage,
  before: number,
  { name, message, chat }: EventSearch,
  { limit, among }: { limit: number; among: number },
): { rows: EventRow[]; reached: number | null } {
  const from = "SELECT * FROM events WHERE seq < ?1 ORDER BY seq DESC";
  const like = name === null || name === "*" ? null : name.endsWith(".*") ? name.slice(0, -1) : name;
  const rows = sql
    .exec<EventRow>(
      `SELECT * FROM (${from} LIMIT ?2) WHERE original IS NULL AND (?3 IS NULL OR name = ?3 OR (?4 AND substr(name, 1, length(?3)) = ?3))
         AND (?5 IS NULL OR message = ?5) AND (?6 IS NULL OR (body ->> '$.internal_id' = ?6 AND body ->> '$.external_id' = ?7)) ORDER BY seq DESC LIMIT ?8`,
      before,
      among,
      like,
      name?.endsWith(".*") === true ? 1 : 0,
      message,
      chat?.number ?? null,
      chat?.person ?? null,
      limit,
    )
    .toArray();
  const reached = sql.exec<{ seq: number }>(`${from} LIMIT 1 OFFSET ?2`, before, among - 1).toArray()[0]?.seq ?? null;
  return { rows, reached };
}

/** Returns the sequence number of the oldest and the newest event, or null when there is none. */
export function eventBounds(sql: SqlStorage): { oldest: number; newest: number } | null {
  const { oldest, newest } = sql
    .exec<{ oldest: number | null; newest: number | null }>(
      "SELECT (SELECT min(seq) FROM events) AS oldest, (SELECT max(seq) FROM events) AS newest",
    )
    .one();
  return oldest === null || newest === null ? null : { oldest, newest };
}

/** Forgets at most `limit` events before a sequence number; returns how many it forgot. */
export function sweepEvents(sql: SqlStorage, before: number, limit: number): number {
  forgetNamed(sql, "fresh_events");
  return sql
    .exec(
      "DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE seq < ? ORDER BY seq LIMIT ?) RETURNING seq",
      before,
      limit,
    )
    .toArray().length;
}

/** Returns the highest sequence number that stands in the ledger, 0 when it is empty. */
export function lastSequence(sql: SqlStorage): number {
  return Number(
    bareOf(sql)
      .exec(
        "SELECT max(coalesce((SELECT max(seq) FROM messages), 0), coalesce((SELECT max(seq) FROM events), 0)) AS last",
      )
      .one().last,
  );
}
