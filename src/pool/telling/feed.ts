import type { EventsPage, ListEvents } from "../../domain/calls/telling.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readRowId, rowId } from "../../domain/ids.ts";
import type { Desk } from "../desk.ts";
import { eventBounds, eventsAfter } from "../ledger/events.ts";
import { readMark } from "../ledger/marks.ts";

/**
 * Returns the events after a cursor in the order in which they happened, with the bytes that webhooks get. `latest` answers no events and where
 * to go on from now; a cursor whose events may have been forgotten already is `cursor_expired`.
 */
export function listEvents(desk: Desk, query: ListEvents): Result<EventsPage> {
  if (query.after === "latest") {
    const newest = eventBounds(desk.sql)?.newest ?? null;
    return ok({ bodies: [], nextAfter: newest === null ? null : rowId("evt", newest, desk.tag) });
  }
  const after = query.after === null ? 0 : readRowId("evt", query.after, desk.tag);
  if (after === null)
    return fail("invalid_request", "after is not a cursor of this key: give the next_after of a page.");
  const forgotten = readMark(desk.sql, "swept_before") ?? 0;
  if (query.after !== null && after < forgotten) return fail("cursor_expired");
  const rows = eventsAfter(desk.sql, after, Number.MAX_SAFE_INTEGER, query.limit);
  const last = rows.at(-1);
  return ok({
    bodies: rows.map((row) => row.body),
    nextAfter: last === undefined ? query.after : rowId("evt", last.seq, desk.tag),
  });
}
