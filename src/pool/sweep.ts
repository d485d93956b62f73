import { sequenceAt, timeOfSequence } from "../domain/ids.ts";
import { webhookDelaysMs } from "../domain/retry.ts";
import { linkLifeMs } from "../domain/short-link.ts";
import type { Desk } from "./desk.ts";
import { attemptHeads, sweepAttempts } from "./ledger/attempts.ts";
import { sweepHeeded } from "./ledger/blocks.ts";
import { deletePeople } from "./ledger/campaign-people.ts";
import { endedBefore } from "./ledger/campaigns.ts";
import { sweepCarried } from "./ledger/carried.ts";
import { owedHeads, sweepOwed } from "./ledger/deliveries.ts";
import { eventBounds, sweepEvents } from "./ledger/events.ts";
import { oldestEnded, sweepMessages } from "./ledger/forgetting.ts";
import { hasKeys, sweepKeys } from "./ledger/idempotency.ts";
import { linkBounds, sweepLinks } from "./ledger/links.ts";
import { readMark, saveMark } from "./ledger/marks.ts";
import { noteAll, notedFrom } from "./ledger/notes.ts";
import { macsAt } from "./lines/forgotten.ts";

const dayMs = 24 * 60 * 60 * 1000;
/** How long events and delivery logs are kept. */
export const keptMs = 30 * dayMs;
/** A link that ended still says so for so long. */
const linkKeptMs = linkLifeMs + 30 * dayMs;
/** A delivery is due this long after its event at the latest, with room for the jitter. */
const longestScheduleMs = 2 * webhookDelaysMs.reduce((sum, delay) => sum + delay, 0);
/** Messages are kept for as long as the organization says, for ever where it says nothing; no event of them outlives them. */
function messagesKeptMs(desk: Desk): number | null {
  const days = desk.snapshot.organization.retentionDays ?? null;
  return days === null ? null : days * dayMs;
}

function eventsKeptMs(desk: Desk): number {
  return Math.min(keptMs, messagesKeptMs(desk) ?? keptMs);
}

/** Rows of one kind that one alarm forgets, and how long it rests where nothing is left to forget. */
const slice = 500;
const restMs = 60 * 60 * 1000;
/** Idempotency keys have no order of time: so many are looked at in one alarm, and all of them once a day. */
const keysLookedAt = 5_000;

/** Forgets events, delivery logs, links and idempotency keys that are too old, a slice at a time; a pool that never rests forgets like any other. */
export function sweep(desk: Desk): void {
  const now = desk.now();
  if (now < (readMark(desk.sql, "forgotten_at") ?? 0) + restMs) return;
  desk.keysSweptTo = desk.transact(() => {
    if (sequenceAt(now - eventsKeptMs(desk)) > notedFrom(desk.sql)) noteAll(desk.sql);
    const areDone = [
      forgetOwed,
      forgetAttempts,
      forgetEvents,
      forgetLinks,
      forgetHeeded,
      forgetCarried,
      forgetMessages,
      forgetLists,
    ].map((forget) => forget(desk, now));
    const keys = forgetKeys(desk, now, desk.keysSweptTo);
    if (keys.isDone && areDone.every(Boolean) && hasAnything(desk)) saveMark(desk.sql, "forgotten_at", now);
    return keys.sweptTo;
  });
}

/** Each of these forgets one slice and says whether nothing of its kind is left to forget. */
function forgetOwed(desk: Desk, now: number): boolean {
  const event = sequenceAt(now - keptMs);
  const dueBefore = now - keptMs + longestScheduleMs;
  let left = slice;
  for (const head of owedHeads(desk.sql)) {
    if (left > 0 && head.due_at < dueBefore) left -= sweepOwed(desk.sql, head.webhook, { event, dueBefore }, left);
  }
  return left > 0;
}

