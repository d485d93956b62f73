import type { DeliveryHandle } from "../../domain/calls/telling.ts";
import type { EventName } from "../../domain/event.ts";
import { webhookDelaysMs } from "../../domain/retry.ts";
import { recallEnded } from "./ended.ts";
import { type Happened, insertEvent, recallEvent } from "./events.ts";
import { countInEvents, forgetInEvents, giveRows, ownBytesIn, placeIn, placesInEvents } from "./in-event.ts";
import { forgetNamed } from "./memory.ts";
import { firstPlaces, forgetPlace, forgetPlaces, hasRoom, isWhole, owedWebhooks, rememberPlace } from "./owed.ts";
import { type OwedPlace, type OwedRow, type PlaceRow, ranks } from "./places.ts";

/** Who is owed an event, with the bytes of its own that it gets, null for the event's. */
export type Receiver = { webhook: string; body: string | null };

/**
 * Writes an event with what is owed of it at once: in its own row, as long as all that a webhook is owed is remembered, else in a row for it. `chat` is the
 * conversation that it is about; `dueAt` is when that is due where the clock stands behind the event (epoch milliseconds), else null.
 */
export function writeEvent(
  sql: SqlStorage,
  event: Happened,
  { chat, dueAt }: { chat: string | null; dueAt: number | null },
  receivers: readonly Receiver[],
): void {
  const places = receivers.map(({ webhook, body }) => {
    const place = placeIn({ webhook, event: event.seq, name: event.name, chat, own: body !== null });
    return { place, body, inEvent: dueAt === null && hasRoom(sql, webhook, place.rank) };
  });
  if (event.ended !== null) recallEnded(sql);
  const inEvent = places.filter((one) => one.inEvent).map(({ place, body }) => [place.webhook, body]);
  insertEvent(sql, { ...event, owed: inEvent.length === 0 ? null : JSON.stringify(Object.fromEntries(inEvent)) });
  for (const { place, body, inEvent } of places) {
    const { inEvent: _, ...row } = place;
    if (inEvent) rememberPlace(sql, place);
    else owe(sql, { ...row, due_at: dueAt ?? row.due_at, body });
  }
}

/** Writes down that an event is owed to a webhook. */
export function owe(sql: SqlStorage, row: OwedRow): void {
  const { body, ...place } = row;
  sql.exec(
    "INSERT INTO owed (webhook, rank, due_at, event, attempt, chat, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    row.webhook,
    row.rank,
    row.due_at,
    row.event,
    row.attempt,
    row.chat,
    body,
  );
  rememberPlace(sql, place);
}

/** What is owed with what the event says; `bytes` is the body to send. */
export type DueRow = OwedRow & { name: EventName; message: number | null; original: number | null; bytes: string };

/** Returns what stands at these places, each with the bytes to send, in their order. A place at which nothing stands any more is forgotten. */
export function readDue(sql: SqlStorage, places: readonly OwedPlace[]): DueRow[] {
  const fresh = places.flatMap((place) => recallDue(sql, place) ?? []);
  const known = new Set(fresh.map(({ webhook, event }) => `${webhook} ${event}`));
  const others = places.filter(({ webhook, event }) => !known.has(`${webhook} ${event}`));
  const [inEvents, withRows] = [others.filter(({ inEvent }) => inEvent), others.filter(({ inEvent }) => !inEvent)];
  const rows = [...fresh, ...readInEvents(sql, inEvents), ...readRows(sql, withRows)];
  const byPlace = new Map(rows.map((row) => [`${row.webhook} ${row.event}`, row]));
  return places.flatMap((place) => {
    const row = byPlace.get(`${place.webhook} ${place.event}`);
    if (row === undefined) forgetPlace(sql, place);
    return row ?? [];
  });
}

/** What stands in an event of a moment ago and has no bytes of its own is known without a look at the rows. */
function recallDue(sql: SqlStorage, { inEvent, ...place }: OwedPlace): DueRow | null {
  const event = inEvent?.own === false ? recallEvent(sql, place.event) : null;
  if (event === null) return null;
  const { name, message, original, body: bytes } = event;
  return { ...place, name, message, original, body: null, bytes };
}

