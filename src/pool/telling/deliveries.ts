import type {
  DeliveryEnd,
  DeliveryHandle,
  DeliveryVerdicts,
  DueDelivery,
  Lane,
  TakenDeliveries,
} from "../../domain/calls/telling.ts";
import {
  afterFailure,
  afterSuccess,
  judgeEndpoint,
  newEndpoint,
  probeIntervalMs,
  startProbe,
} from "../../domain/endpoint-health.ts";
import { isInactive } from "../../domain/event.ts";
import { rowId } from "../../domain/ids.ts";
import { judgeDelivery, nextAttempt, parseRetryAfter } from "../../domain/retry.ts";
import type { Snapshot, Webhook } from "../../domain/snapshot.ts";
import { tellFailing } from "../../domain/webhook-words.ts";
import type { Desk } from "../desk.ts";
import { hasRoomAhead, keepAttempts, writeAttempts } from "../ledger/ahead-attempts.ts";
import type { NewAttempt } from "../ledger/attempts.ts";
import { type DueRow, forgetWebhook, type OwedHead, owe, owedHeads, readDue, settleAll } from "../ledger/deliveries.ts";
import { type Endpoint, saveEndpoint } from "../ledger/endpoints.ts";
import { placesInEvents } from "../ledger/in-event.ts";
import { noteWritten } from "../ledger/notes.ts";
import { owedAfter } from "../ledger/owed.ts";
import type { OwedRow } from "../ledger/places.ts";
import { mayLag } from "../visits.ts";
import { entrustBell, ringSoon } from "./bells.ts";
import { chooseChains, findWebhook, isDue, leaseOf, leasesOf } from "./chains.ts";
import { leaseMs } from "./memory.ts";
import { emitPoolEvent } from "./outbox.ts";
import { laneOf, notePace, placesOf, probeOf } from "./pace.ts";

/** An answer that took this long, or never came, moves its endpoint to the slow lane; a success does so where the answer before it was not quick either. */
const slowAttemptMs = 5_000;
const lanes: readonly Lane[] = ["fast", "slow"];

/** Gives a consumer what is due on a lane for at most so many hands, and holds it for it; a doubled bell finds nothing left. */
export function takeDeliveries(desk: Desk, lane: Lane, hands: number): TakenDeliveries {
  const chains = hands > 0 ? chooseChains(desk, lane, hands) : [];
  const rows = readDue(
    desk.sql,
    chains.flatMap(({ places }) => places),
  );
  const found = new Map(rows.map((row) => [leaseOf(row.event, row.webhook), row]));
  const deliveries = chains.flatMap(({ webhook, places }) => {
    const hand = desk.telling.nextHand();
    const due = places.flatMap((place) => found.get(leaseOf(place.event, place.webhook)) ?? []);
    return due.map((row) => hold(desk, row, webhook, hand));
  });
  return { deliveries, more: isDue(desk, lane) };
}

/** Rings for every lane on which something may leave now. */
export function ringForDue(desk: Desk): void {
  for (const lane of lanes) if (isDue(desk, lane)) ringSoon(desk, lane);
}

/**
 * Returns when something owed that may not leave yet will, or null: not what waits for a webhook that gets nothing. Behind what is due already a
 * webhook may owe a repeat that has a time of its own, so each is asked for the first after now; what is held may come back when its lease ends.
 */
export function nextDeliveryAt(desk: Desk): number | null {
  const now = desk.now();
  const times = owedHeads(desk.sql).flatMap((head) => {
    const ready = readyAt(desk, head, now);
    if (ready === null || ready > now) return ready ?? [];
    const ends = leasesOf(desk, head.webhook, now).map(({ until }) => until);
    return [...ends, owedAfter(desk.sql, head.webhook, now) ?? []].flat();
  });
  return times.length === 0 ? null : Math.min(...times);
}

function readyAt(desk: Desk, head: OwedHead, now: number): number | null {
  const webhook = findWebhook(desk, head.webhook);
  if (webhook === null || isInactive(webhook, now)) return null;
  const held = leasesOf(desk, head.webhook, now);
  const hands = new Set(held.map(({ hand }) => hand)).size;
  const full = hands >= placesOf(desk, head.webhook) ? Math.min(...held.map((lease) => lease.until)) : 0;
  return Math.max(head.due_at, full, probeOf(desk, head.webhook) ?? 0);
}

