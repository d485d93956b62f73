import type { MessageStory, StoryAttempt } from "../domain/calls/reading.ts";
import { ok, type Result } from "../domain/failure.ts";
import { readRowId, rowId, sequenceAt } from "../domain/ids.ts";
import { judgeDelivery } from "../domain/retry.ts";
import { type Happening, tellLife } from "../domain/timeline.ts";
import type { Desk } from "./desk.ts";
import { attemptsOf, eventsAbout, owedOf } from "./ledger/story.ts";
import { readMessageById } from "./reads.ts";
import { nextOf } from "./sending/next.ts";
import { probeOf } from "./telling/pace.ts";

/**
 * Neither events nor attempts are indexed by message, for an index costs a row each: an event is looked for around the time its status was written, for its number is
 * its time, and its attempts among those that followed it.
 */
const eventWindowMs = 250;
const rowsLookedAt = 20_000;

/** Returns one message with everything that happened to it: its steps, the events that told of them, and each attempt to deliver those. */
export function readStory(desk: Desk, messageId: string): Result<MessageStory> {
  const view = readMessageById(desk, messageId);
  if (!view.ok) return view;
  const seq = readRowId("msg", messageId, desk.tag) ?? 0;
  const told = tellLife(view.value.message).map((happening) => ({ happening, event: eventOf(desk, seq, happening) }));
  const attempts = attemptsFor(
    desk,
    told.flatMap(({ event }) => event ?? []),
  );
  const timeline = told.map(({ happening: { at, kind, words }, event }) => ({
    at,
    kind,
    words,
    eventId: event === null ? null : rowId("evt", event, desk.tag),
    attempts: event === null ? [] : (attempts.get(event) ?? []),
  }));
  return ok({ ...view.value, timeline, next: nextOf(desk, seq) });
}

function eventOf(desk: Desk, message: number, { at, event }: Happening): number | null {
  if (event === null) return null;
  const range = { from: sequenceAt(at - eventWindowMs), before: sequenceAt(at + eventWindowMs) };
  return eventsAbout(desk.sql, message, range).find(({ name }) => name === event)?.seq ?? null;
}

function attemptsFor(desk: Desk, events: readonly number[]): Map<number, StoryAttempt[]> {
  const found = new Map<number, StoryAttempt[]>();
  if (events.length === 0) return found;
  const { webhooks } = desk.snapshot;
  const limit = Math.ceil(rowsLookedAt / Math.max(1, webhooks.length));
  const keep = (event: number, attempt: StoryAttempt) => found.set(event, [...(found.get(event) ?? []), attempt]);
  for (const { id } of webhooks) {
    for (const row of attemptsOf(desk.sql, id, events, limit)) {
      const { attempt, attempted_at: at, status, error, duration_ms: durationMs } = row;
      const state = judgeDelivery(status) === "delivered" ? "delivered" : "failed";
      keep(row.event, { webhookId: id, attempt, at, state, status, error, durationMs });
    }
    // Of an endpoint whose circuit is open nothing leaves before the next probe.
    const probeAt = probeOf(desk, id) ?? 0;
    for (const { event, attempt, due_at: dueAt } of owedOf(desk.sql, id, events, limit)) {
      const at = Math.max(dueAt, probeAt);
      keep(event, { webhookId: id, attempt, at, state: "waiting", status: null, error: null, durationMs: null });
    }
  }
  return found;
}