function readInEvents(sql: SqlStorage, places: readonly OwedPlace[]): DueRow[] {
  if (places.length === 0) return [];
  type Read = Omit<DueRow, "webhook" | "rank" | "due_at" | "attempt" | "chat">;
  return sql
    .exec<Read & { place: number }>(
      `SELECT one.key AS place, events.seq AS event, events.name, events.message, events.original, events.owed ->> (one.value ->> 0) AS body,
         coalesce(events.owed ->> (one.value ->> 0), events.body) AS bytes
       FROM json_each(?) AS one CROSS JOIN events ON events.seq = one.value ->> 1`,
      JSON.stringify(places.map(({ webhook, event }) => [webhook, event])),
    )
    .toArray()
    .map(({ place, ...row }) => {
      const { webhook, rank, due_at, attempt, chat } = places[place] as OwedPlace;
      return { ...row, webhook, rank, due_at, attempt, chat };
    });
}

function readRows(sql: SqlStorage, places: readonly OwedPlace[]): DueRow[] {
  if (places.length === 0) return [];
  const keys = places.map(({ webhook, rank, due_at, event }) => [webhook, rank, due_at, event]);
  return sql
    .exec<DueRow>(
      `SELECT owed.*, events.name, events.message, events.original, coalesce(owed.body, events.body) AS bytes
       FROM json_each(?) AS place
       CROSS JOIN owed ON owed.webhook = place.value ->> 0 AND owed.rank = place.value ->> 1 AND owed.due_at = place.value ->> 2 AND owed.event = place.value ->> 3
       CROSS JOIN events ON events.seq = owed.event`,
      JSON.stringify(keys),
    )
    .toArray();
}

/** The oldest thing that is owed to a webhook. */
export type OwedHead = { webhook: string; due_at: number };

/** Returns each webhook that something is owed to with the time of its first, the earliest first. */
export function owedHeads(sql: SqlStorage): OwedHead[] {
  return owedWebhooks(sql)
    .flatMap((webhook) => {
      const firsts = Object.values(ranks).flatMap((rank) => firstPlaces(sql, webhook, rank)[0] ?? []);
      return firsts.length === 0 ? [] : { webhook, due_at: Math.min(...firsts.map(({ due_at }) => due_at)) };
    })
    .sort((one, other) => one.due_at - other.due_at);
}

/** What is owed by its place, and the event that it is about (of a replay, the original). */
export type PagedPlace = Pick<OwedPlace, "rank" | "due_at" | "event"> & { original: number };

/** Returns at most `limit` of what is owed to a webhook behind a place, in order. */
export function pageOwed(sql: SqlStorage, webhook: string, after: PagedPlace | null, limit: number): PagedPlace[] {
  return sql
    .exec<PagedPlace>(
      `SELECT owed.rank, owed.due_at, owed.event, coalesce(events.original, events.seq) AS original FROM owed JOIN events ON events.seq = owed.event
       WHERE owed.webhook = ? AND (owed.rank, owed.due_at, owed.event) > (?, ?, ?) ORDER BY owed.rank, owed.due_at, owed.event LIMIT ?`,
      webhook,
      after?.rank ?? -1,
      after?.due_at ?? -1,
      after?.event ?? -1,
      limit,
    )
    .toArray();
}

/** Strikes deliveries out and returns those that stood: what somebody else ended before is left out. What stands in an event is struck out by its attempt in the log. */
export function settleAll(sql: SqlStorage, handles: readonly DeliveryHandle[]): OwedRow[] {
  const inEvents = handles.flatMap(({ webhookId, event }) => {
    const place = placesInEvents(sql, webhookId).find((one) => one.event === event);
    if (place === undefined) return [];
    const body = place.inEvent?.own === true ? ownBytesIn(sql, webhookId, event) : null;
    forgetPlace(sql, place);
    const { inEvent: _, ...row } = place;
    return { ...row, body };
  });
  const settled = new Set(inEvents.map(({ webhook, event }) => `${event} ${webhook}`));
  const others = handles.filter(({ webhookId, event }) => !settled.has(`${event} ${webhookId}`));
  return [...inEvents, ...strikeRows(sql, others)];
}

function strikeRows(sql: SqlStorage, handles: readonly DeliveryHandle[]): OwedRow[] {
  if (handles.length === 0) return [];
  const keys = handles.map(({ webhookId, dueAt, event }) => [webhookId, dueAt, event]);
  const rows = sql
    .exec<OwedRow>(
      `DELETE FROM owed WHERE (webhook, rank, due_at, event) IN (
         SELECT done.value ->> 0, ranks.value, done.value ->> 1, done.value ->> 2 FROM json_each(?1) AS done CROSS JOIN json_each('[0,1]') AS ranks
       ) RETURNING *`,
      JSON.stringify(keys),
    )
    .toArray();
  for (const row of rows) forgetPlace(sql, row);
  return rows;
}

