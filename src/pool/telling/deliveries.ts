import {
  afterFailure,
  afterSuccess,
  judgeEndpoint,
  mayAttempt,
  newEndpoint,
  probeIntervalMs,
  startProbe,
} from "../../domain/endpoint-health.ts";
import { rowId } from "../../domain/ids.ts";
import type { DeliveryEnd, DeliveryVerdicts, DueDelivery, Lane, TakenDeliveries } from "../../domain/pool-calls.ts";
import { judgeDelivery, nextAttempt, parseRetryAfter } from "../../domain/retry.ts";
import type { Snapshot, Webhook } from "../../domain/snapshot.ts";
import { tellFailing } from "../../domain/webhook-words.ts";
import type { Desk } from "../desk.ts";
import { logAttempt } from "../ledger/attempts.ts";
import {
  type DueRow,
  dueOfWebhook,
  forgetWebhook,
  type OwedHead,
  type OwedRow,
  owe,
  owedAfter,
  owedHeads,
  settle,
} from "../ledger/deliveries.ts";
import { type Endpoint, saveEndpoint } from "../ledger/endpoints.ts";
import { emitPoolEvent, laneOf, ringSoon } from "./outbox.ts";

/** How many deliveries to one endpoint are under way at once. */
const parallelPerEndpoint = 4;
/** How long a consumer may hold a delivery before it counts as lost: above the 15 s of an attempt. */
const leaseMs = 30_000;
/** An answer that took this long, or never came, moves its endpoint to the slow lane. */
const slowAttemptMs = 5_000;
const lanes: readonly Lane[] = ["fast", "slow"];

type Waiting = { webhook: Webhook; rows: DueRow[] };

/** Hands a consumer what is due on a lane, at most `limit`, and holds it for it; a doubled bell finds nothing left. */
export function takeDeliveries(desk: Desk, lane: Lane, limit: number): TakenDeliveries {
  desk.rung.delete(lane);
  const now = desk.now();
  const waiting = waitingOn(desk, lane, now, limit + 1);
  const chosen = oneOfEach(waiting, limit);
  const deliveries = chosen.map(({ webhook, row }) => hold(desk, row, webhook, now));
  return { deliveries, more: isDue(desk, lane) };
}

/** Says whether something is due on a lane that nobody holds and that may be attempted now. */
export function isDue(desk: Desk, lane: Lane): boolean {
  return waitingOn(desk, lane, desk.now(), 1).length > 0;
}

/** Rings for every lane on which something may leave now. */
export function ringForDue(desk: Desk): void {
  for (const lane of lanes) if (isDue(desk, lane)) ringSoon(desk, lane);
}

/**
 * Returns when something owed that may not leave yet will, or null: not what waits for a webhook that is paused or disabled. Behind what is due already a
 * webhook may owe a repeat that has a time of its own, so each is asked for the first after now.
 */
export function nextDeliveryAt(desk: Desk): number | null {
  const now = desk.now();
  const times = owedHeads(desk.sql).flatMap((head) => {
    const ready = readyAt(desk, head, now);
    if (ready === null || ready > now) return ready ?? [];
    return owedAfter(desk.sql, head.webhook, now) ?? [];
  });
  return times.length === 0 ? null : Math.min(...times);
}

function readyAt(desk: Desk, head: OwedHead, now: number): number | null {
  const webhook = findWebhook(desk, head.webhook);
  if (webhook === null || isPaused(webhook)) return null;
  const held = leasesOf(desk, head.webhook, now);
  const full = held.length >= placesOf(desk, head.webhook) ? Math.min(...held.map((lease) => lease.until)) : 0;
  return Math.max(head.due_at, full, desk.endpoints.get(head.webhook)?.health.probeAt ?? 0);
}

/** Returns what may leave on a lane now, at most `limit` of each webhook and as many as it has places for; who waits longest comes first. */
function waitingOn(desk: Desk, lane: Lane, now: number, limit: number): Waiting[] {
  const waiting: Waiting[] = [];
  for (const head of owedHeads(desk.sql)) {
    const webhook = findWebhook(desk, head.webhook);
    if (webhook === null || isPaused(webhook) || head.due_at > now || laneOf(desk, webhook.id) !== lane) continue;
    const endpoint = desk.endpoints.get(webhook.id);
    if (endpoint !== undefined && !mayAttempt(endpoint.health, now)) continue;
    const held = leasesOf(desk, webhook.id, now).length;
    const places = Math.min(limit, placesOf(desk, webhook.id) - held);
    if (places <= 0) continue;
    const due = dueOfWebhook(desk.sql, webhook.id, now, places + held);
    const rows = due.filter((row) => !desk.leases.has(leaseOf(row.event, row.webhook))).slice(0, places);
    if (rows.length > 0) waiting.push({ webhook, rows });
  }
  return waiting;
}