function forgetAttempts(desk: Desk, now: number): boolean {
  const before = sequenceAt(now - eventsKeptMs(desk));
  let left = slice;
  for (const { webhook, seq } of attemptHeads(desk.sql)) {
    if (left > 0 && seq < before) left -= sweepAttempts(desk.sql, webhook, before, left);
  }
  return left > 0;
}

function forgetEvents(desk: Desk, now: number): boolean {
  const before = sequenceAt(now - eventsKeptMs(desk));
  if ((eventBounds(desk.sql)?.oldest ?? before) >= before) return true;
  saveMark(desk.sql, "swept_before", before);
  return sweepEvents(desk.sql, before, slice) < slice;
}

/** What has not ended is kept until it has. */
function forgetMessages(desk: Desk, now: number): boolean {
  const kept = messagesKeptMs(desk);
  return kept === null || sweepMessages(desk.sql, sequenceAt(now - kept), slice, macsAt(desk, now)) < slice;
}

/** Of a campaign that ended so long ago is kept what became of its list, and not who stood in it. */
function forgetLists(desk: Desk, now: number): boolean {
  const kept = messagesKeptMs(desk);
  const [ended] = kept === null ? [] : endedBefore(desk.sql, now - kept);
  if (ended !== undefined) deletePeople(desk.sql, ended, false);
  return ended === undefined;
}

function forgetLinks(desk: Desk, now: number): boolean {
  return sweepLinks(desk.sql, sequenceAt(now - linkKeptMs), slice) < slice;
}

/** Twilio repeats a request for minutes, and a Mac's rows are read again of days, not of a month. */
function forgetHeeded(desk: Desk, now: number): boolean {
  return sweepHeeded(desk.sql, now - keptMs, slice) < slice;
}

/** No key asks for a month what became of a parcel. */
function forgetCarried(desk: Desk, now: number): boolean {
  return sweepCarried(desk.sql, now - keptMs, slice) < slice;
}

function forgetKeys(desk: Desk, now: number, after: string | null): { sweptTo: string | null; isDone: boolean } {
  if (after === null && now < nextKeysAt(desk)) return { sweptTo: null, isDone: true };
  const sweptTo = sweepKeys(desk.sql, now, { after, limit: keysLookedAt });
  if (sweptTo === null) saveMark(desk.sql, "keys_swept_at", now);
  return { sweptTo, isDone: sweptTo === null };
}

function nextKeysAt(desk: Desk): number {
  return hasKeys(desk.sql) ? (readMark(desk.sql, "keys_swept_at") ?? 0) + dayMs : Number.POSITIVE_INFINITY;
}

function hasAnything(desk: Desk): boolean {
  return nextForgettableAt(desk) !== null;
}

/** Returns when there is something to forget next, or null; never sooner than an hour after the last time. */
export function nextSweepAt(desk: Desk): number | null {
  const at = nextForgettableAt(desk);
  return at === null ? null : Math.max(at, (readMark(desk.sql, "forgotten_at") ?? 0) + restMs);
}

function nextMessage(desk: Desk): number[] {
  const kept = messagesKeptMs(desk);
  const oldest = kept === null ? null : oldestEnded(desk.sql);
  return kept === null || oldest === null ? [] : [timeOfSequence(oldest) + kept + 1];
}

function nextForgettableAt(desk: Desk): number | null {
  const events = eventBounds(desk.sql);
  const links = linkBounds(desk.sql);
  const times = [
    ...(events === null ? [] : [timeOfSequence(events.oldest) + eventsKeptMs(desk) + 1]),
    ...attemptHeads(desk.sql).map(({ seq }) => timeOfSequence(seq) + eventsKeptMs(desk) + 1),
    ...nextMessage(desk),
    // The newest link is never forgotten.
    ...(links === null || links.first === links.last ? [] : [timeOfSequence(links.firstMessage) + linkKeptMs + 1]),
    ...(hasKeys(desk.sql) ? [nextKeysAt(desk)] : []),
  ];
  return times.length === 0 ? null : Math.min(...times);
}
