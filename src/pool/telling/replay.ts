import type { DueDelivery, ReplayedRange, ReplayQuery } from "../../domain/calls/telling.ts";
import { subscribes } from "../../domain/event.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readRowId, rowId, sequenceAt, timeOfSequence } from "../../domain/ids.ts";
import type { Webhook } from "../../domain/snapshot.ts";
import { refuseInactive } from "../../domain/webhook-words.ts";
import type { Desk } from "../desk.ts";
import { type DueRow, owe } from "../ledger/deliveries.ts";
import { type EventRow, eventsAfter, findEvent, insertEvent } from "../ledger/events.ts";
import { findMessage } from "../ledger/messages.ts";
import { noteWritten } from "../ledger/notes.ts";
import { ranks } from "../ledger/places.ts";
import { ringSoon } from "./bells.ts";
import { hold } from "./deliveries.ts";
import { findSettled, type Settled } from "./look.ts";
import { failureOf, ownBytes } from "./outbox.ts";
import { laneOf } from "./pace.ts";

/** Single replays of a webhook: so many at once, then one per interval. */
const burst = 10;
const singleEveryMs = 1_000;
/** Replays of a range leave one by one at this pace, and so many are written in one call. */
const rangeEveryMs = 100;
const rangeAtMost = 500;
/** So many events are looked at in one call for those that fit. */
const lookedAtMost = 10_000;
/** So long nobody else begins a replay of the same webhook while one looks. */
const lookPatienceMs = 60_000;

type Chosen = { events: EventRow[]; nextSince: number | null };

/** Begins a replay of one event to one webhook and hands it over as a delivery that is under way: a new event with an id of its own. */
export function replayOne(desk: Desk, webhookId: string, eventId: string, ownOnly: boolean): Result<DueDelivery> {
  const webhook = findOpen(desk, webhookId, ownOnly);
  if (!webhook.ok) return webhook;
  const seq = readRowId("evt", eventId, desk.tag);
  const event = seq === null ? null : findEvent(desk.sql, seq);
  if (event === null) return fail("not_found", "Event not found: events are kept for 30 days.");
  const now = desk.now();
  const wait = book(desk, `one:${webhookId}`, singleEveryMs, (burst - 1) * singleEveryMs);
  if (wait > 0)
    return fail("rate_limited", "Too many replays: at most 10 at once and one a second.", undefined, wait / 1000);
  const due = desk.transact(() => writeReplay(desk, webhook.value, event, now));
  return ok(hold(desk, due, webhook.value, desk.telling.nextHand()));
}

/**
 * Writes replays of a webhook's events of a range, oldest first and at most 500, due one after another at ten a second; `nextSince` tells where to go on.
 * `onlyFailed` leaves out what the webhook has got or is still owed. Its filters are judged as they stand now. What is older than the webhook itself,
 * which it was never owed, comes only where `includeBeforeCreation` asks for it.
 */
export async function replayRange(desk: Desk, query: ReplayQuery, ownOnly: boolean): Promise<Result<ReplayedRange>> {
  const asked = findOpen(desk, query.webhookId, ownOnly);
  if (!asked.ok) return asked;
  const busy = findBusy(desk, query.webhookId);
  if (busy !== null) return busy;
  const line = rangeLine(query.webhookId);
  desk.telling.booked.set(line, desk.now() + lookPatienceMs);
  const since = sinceOf(query, asked.value);
  const looked = lookAt(desk, { ...query, since });
  const settled = await settledOf(desk, query, looked);
  const webhook = findOpen(desk, query.webhookId, ownOnly);
  if (!webhook.ok) return webhook;
  const { events, nextSince } = chooseEvents(desk, webhook.value, looked, settled);
  desk.transact(() => {
    events.forEach((event, index) => {
      writeReplay(desk, webhook.value, event, desk.now() + index * rangeEveryMs);
    });
  });
  desk.telling.booked.set(line, desk.now() + events.length * rangeEveryMs);
  if (events.length > 0) ringSoon(desk, laneOf(desk, query.webhookId));
  const isOwed = [...settled.values()].includes("owed");
  return ok({ replayed: events.length, nextSince, coversFrom: since, ...(isOwed ? { isOwed } : {}) });
}

/** Returns from when on the rest of a range would have to be asked for, null where one call takes it all; nothing is written. Refused like the replay itself. */
export async function findReplayEnd(desk: Desk, query: ReplayQuery): Promise<Result<{ nextSince: number | null }>> {
  const webhook = findOpen(desk, query.webhookId, false);
  if (!webhook.ok) return webhook;
  const busy = findBusy(desk, query.webhookId);
  if (busy !== null) return busy;
  const looked = lookAt(desk, { ...query, since: sinceOf(query, webhook.value) });
  const settled = await settledOf(desk, query, looked);
  return ok({ nextSince: chooseEvents(desk, webhook.value, looked, settled).nextSince });
}

