import { type EventName, isSaid } from "../../domain/event.ts";
import { timeOfSequence } from "../../domain/ids.ts";
import { tries } from "./attempts.ts";
import { readMark } from "./marks.ts";
import { remembered } from "./memory.ts";
import { type OwedPlace, ranks } from "./places.ts";

/**
 * What is owed and has no row of its own, by webhook, in the order of its events: it stands in its event's row, due at once, and is told when the log has an
 * attempt of it. Found again when the object wakes among the events from the mark `noted_from` on; whatever is older, or was tried, or has another place, has
 * a row.
 */
function inEvents(sql: SqlStorage): Map<string, OwedPlace[]> {
  return remembered(sql, "in_events", () => readInEvents(sql));
}

function readInEvents(sql: SqlStorage): Map<string, OwedPlace[]> {
  const from = readMark(sql, "noted_from") ?? 0;
  const found = new Map<string, OwedPlace[]>();
  const rows = sql
    .exec<{ event: number; name: EventName; chat: string | null; webhook: string; own: number }>(
      `SELECT events.seq AS event, events.name, json_extract(events.body, '$.external_id') AS chat, one.key AS webhook, one.type <> 'null' AS own
       FROM events CROSS JOIN json_each(events.owed) AS one WHERE events.seq >= ? AND events.owed IS NOT NULL ORDER BY events.seq`,
      from,
    )
    .toArray();
  for (const [webhook, own] of Map.groupBy(rows, (row) => row.webhook)) {
    const settled = readSettled(
      sql,
      webhook,
      own.map(({ event }) => event),
    );
    const places = own.filter(({ event }) => !settled.has(event)).map((row) => placeIn({ ...row, own: row.own === 1 }));
    found.set(webhook, places);
  }
  return found;
}

/** Which of these events, given oldest first, a webhook was told of at least once, or has a row for. */
function readSettled(sql: SqlStorage, webhook: string, events: readonly number[]): ReadonlySet<number> {
  const rows = sql
    .exec<{ event: number }>(
      `SELECT ${tries.event} AS event FROM ${tries.from} WHERE attempts.webhook = ?1 AND attempts.seq >= ?2
       UNION ALL SELECT owed.event FROM json_each(?3) AS one
         CROSS JOIN owed ON owed.webhook = ?1 AND owed.rank IN (0, 1) AND owed.due_at = one.value ->> 0 AND owed.event = one.value ->> 1`,
      webhook,
      events[0] ?? 0,
      JSON.stringify(events.map((event) => [timeOfSequence(event), event])),
    )
    .toArray();
  return new Set(rows.map(({ event }) => event));
}

function listOf(places: Map<string, OwedPlace[]>, webhook: string): OwedPlace[] {
  const list = places.get(webhook) ?? [];
  places.set(webhook, list);
  return list;
}

/** What an event's row says of one webhook; `own`: it gets bytes of its own. */
type Said = { webhook: string; event: number; name: EventName; chat: string | null; own: boolean };

/** Returns the place of what stands in an event's row: due when the event was written. */
export function placeIn({ webhook, event, name, chat, own }: Said): OwedPlace {
  const rank = isSaid(name) ? ranks.said : ranks.reported;
  return { webhook, rank, due_at: timeOfSequence(event), event, attempt: 1, chat, inEvent: { own } };
}

/** Returns the webhooks that are owed anything without a row. */
export function webhooksInEvents(sql: SqlStorage): string[] {
  return [...inEvents(sql)].filter(([, places]) => places.length > 0).map(([webhook]) => webhook);
}

/** Returns what a webhook is owed without a row, oldest first. */
export function placesInEvents(sql: SqlStorage, webhook: string): readonly OwedPlace[] {
  return inEvents(sql).get(webhook) ?? [];
}

/** Remembers what was written with its event. */
export function rememberInEvent(sql: SqlStorage, place: OwedPlace): void {
  listOf(inEvents(sql), place.webhook).push(place);
}

/** Takes out what a webhook is owed of an event without a row, and returns it; null where there is none. */
export function takeInEvent(sql: SqlStorage, webhook: string, event: number): OwedPlace | null {
  const list = inEvents(sql).get(webhook) ?? [];
  const at = list.findIndex((place) => place.event === event);
  return at < 0 ? null : (list.splice(at, 1)[0] ?? null);
}

/** Gives rows of their own to places that stand in their events, each in its rank; in the caller's transaction. */
export function giveRows(sql: SqlStorage, places: readonly OwedPlace[]): void {
  const rows = places.filter(({ inEvent }) => inEvent !== undefined);
  if (rows.length === 0) return;
  sql.exec(
    `INSERT INTO owed (webhook, rank, due_at, event, attempt, chat, body)
     SELECT one.value ->> 0, one.value ->> 1, one.value ->> 2, events.seq, 1, one.value ->> 4, events.owed ->> (one.value ->> 0)
     FROM json_each(?) AS one CROSS JOIN events ON events.seq = one.value ->> 3 WHERE true ON CONFLICT DO NOTHING`,
    JSON.stringify(rows.map(({ webhook, rank, due_at, event, chat }) => [webhook, rank, due_at, event, chat])),
  );
  for (const place of rows) {
    takeInEvent(sql, place.webhook, place.event);
    delete place.inEvent;
  }
}

/** Gives rows to all that stands in events before a sequence number. */
export function giveRowsBefore(sql: SqlStorage, before: number): void {
  const old = [...inEvents(sql).values()].flatMap((places) => places.filter(({ event }) => event < before));
  giveRows(sql, old);
}

/** Strikes out, in the events themselves, what a webhook is owed without a row: it is no longer there. */
export function forgetInEvents(sql: SqlStorage, webhook: string): void {
  const events = placesInEvents(sql, webhook).map(({ event }) => event);
  if (events.length === 0) return;
  const query = "UPDATE events SET owed = json_remove(owed, ?) WHERE seq IN (SELECT value FROM json_each(?))";
  sql.exec(query, `$."${webhook}"`, JSON.stringify(events));
  inEvents(sql).delete(webhook);
}

/** Returns the bytes of its own that a webhook gets of an event whose row says so. */
export function ownBytesIn(sql: SqlStorage, webhook: string, event: number): string | null {
  const query = "SELECT owed ->> ? AS body FROM events WHERE seq = ?";
  return sql.exec<{ body: string | null }>(query, webhook, event).toArray()[0]?.body ?? null;
}

/** Counts what is owed without a row, to one webhook or to all. */
export function countInEvents(sql: SqlStorage, webhook: string | null): number {
  if (webhook !== null) return placesInEvents(sql, webhook).length;
  return [...inEvents(sql).values()].reduce((sum, places) => sum + places.length, 0);
}
