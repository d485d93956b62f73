import { giveRows, placesInEvents, rememberInEvent, takeInEvent, webhooksInEvents } from "./in-event.ts";
import { remembered } from "./memory.ts";
import { type OwedPlace, type PlaceRow, type Rank, ranks } from "./places.ts";

/** The first of what is owed to a webhook in one rank, in order; `whole`: nothing is owed behind them. */
type Window = { places: OwedPlace[]; whole: boolean };

/** So many places of a rank are remembered; where fewer than the least are left and more are owed, the next are read. */
const windowAtMost = 256;
const windowAtLeast = 64;

type Windows = [said: Window | null, reported: Window | null];

/** Who is owed anything, read once when the object wakes; what each is owed, when it is first asked for. */
function allWindows(sql: SqlStorage): Map<string, Windows> {
  return remembered(
    sql,
    "owed",
    () =>
      new Map(
        [...readWebhooks(sql), ...webhooksInEvents(sql)].map((webhook): [string, Windows] => [webhook, [null, null]]),
      ),
  );
}

function readWebhooks(sql: SqlStorage): string[] {
  return sql
    .exec<{ webhook: string }>(
      `WITH RECURSIVE heads (webhook) AS (
         SELECT min(webhook) FROM owed
         UNION ALL SELECT (SELECT min(webhook) FROM owed WHERE owed.webhook > heads.webhook) FROM heads WHERE heads.webhook IS NOT NULL
       ) SELECT webhook FROM heads WHERE webhook IS NOT NULL`,
    )
    .toArray()
    .map(({ webhook }) => webhook);
}

function readWindow(sql: SqlStorage, webhook: string, rank: Rank): Window {
  const query =
    "SELECT webhook, rank, due_at, event, attempt, chat FROM owed WHERE webhook = ? AND rank = ? ORDER BY due_at, event LIMIT ?";
  const rows = sql.exec<PlaceRow>(query, webhook, rank, windowAtMost + 1).toArray();
  const places: OwedPlace[] = rows.slice(0, windowAtMost);
  for (const place of placesInEvents(sql, webhook)) if (place.rank === rank) insert(places, place);
  return { places, whole: rows.length <= windowAtMost };
}

function windowOf(sql: SqlStorage, webhook: string, rank: Rank): Window {
  const windows = allWindows(sql).get(webhook);
  if (windows === undefined) return { places: [], whole: true };
  const known = windows[rank];
  if (known !== null && (known.whole || known.places.length >= windowAtLeast)) return known;
  const read = readWindow(sql, webhook, rank);
  windows[rank] = read;
  return read;
}

/** Returns the webhooks that are owed anything. */
export function owedWebhooks(sql: SqlStorage): string[] {
  return [...allWindows(sql).keys()];
}

/** Returns the first places of what a webhook is owed in a rank, in the order in which they fall due; from memory but for the first time. */
export function firstPlaces(sql: SqlStorage, webhook: string, rank: Rank): readonly OwedPlace[] {
  return windowOf(sql, webhook, rank).places;
}

/** Returns when the first thing after a time is owed to a webhook, or null. */
export function owedAfter(sql: SqlStorage, webhook: string, time: number): number | null {
  const times = Object.values(ranks).flatMap((rank) => {
    const { places, whole } = windowOf(sql, webhook, rank);
    const known = places.find(({ due_at }) => due_at > time)?.due_at;
    if (known !== undefined || whole) return known ?? [];
    const query = "SELECT min(due_at) AS due_at FROM owed WHERE webhook = ? AND rank = ? AND due_at > ?";
    return sql.exec<{ due_at: number | null }>(query, webhook, rank, time).one().due_at ?? [];
  });
  return times.length === 0 ? null : Math.min(...times);
}

/** Says whether what a webhook is owed next may stand in its event's row: only where all that it is owed in the rank is remembered, and there is room for one more. */
export function hasRoom(sql: SqlStorage, webhook: string, rank: Rank): boolean {
  const { places, whole } = windowOf(sql, webhook, rank);
  return whole && places.length < windowAtMost;
}

/** Remembers a place that was written, in the caller's transaction: where not all of a rank can be remembered any more, what of it stands in events gets rows. */
export function rememberPlace(sql: SqlStorage, place: OwedPlace): void {
  const all = allWindows(sql);
  if (place.inEvent !== undefined) rememberInEvent(sql, place);
  const windows = all.get(place.webhook) ?? [
    { places: [], whole: true },
    { places: [], whole: true },
  ];
  all.set(place.webhook, windows);
  const window = windows[place.rank];
  if (window === null) {
    windowOf(sql, place.webhook, place.rank);
    return;
  }
  const { places } = window;
  const last = places.at(-1);
  if (!window.whole && (last === undefined || comesBefore(last, place))) return;
  insert(places, place);
  if (places.length <= windowAtMost) return;
  giveRows(sql, places);
  places.pop();
  window.whole = false;
}

function insert(places: OwedPlace[], place: OwedPlace): void {
  let at = places.length;
  for (let before = places[at - 1]; before !== undefined && comesBefore(place, before); before = places[at - 1])
    at -= 1;
  places.splice(at, 0, place);
}

function comesBefore(one: OwedPlace, other: OwedPlace): boolean {
  return one.due_at < other.due_at || (one.due_at === other.due_at && one.event < other.event);
}

/** Forgets a place that was struck out. */
export function forgetPlace(sql: SqlStorage, place: Pick<OwedPlace, "webhook" | "rank" | "due_at" | "event">): void {
  const windows = allWindows(sql).get(place.webhook);
  const window = windows?.[place.rank];
  takeInEvent(sql, place.webhook, place.event);
  if (windows === undefined || window == null) return;
  const at = window.places.findIndex(({ due_at, event }) => due_at === place.due_at && event === place.event);
  if (at >= 0) window.places.splice(at, 1);
  if (windows.every((one) => one?.whole === true && one.places.length === 0)) allWindows(sql).delete(place.webhook);
}

/** Forgets all places of a webhook, so that they are read anew: many of them were struck out. */
export function forgetPlaces(sql: SqlStorage, webhook: string): void {
  const all = allWindows(sql);
  all.set(webhook, [null, null]);
  if (Object.values(ranks).every((rank) => windowOf(sql, webhook, rank).places.length === 0)) all.delete(webhook);
}

/** Says whether all that a webhook is owed in a rank is remembered. */
export function isWhole(sql: SqlStorage, webhook: string, rank: Rank): boolean {
  return windowOf(sql, webhook, rank).whole;
}
