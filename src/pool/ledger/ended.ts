import { readMark } from "./marks.ts";
import { remembered } from "./memory.ts";

/** Messages of a number that left in one hour, were delivered, and are counted in their events alone. */
type Ended = { number: string; hour: number; delivered: number };

/**
 * What stands in events alone: an hour's row in `health` is written with a failure, or now and then with all that came before it, and says up to which event it
 * counts. Counted again from the events when the object wakes.
 */
function endedInEvents(sql: SqlStorage): Map<string, Ended> {
  return remembered(sql, "ended", () => {
    const rows = sql
      .exec<Ended>(
        `SELECT number, hour, count(*) AS delivered FROM
           (SELECT seq, json_extract(body, '$.internal_id') AS number, ended AS hour FROM events WHERE seq >= ? AND ended IS NOT NULL) AS told
         WHERE seq > coalesce((SELECT json_extract(counts, '$.upTo') FROM health WHERE health.number = told.number AND health.hour = told.hour), 0)
         GROUP BY number, hour`,
        readMark(sql, "noted_from") ?? 0,
      )
      .toArray();
    return new Map(rows.map((row) => [keyOf(row.number, row.hour), row]));
  });
}

function keyOf(number: string, hour: number): string {
  return `${hour} ${number}`;
}

/** Makes sure that what stands in events is counted: before another one is written that counts. */
export function recallEnded(sql: SqlStorage): void {
  endedInEvents(sql);
}

/** Counts a message whose event says that it was delivered, and of which hour. */
export function noteDelivered(sql: SqlStorage, number: string, hour: number): void {
  const ended = endedInEvents(sql);
  const before = ended.get(keyOf(number, hour)) ?? { number, hour, delivered: 0 };
  ended.set(keyOf(number, hour), { ...before, delivered: before.delivered + 1 });
}

/** Returns how many messages of a number's hour are counted in events alone. */
export function deliveredInEvents(sql: SqlStorage, number: string, hour: number): number {
  return endedInEvents(sql).get(keyOf(number, hour))?.delivered ?? 0;
}

/** Returns all that is counted in events alone. */
export function allDeliveredInEvents(sql: SqlStorage): Ended[] {
  return [...endedInEvents(sql).values()];
}

/** Notes that an hour's row counts everything that has happened. */
export function noteSaved(sql: SqlStorage, number: string, hour: number): void {
  endedInEvents(sql).delete(keyOf(number, hour));
}
