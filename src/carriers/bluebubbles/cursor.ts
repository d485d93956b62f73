import * as z from "zod";

/**
 * How far the rows of a Mac have been read. `row` is the last one, `seen` some rows before it by place and id (another id at the same place means another
 * database), `newestAt` the newest date among what was read, `since` the date before which nothing is told, `edits` how far edits have been followed and when they
 * were last looked for, `waiting` what was not whole when it was read: ids with the time of the first look. `behind` is the row that it began behind: up to there
 * another cursor told everything.
 */
export type Cursor = {
  row: number;
  seen: [number, string][];
  newestAt: number;
  since: number;
  edits: { upTo: number; id: string | null; lookedAt: number };
  waiting: [string, number][];
  behind?: number | undefined;
};

/** How far the Mac's clock may be behind ours. */
export const clockSlackMs = 10 * 60_000;

const cursorShape = z.object({
  row: z.number().int().nonnegative(),
  seen: z.array(z.tuple([z.number(), z.string()])),
  newestAt: z.number(),
  since: z.number(),
  edits: z.object({ upTo: z.number(), id: z.string().nullable(), lookedAt: z.number() }),
  waiting: z.array(z.tuple([z.string(), z.number()])),
  behind: z.number().optional(),
});

/** Returns the cursor behind a mark, from which on rows are read; what is dated before `since` (epoch milliseconds) is never told, and `now` is when edits are followed from. `waiting` are ids of rows before it that were not whole when the mark was made. */
export function cursorAt(mark: string, since: number, now: number, waiting: readonly string[] = []): string {
  return writeCursor({ ...cursorBehind(Number(mark), since, now), waiting: waiting.map((id) => [id, now]) });
}

/** Returns the same, to read on with. */
export function cursorBehind(row: number, since: number, now: number): Cursor {
  const edits = { upTo: now - clockSlackMs, id: null, lookedAt: now };
  return { row, seen: [], newestAt: since, since, edits, waiting: [], behind: row };
}

/** Returns a cursor that reads on behind an earlier row, where a line joined at that time (epoch milliseconds); it waits for what it was waiting for, and for these rows. */
export function cursorSetBack(
  text: string,
  to: { row: number; at: number; waiting: readonly string[] },
  now: number,
): string {
  const cursor = readCursor(text);
  if (cursor === null) return text;
  const waiting = [...new Map([...to.waiting.map((id): [string, number] => [id, now]), ...cursor.waiting])];
  if (to.row >= cursor.row) return writeCursor({ ...cursor, waiting });
  return writeCursor({ ...cursor, row: to.row, behind: to.row, since: Math.min(cursor.since, to.at), waiting });
}

/** Returns how far a cursor has come, as a mark; null for what is no cursor. */
export function markOf(cursor: string): string | null {
  const read = readCursor(cursor);
  return read === null ? null : String(read.row);
}

/** Returns a cursor as it is kept. */
export function writeCursor(cursor: Cursor): string {
  return JSON.stringify(cursor);
}

/** Returns a kept cursor, null for what is none. */
export function readCursor(text: string): Cursor | null {
  try {
    return cursorShape.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