/** Holds a delivery for the one who asked for it; when nobody reports its end it is due again after the lease. */
export function hold(desk: Desk, row: DueRow, webhook: Webhook, hand: number): DueDelivery {
  const now = desk.now();
  const endpoint = desk.endpoints.get(row.webhook);
  if (endpoint !== undefined) endpoint.health = startProbe(endpoint.health, now);
  const chat = row.attempt === 1 ? row.chat : null;
  desk.telling.leases.set(leaseOf(row.event, row.webhook), {
    webhookId: row.webhook,
    takenAt: now,
    until: now + leaseMs,
    hand,
    chat,
  });
  desk.clock.arm(now + leaseMs);
  return {
    hand,
    handle: { dueAt: row.due_at, event: row.event, webhookId: row.webhook },
    attempt: row.attempt,
    eventId: rowId("evt", row.event, desk.tag),
    eventName: row.name,
    messageId: row.message === null ? null : rowId("msg", row.message, desk.tag),
    body: row.bytes,
    webhookId: webhook.id,
    url: webhook.url,
    secrets: webhook.secrets
      .filter((secret) => secret.validUntil === null || secret.validUntil > now)
      .map((secret) => secret.sealed),
    originalEventId: row.original === null ? null : rowId("evt", row.original, desk.tag),
    addresses: desk.addresses,
  };
}

/**
 * Writes how deliveries ended, each with its log line and what comes next, in one transaction; a doubled report changes nothing. `back` was taken and not tried.
 * Whoever reports may take more for so many hands in the same call.
 */
export function recordDeliveries(
  desk: Desk,
  lane: Lane,
  ends: DeliveryEnd[],
  hands: number,
  back: DeliveryHandle[] = [],
): DeliveryVerdicts {
  const disable: DeliveryVerdicts["disable"] = [];
  if (ends.length > 0 && areKeptAhead(desk, ends)) keepAttempts(desk.sql, recordAll(desk, ends, disable));
  else if (ends.length > 0) {
    desk.transact(() => noteWritten(desk.sql, writeAttempts(desk.sql, recordAll(desk, ends, disable))));
  }
  for (const { event, webhookId } of [...ends.map(({ handle }) => handle), ...back]) {
    desk.telling.leases.delete(leaseOf(event, webhookId));
  }
  const { deliveries, more } = takeDeliveries(desk, lane, hands);
  return { disable, deliveries, more: more && (hands > 0 || entrustBell(desk, lane)) };
}

/** What went well at the first attempt, as nearly everything does, is written with what ends next: until then it counts as told, and is told again if the object is killed. */
function areKeptAhead(desk: Desk, ends: readonly DeliveryEnd[]): boolean {
  return mayLag(desk) && hasRoomAhead(desk.sql, ends.length) && ends.every((end) => changesNothingElse(desk, end));
}

function changesNothingElse(desk: Desk, { handle, status, durationMs }: DeliveryEnd): boolean {
  const { webhookId, event } = handle;
  const endpoint = desk.endpoints.get(webhookId);
  if (judgeDelivery(status) !== "delivered" || durationMs >= slowAttemptMs) return false;
  if (endpoint !== undefined && (endpoint.health.failures > 0 || endpoint.slow)) return false;
  return placesInEvents(desk.sql, webhookId).some((place) => place.event === event);
}

/** Strikes out what ended, and plans what comes next; returns what the log has to hold. */
function recordAll(desk: Desk, ends: DeliveryEnd[], disable: DeliveryVerdicts["disable"]): NewAttempt[] {
  const rows = new Map(
    settleAll(
      desk.sql,
      ends.map(({ handle }) => handle),
    ).map((row) => [leaseOf(row.event, row.webhook), row]),
  );
  const tried = ends.flatMap((end) => {
    const row = rows.get(leaseOf(end.handle.event, end.handle.webhookId));
    const webhook = row === undefined ? null : findWebhook(desk, row.webhook);
    rows.delete(leaseOf(end.handle.event, end.handle.webhookId));
    return row === undefined || webhook === null ? [] : { row, end, url: webhook.url };
  });
  for (const { row, end } of tried) {
    const slow = end.durationMs >= slowAttemptMs;
    const delivered = judgeDelivery(end.status) === "delivered";
    const wasQuick = desk.telling.paces.get(row.webhook)?.lastMs != null;
    notePace(desk, row.webhook, { delivered, durationMs: end.durationMs, slow });
    // One slow success among quick ones is a hiccup, perhaps of ours: it must not stand in line with endpoints that hang.
    if (delivered) noteSuccess(desk, row, slow && !wasQuick);
    else planNext(desk, row, end, slow, disable);
  }
  return tried;
}

