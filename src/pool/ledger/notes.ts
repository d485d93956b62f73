import { writeAttempts } from "./ahead-attempts.ts";
import { writeAhead } from "./ahead-messages.ts";
import { saveEnds } from "./health.ts";
import { giveRowsBefore } from "./in-event.ts";
import { readMark, saveMark } from "./marks.ts";
import { remembered } from "./memory.ts";

/** So many events and rows of the log are written between two notes. */
const notedEvery = 512;

/** `from` is the mark, `last` the newest event at the last note, `written` what was written since the mark, as far as it is known. */
type Notes = { from: number; last: number; written: number };

function notes(sql: SqlStorage): Notes {
  return remembered(sql, "notes", () => {
    const from = notedFrom(sql);
    const query = "SELECT max(seq) AS last, count(*) AS written FROM events WHERE seq >= ?";
    const { last, written } = sql.exec<{ last: number | null; written: number }>(query, from).one();
    return { from, last: last ?? from, written };
  });
}

/** Returns the sequence number before which nothing stands in events alone. */
export function notedFrom(sql: SqlStorage): number {
  return readMark(sql, "noted_from") ?? 0;
}

/**
 * Counts what was written of events and of the log, in the caller's transaction. Now and then the mark moves behind which the object looks when it wakes for what
 * stands in events: what is older gets rows, and what is counted there is written down.
 */
export function noteWritten(sql: SqlStorage, rows: number): void {
  const kept = notes(sql);
  kept.written += rows;
  if (kept.written < notedEvery) return;
  noteBefore(sql, kept.last);
}

function noteBefore(sql: SqlStorage, before: number): void {
  giveRowsBefore(sql, before);
  writeAhead(sql, before);
  writeAttempts(sql);
  saveEnds(sql);
  const newest = sql.exec<{ newest: number | null }>("SELECT max(seq) AS newest FROM events").one().newest;
  const from = Math.max(before, notedFrom(sql));
  saveMark(sql, "noted_from", from);
  Object.assign(notes(sql), { from, last: Math.max(newest ?? 0, from), written: 0 } satisfies Notes);
}

/** Gives rows to all that stands in events alone, in the caller's transaction: they are about to be forgotten, or read by somebody else. */
export function noteAll(sql: SqlStorage): void {
  const newest = sql.exec<{ newest: number | null }>("SELECT max(seq) AS newest FROM events").one().newest;
  if (newest !== null && newest >= notedFrom(sql)) noteBefore(sql, newest + 1);
}
