import { fail, ok, type Result } from "../../domain/failure.ts";

/** Returns a list's place as its cursor: one or two whole numbers that mean nothing to a client. */
export function writeCursor(place: number | readonly number[] | null): string | null {
  return place === null
    ? null
    : [place]
        .flat()
        .map((part) => part.toString(36))
        .join("-");
}

/** Returns the numbers of a cursor of `count` parts, null where none was given; anything else is refused. */
export function readCursor(cursor: string | undefined, count: 1 | 2): Result<number[] | null> {
  if (cursor === undefined) return ok(null);
  const parts = cursor
    .split("-")
    .map((part) => (/^[0-9a-z]{1,11}$/.test(part) ? Number.parseInt(part, 36) : Number.NaN));
  if (parts.length === count && parts.every(Number.isSafeInteger)) return ok(parts);
  return fail("invalid_request", "cursor is none of this list: give the next_cursor of a page, or leave it out.");
}

/** Returns the offset that a cursor stands for, and where the list goes on behind a page of these; for lists that are cut by offset. */
export function readOffset(cursor: string | undefined): Result<number> {
  const read = readCursor(cursor, 1);
  return read.ok ? ok(read.value?.[0] ?? 0) : read;
}
