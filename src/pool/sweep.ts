import { sequenceAt, timeOfSequence } from "../domain/ids.ts";
import { linkLifeMs } from "../domain/short-link.ts";
import type { Desk } from "./desk.ts";
import { sweepAttempts, webhooksWithAttempts } from "./ledger/attempts.ts";
import { forgetOwedBefore, owedHeads } from "./ledger/deliveries.ts";
import { eventBounds, sweepEvents } from "./ledger/events.ts";
import { sweepKeys } from "./ledger/idempotency.ts";
import { linkBounds, sweepLinks } from "./ledger/links.ts";
import { readMark, saveMark } from "./ledger/marks.ts";

/** How long events and delivery logs are kept. */
export const keptMs = 30 * 24 * 60 * 60 * 1000;
/** A link that ended still says so for so long. */
const linkGraceMs = 30 * 24 * 60 * 60 * 1000;
/** Rows of one kind that one alarm forgets, and how long it rests where nothing is left to forget. */
const slice = 500;
const restMs = 60 * 60 * 1000;

/** Forgets events, delivery logs, links and idempotency keys that are too old, a slice at a time. */
export function sweep(desk: Desk): void {
  const now = desk.now();
  if (now < (readMark(desk.sql, "swept_at") ?? 0) + restMs) return;
  const before = sequenceAt(now - keptMs);
  desk.outside.storage.transactionSync(() => {
    const forgotten = sweepOlder(desk, before);
    if (forgotten.some((count) => count === slice)) return;
    const bounds = eventBounds(desk.sql);
    if (bounds !== null || forgotten.some((count) => count > 0)) saveMark(desk.sql, "swept_at", now);
  });
}

function sweepOlder(desk: Desk, before: number): number[] {
  for (const head of owedHeads(desk.sql)) {
    if (head.due_at < timeOfSequence(before)) forgetOwedBefore(desk.sql, head.webhook, before);
  }
  const attempts = webhooksWithAttempts(desk.sql).map((webhook) => sweepAttempts(desk.sql, webhook, before, slice));
  const oldest = eventBounds(desk.sql)?.oldest ?? before;
  if (oldest < before) saveMark(desk.sql, "swept_before", before);
  const keys = sweepKeys(desk.sql, desk.now(), slice);
  const links = sweepLinks(desk.sql, sequenceAt(desk.now() - linkLifeMs - linkGraceMs), slice);
  return [...attempts, oldest < before ? sweepEvents(desk.sql, before, slice) : 0, links, keys];
}

/** Returns when there is something to forget next, or null; never sooner than an hour after the last time. */
export function nextSweepAt(desk: Desk): number | null {
  const oldest = eventBounds(desk.sql)?.oldest;
  const link = linkBounds(desk.sql);
  if (oldest === undefined && link === null) return null;
  const rested = (readMark(desk.sql, "swept_at") ?? 0) + restMs;
  const due = oldest === undefined ? desk.now() + keptMs : timeOfSequence(oldest) + keptMs + 1;
  return Math.max(due, rested);
}