function findBusy(desk: Desk, webhookId: string): Result<never> | null {
  const waitMs = (desk.telling.booked.get(rangeLine(webhookId)) ?? 0) - desk.now();
  if (waitMs <= 0) return null;
  return fail("rate_limited", "A replay of this webhook is still under way.", undefined, waitMs / 1000);
}

function rangeLine(webhookId: string): string {
  return `range:${webhookId}`;
}

/** Which of the events a replay of what failed leaves out. */
async function settledOf(desk: Desk, query: ReplayQuery, looked: EventRow[]): Promise<Settled> {
  if (!query.onlyFailed) return new Map();
  return findSettled(
    desk,
    query.webhookId,
    looked.map(({ seq }) => seq),
  );
}

function sinceOf({ since, includeBeforeCreation = false }: ReplayQuery, webhook: Webhook): number {
  return includeBeforeCreation ? since : Math.max(since, webhook.createdAt);
}

function findOpen(desk: Desk, webhookId: string, ownOnly: boolean): Result<Webhook> {
  const webhook = desk.snapshot.webhooks.find((candidate) => candidate.id === webhookId);
  if (webhook === undefined || (ownOnly && webhook.scope !== "api_key")) return fail("not_found", "Webhook not found.");
  const open = refuseInactive(webhook, desk.now());
  return open.ok ? ok(webhook) : open;
}

/** Books the next place on a line and returns 0, or how many milliseconds to wait where the line is longer than allowed. */
function book(desk: Desk, line: string, everyMs: number, aheadMs: number): number {
  const now = desk.now();
  const free = Math.max(desk.telling.booked.get(line) ?? 0, now);
  if (free - now > aheadMs) return free - now - aheadMs;
  desk.telling.booked.set(line, free + everyMs);
  return 0;
}

function lookAt(desk: Desk, query: ReplayQuery): EventRow[] {
  const since = sequenceAt(query.since) - 1;
  const until = query.until === null ? Number.MAX_SAFE_INTEGER : sequenceAt(query.until + 1);
  return eventsAfter(desk.sql, since, until, lookedAtMost + 1);
}

function chooseEvents(desk: Desk, webhook: Webhook, looked: EventRow[], settled: Settled): Chosen {
  const events: EventRow[] = [];
  for (const [index, row] of looked.entries()) {
    if (events.length === rangeAtMost || index === lookedAtMost) {
      return { events: beforeTime(events, timeOf(row)), nextSince: timeOf(row) };
    }
    if (!settled.has(row.seq) && fits(desk, webhook, row)) events.push(row);
  }
  return { events, nextSince: null };
}

/** The next call begins at this millisecond, so that what was chosen of it comes with it: no event is replayed twice. */
function beforeTime(events: EventRow[], at: number): EventRow[] {
  const before = events.filter((event) => timeOf(event) < at);
  return before.length === 0 ? events : before;
}

function timeOf(row: EventRow): number {
  return timeOfSequence(row.seq);
}

function fits(desk: Desk, webhook: Webhook, row: EventRow): boolean {
  const payload = JSON.parse(row.body) as { internal_id?: unknown };
  const number = typeof payload.internal_id === "string" ? payload.internal_id : null;
  return subscribes(webhook, row.name, number, desk.now());
}

/** Writes a replay in the caller's transaction and returns what is owed by it: the original's bytes but for the id. */
function writeReplay(desk: Desk, webhook: Webhook, event: EventRow, dueAt: number): DueRow {
  const seq = desk.nextSequence();
  const payload = JSON.parse(event.body) as Record<string, unknown>;
  const body = JSON.stringify({ ...payload, event_id: rowId("evt", seq, desk.tag) });
  const replay = { ...event, seq, original: event.original ?? event.seq, body, owed: null, ended: null, redo: null };
  insertEvent(desk.sql, replay);
  noteWritten(desk.sql, 1);
  const failure = failureOf(event.name, event.message === null ? null : findMessage(desk.sql, event.message));
  const own = ownBytes(desk, replay, webhook, failure);
  const owed = {
    webhook: webhook.id,
    rank: ranks.reported,
    due_at: dueAt,
    event: seq,
    attempt: 1,
    chat: null,
    body: own,
  };
  owe(desk.sql, owed);
  return { ...owed, name: event.name, message: event.message, original: replay.original, bytes: own ?? body };
}