/** A report's step and what is owed of it are written in one turn. */
const writtenWithinMs = 20;

/**
 * Has nothing that has a row wait longer from `now` on (epoch milliseconds) than the schedule says, in the caller's transaction: the clock has stepped back. What is about
 * the events that are `held` keeps its place, by which its end is reported.
 */
export function shortenWaits(sql: SqlStorage, now: number, held: readonly number[]): void {
  const latest = "?1 + (?2 ->> (attempt - 1))";
  sql.exec(
    `UPDATE owed SET due_at = ${latest} WHERE due_at > ${latest} AND event NOT IN (SELECT value FROM json_each(?3))`,
    now,
    JSON.stringify(webhookDelaysMs),
    JSON.stringify(held),
  );
  forgetNamed(sql, "owed");
}

/**
 * Puts what a webhook is owed of a chat's reports and was not tried yet before what others are told, so that what the person says does not overtake it. `times`
 * are when the chat's latest reports were written; they are asked for only where not all that is owed is remembered.
 */
export function bringForward(sql: SqlStorage, webhook: string, chat: string, times: () => number[]): void {
  const whole = isWhole(sql, webhook, ranks.reported);
  const known = firstPlaces(sql, webhook, ranks.reported).filter((place) => place.chat === chat && place.attempt === 1);
  if (whole && known.length === 0) return;
  giveRows(sql, known);
  const due = whole ? known.map(({ due_at }) => due_at) : times();
  const moved = sql
    .exec<PlaceRow>(
      `UPDATE owed SET rank = ?1 WHERE webhook = ?2 AND rank = ?3 AND (due_at, event) IN (
         SELECT own.due_at, own.event FROM json_each(?4) AS report
         CROSS JOIN owed AS own ON own.webhook = ?2 AND own.rank = ?3 AND own.due_at BETWEEN report.value - ${writtenWithinMs} AND report.value + ${writtenWithinMs}
         WHERE own.chat = ?5 AND own.attempt = 1
       ) RETURNING webhook, rank, due_at, event, attempt, chat`,
      ranks.said,
      webhook,
      ranks.reported,
      JSON.stringify(due),
      chat,
    )
    .toArray();
  for (const place of moved) {
    forgetPlace(sql, { ...place, rank: ranks.reported });
    rememberPlace(sql, place);
  }
}

/** Strikes out at most `limit` of what is owed to a webhook that is no longer there. */
export function forgetWebhook(sql: SqlStorage, webhook: string, limit: number): void {
  sql.exec(
    `DELETE FROM owed WHERE webhook = ?1 AND (rank, due_at, event) IN
       (SELECT rank, due_at, event FROM owed WHERE webhook = ?1 ORDER BY rank, due_at, event LIMIT ?2)`,
    webhook,
    limit,
  );
  forgetInEvents(sql, webhook);
  forgetPlaces(sql, webhook);
}

/** Strikes out at most `limit` deliveries of a webhook of events before a sequence number, due before a time: the events are about to be swept. Returns how many. */
export function sweepOwed(
  sql: SqlStorage,
  webhook: string,
  before: { event: number; dueBefore: number },
  limit: number,
): number {
  const swept = sql
    .exec(
      `DELETE FROM owed WHERE webhook = ?1 AND (rank, due_at, event) IN
         (SELECT rank, due_at, event FROM owed WHERE webhook = ?1 AND rank IN (0, 1) AND due_at < ?3 AND event < ?2 LIMIT ?4) RETURNING event`,
      webhook,
      before.event,
      before.dueBefore,
      limit,
    )
    .toArray().length;
  if (swept > 0) forgetPlaces(sql, webhook);
  return swept;
}

/** Returns how many deliveries are owed to one webhook. */
export function countOwedTo(sql: SqlStorage, webhook: string): number {
  const rows = Number(sql.exec("SELECT count(*) AS total FROM owed WHERE webhook = ?", webhook).one().total);
  return rows + countInEvents(sql, webhook);
}

/** Returns how many deliveries are owed. */
export function countOwed(sql: SqlStorage): number {
  return Number(sql.exec("SELECT count(*) AS total FROM owed").one().total) + countInEvents(sql, null);
}