/** Takes from each webhook in turn, so that a long backlog of one leaves room for the others. */
function oneOfEach(waiting: Waiting[], limit: number): { webhook: Webhook; row: DueRow }[] {
  const chosen: { webhook: Webhook; row: DueRow }[] = [];
  for (let round = 0; round < parallelPerEndpoint; round += 1) {
    for (const { webhook, rows } of waiting) {
      const row = rows[round];
      if (row !== undefined && chosen.length < limit) chosen.push({ webhook, row });
    }
  }
  return chosen;
}

function findWebhook(desk: Desk, id: string): Webhook | null {
  return desk.snapshot.webhooks.find((webhook) => webhook.id === id) ?? null;
}

/** Says whether a webhook gets nothing now: it was paused or disabled. What it is owed waits. */
export function isPaused(webhook: Webhook): boolean {
  return webhook.disabledAt !== null || webhook.deprecatedAt !== null;
}

/** An endpoint whose circuit is open has one place, for the probe. */
function placesOf(desk: Desk, webhookId: string): number {
  return desk.endpoints.get(webhookId)?.health.probeAt == null ? parallelPerEndpoint : 1;
}

function leasesOf(desk: Desk, webhookId: string, now: number): { until: number }[] {
  const held: { until: number }[] = [];
  for (const [key, lease] of desk.leases) {
    if (lease.until <= now) desk.leases.delete(key);
    else if (lease.webhookId === webhookId) held.push(lease);
  }
  return held;
}

function leaseOf(event: number, webhookId: string): string {
  return `${event}:${webhookId}`;
}

/** Holds a delivery for the one who asked for it; when nobody reports its end it is due again after the lease. */
export function hold(desk: Desk, row: DueRow, webhook: Webhook, now: number): DueDelivery {
  const endpoint = desk.endpoints.get(row.webhook);
  if (endpoint !== undefined) endpoint.health = startProbe(endpoint.health, now);
  desk.leases.set(leaseOf(row.event, row.webhook), { webhookId: row.webhook, until: now + leaseMs });
  desk.arm(now + leaseMs);
  return {
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
 * Writes how deliveries ended, each with its log line and what comes next, in one transaction; a doubled report changes nothing.
 * Whoever reports may take up to `limit` more in the same call.
 */
export function recordDeliveries(desk: Desk, lane: Lane, ends: DeliveryEnd[], limit: number): DeliveryVerdicts {
  const disable: DeliveryVerdicts["disable"] = [];
  desk.outside.storage.transactionSync(() => {
    for (const end of ends) recordOne(desk, end, disable);
  });
  const taken = limit > 0 ? takeDeliveries(desk, lane, limit) : { deliveries: [], more: isDue(desk, lane) };
  return { disable, ...taken };
}

function recordOne(desk: Desk, end: DeliveryEnd, disable: DeliveryVerdicts["disable"]): void {
  const row = settle(desk.sql, end.handle);
  desk.leases.delete(leaseOf(end.handle.event, end.handle.webhookId));
  if (row === null) return;
  const webhook = findWebhook(desk, row.webhook);
  if (webhook === null) return;
  logAttempt(desk.sql, desk.nextSequence(), row, end, webhook.url);
  const slow = end.durationMs >= slowAttemptMs;
  if (judgeDelivery(end.status) === "delivered") noteSuccess(desk, row, slow);
  else planNext(desk, row, end, slow, disable);
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
    desk.arm(dueAt);
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
  for (const webhook of desk.snapshot.webhooks) {
    const former = before.webhooks.find((candidate) => candidate.id === webhook.id);
    const endpoint = desk.endpoints.get(webhook.id);
    if (former === undefined || !isPaused(former) || isPaused(webhook) || endpoint === undefined) continue;
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