function planNext(desk: Desk, row: OwedRow, end: DeliveryEnd, slow: boolean, disable: DeliveryVerdicts["disable"]) {
  const now = desk.now();
  const retryAfterMs = parseRetryAfter(end.retryAfter, now);
  const outcome = { status: end.status, retryAfterMs };
  const next = nextAttempt({ attempt: row.attempt, outcome, jitter: desk.outside.dice() });
  const endpoint = noteFailure(desk, row, slow || (next.kind === "again" && next.slow));
  if (next.kind === "never" && next.because === "gone") {
    saveAndKeep(desk, { ...endpoint, health: { ...endpoint.health, probeAt: now + probeIntervalMs } });
    disable.push({ webhookId: row.webhook, because: "gone" });
    return;
  }
  if (next.kind === "again") {
    const dueAt = now + next.delayMs;
    owe(desk.sql, { ...row, due_at: dueAt, attempt: row.attempt + 1 });
    desk.clock.arm(dueAt);
  } else {
    desk.outside.log({
      event: "delivery_given_up",
      webhook_id: row.webhook,
      event_id: rowId("evt", row.event, desk.tag),
    });
  }
  judgeRun(desk, endpoint, disable);
}

function noteSuccess(desk: Desk, row: OwedRow, slow: boolean): void {
  const endpoint = desk.endpoints.get(row.webhook);
  const unblemished = endpoint === undefined || (endpoint.health.failures === 0 && endpoint.slow === slow);
  if (unblemished && !(endpoint === undefined && slow)) return;
  const totalFailures = endpoint?.totalFailures ?? 0;
  saveAndKeep(desk, { webhookId: row.webhook, totalFailures, slow, health: afterSuccess(desk.now()) });
}

function noteFailure(desk: Desk, row: OwedRow, slow: boolean): Endpoint {
  const before = desk.endpoints.get(row.webhook);
  const endpoint: Endpoint = {
    webhookId: row.webhook,
    totalFailures: (before?.totalFailures ?? 0) + 1,
    slow: slow || (before?.slow ?? false),
    health: afterFailure(before?.health ?? newEndpoint, desk.now()),
  };
  saveAndKeep(desk, endpoint);
  return endpoint;
}

function saveAndKeep(desk: Desk, endpoint: Endpoint): void {
  const lane = laneOf(desk, endpoint.webhookId);
  saveEndpoint(desk.sql, endpoint);
  desk.endpoints.set(endpoint.webhookId, endpoint);
  if (laneOf(desk, endpoint.webhookId) !== lane) ringSoon(desk, laneOf(desk, endpoint.webhookId));
}

function judgeRun(desk: Desk, endpoint: Endpoint, disable: DeliveryVerdicts["disable"]): void {
  const { webhookId, health } = endpoint;
  const verdict = judgeEndpoint(health, desk.now());
  if (verdict === "disable") disable.push({ webhookId, because: "failing" });
  if (verdict !== "warn" || health.warnedAt !== null) return;
  saveAndKeep(desk, { ...endpoint, health: { ...health, warnedAt: desk.now() } });
  const reason = tellFailing(health.failingSince ?? desk.now());
  const facts = { webhook_id: webhookId, failing_since: health.failingSince, failures: health.failures, reason };
  desk.outside.log({ event: "webhook_failing", ...facts });
  emitPoolEvent(desk, "webhook.failing", facts);
}

/** Learns what a newer snapshot changed of the webhooks: a resumed one begins afresh and gets what waited. */
export function noticeWebhooks(desk: Desk, before: Snapshot): void {
  const now = desk.now();
  for (const webhook of desk.snapshot.webhooks) {
    const former = before.webhooks.find((candidate) => candidate.id === webhook.id);
    const endpoint = desk.endpoints.get(webhook.id);
    if (former === undefined || !isInactive(former, now) || isInactive(webhook, now) || endpoint === undefined)
      continue;
    saveAndKeep(desk, { ...endpoint, slow: false, health: newEndpoint });
  }
  ringForDue(desk);
}

/** Forgets at most `limit` of what each webhook was owed that is no longer there. */
export function forgetRemoved(desk: Desk, limit: number): void {
  for (const webhook of removedWebhooks(desk)) forgetWebhook(desk.sql, webhook, limit);
}

/** Says whether anything is owed to a webhook that is no longer there. */
export function hasRemoved(desk: Desk): boolean {
  return removedWebhooks(desk).length > 0;
}

function removedWebhooks(desk: Desk): string[] {
  const owed = owedHeads(desk.sql).map((head) => head.webhook);
  return owed.filter((webhook) => findWebhook(desk, webhook) === null);
}
