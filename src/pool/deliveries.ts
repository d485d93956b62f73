import {
  afterFailure,
  afterSuccess,
  judgeEndpoint,
  mayAttempt,
  newEndpoint,
  startProbe,
} from "../domain/endpoint-health.ts";
import { rowId } from "../domain/ids.ts";
import type { DeliveryEnd, DeliveryVerdicts, DueDelivery, Lane } from "../domain/pool-calls.ts";
import { judgeDelivery, nextAttempt, parseRetryAfter } from "../domain/retry.ts";
import type { Webhook } from "../domain/snapshot.ts";
import type { Desk } from "./desk.ts";
import {
  type DueRow,
  dueDeliveries,
  forgetWebhook,
  logAttempt,
  type OwedRow,
  owe,
  settle,
} from "./ledger/deliveries.ts";
import { type Endpoint, saveEndpoint } from "./ledger/endpoints.ts";
import { emitPoolEvent } from "./outbox.ts";

/** How many deliveries to one endpoint are under way at once. */
const parallelPerEndpoint = 4;
/** How long a consumer may hold a delivery before it counts as lost: above the 15 s of an attempt. */
const leaseMs = 30_000;

/** Hands a consumer what is due on a lane, at most `limit`, and holds it for it; a doubled bell finds nothing left. */
export function takeDeliveries(desk: Desk, lane: Lane, limit: number): DueDelivery[] {
  const now = desk.now();
  desk.rung.delete(lane);
  const deliveries: DueDelivery[] = [];
  for (;;) {
    const rows = freeDeliveries(desk, lane, limit - deliveries.length);
    if (rows.length === 0) return deliveries;
    for (const row of rows) {
      const webhook = desk.snapshot.webhooks.find((candidate) => candidate.id === row.webhook);
      if (webhook === undefined) forgetWebhook(desk.sql, row.webhook);
      else if (placesLeft(desk, row.webhook) > 0) deliveries.push(hold(desk, row, webhook, now));
    }
  }
}

/** Says whether something is due on a lane that nobody holds and that may be attempted now. */
export function isDue(desk: Desk, lane: Lane): boolean {
  return freeDeliveries(desk, lane, 1).length > 0;
}

/** Returns what is due and free: held by nobody, its endpoint neither full nor resting. */
function freeDeliveries(desk: Desk, lane: Lane, limit: number): DueRow[] {
  const now = desk.now();
  for (const [key, lease] of desk.leases) if (lease.until <= now) desk.leases.delete(key);
  const rows = dueDeliveries(desk.sql, now, lane, restingWebhooks(desk, now), limit + desk.leases.size);
  return rows.filter((row) => !desk.leases.has(leaseOf(row.event, row.webhook))).slice(0, limit);
}

function restingWebhooks(desk: Desk, now: number): string[] {
  return desk.snapshot.webhooks
    .filter((webhook) => {
      const endpoint = desk.endpoints.get(webhook.id);
      if (webhook.disabledAt !== null || webhook.deprecatedAt !== null) return true;
      return placesLeft(desk, webhook.id) <= 0 || (endpoint !== undefined && !mayAttempt(endpoint.health, now));
    })
    .map((webhook) => webhook.id);
}

function placesLeft(desk: Desk, webhookId: string): number {
  const endpoint = desk.endpoints.get(webhookId);
  const places = endpoint?.health.probeAt == null ? parallelPerEndpoint : 1;
  let held = 0;
  for (const lease of desk.leases.values()) if (lease.webhookId === webhookId) held += 1;
  return places - held;
}

function leaseOf(event: number, webhookId: string): string {
  return `${event}:${webhookId}`;
}

function hold(desk: Desk, row: DueRow, webhook: Webhook, now: number): DueDelivery {
  const endpoint = desk.endpoints.get(row.webhook);
  if (endpoint !== undefined) endpoint.health = startProbe(endpoint.health, now);
  desk.leases.set(leaseOf(row.event, row.webhook), { webhookId: row.webhook, until: now + leaseMs });
  desk.arm(now + leaseMs);
  return describeDelivery(desk, row, webhook, now);
}

function describeDelivery(desk: Desk, row: DueRow, webhook: Webhook, now: number): DueDelivery {
  return {
    handle: { dueAt: row.due_at, event: row.event, webhookId: row.webhook },
    attempt: row.attempt,
    eventId: rowId("evt", row.event, desk.tag),
    eventName: row.name,
    messageId: row.message === null ? null : rowId("msg", row.message, desk.tag),
    body: row.body,
    webhookId: webhook.id,
    url: webhook.url,
    format: webhook.format,
    campaignName: webhook.eventName,
    secrets: webhook.secrets
      .filter((secret) => secret.validUntil === null || secret.validUntil > now)
      .map((secret) => secret.sealed),
    originalEventId: row.original === null ? null : rowId("evt", row.original, desk.tag),
  };
}

/** Writes how deliveries ended, each with its log line and what comes next, in one transaction; a doubled report changes nothing. */
export function recordDeliveries(desk: Desk, lane: Lane, ends: DeliveryEnd[]): DeliveryVerdicts {
  const verdicts: DeliveryVerdicts = { disable: [], more: false };
  desk.outside.storage.transactionSync(() => {
    for (const end of ends) recordOne(desk, end, verdicts);
  });
  return { ...verdicts, more: isDue(desk, lane) };
}

function recordOne(desk: Desk, end: DeliveryEnd, verdicts: DeliveryVerdicts): void {
  const row = settle(desk.sql, end.handle);
  desk.leases.delete(leaseOf(end.handle.event, end.handle.webhookId));
  if (row === null) return;
  const webhook = desk.snapshot.webhooks.find((candidate) => candidate.id === row.webhook);
  logAttempt(desk.sql, desk.nextSequence(), row, end, webhook?.url ?? "");
  if (judgeDelivery(end.status) === "delivered") noteSuccess(desk, row);
  else planNext(desk, row, end, verdicts);
}

function planNext(desk: Desk, row: OwedRow, end: DeliveryEnd, verdicts: DeliveryVerdicts): void {
  const retryAfterMs = parseRetryAfter(end.retryAfter, desk.now());
  const next = nextAttempt({
    attempt: row.attempt,
    outcome: { status: end.status, retryAfterMs },
    jitter: desk.outside.dice(),
  });
  const endpoint = noteFailure(desk, row, next.kind === "again" && next.slow);
  if (next.kind === "again") {
    const dueAt = desk.now() + next.delayMs;
    owe(desk.sql, { ...row, due_at: dueAt, attempt: row.attempt + 1, lane: endpoint.slow ? "slow" : "fast" });
    desk.arm(dueAt);
  }
  if (next.kind === "never" && next.because === "gone")
    verdicts.disable.push({ webhookId: row.webhook, because: "gone" });
  else judgeRun(desk, endpoint, verdicts);
}

function noteSuccess(desk: Desk, row: OwedRow): void {
  const endpoint = desk.endpoints.get(row.webhook);
  if (endpoint === undefined || (endpoint.health.failures === 0 && !endpoint.slow)) return;
  saveAndKeep(desk, { ...endpoint, slow: false, health: afterSuccess(desk.now()) });
}

function noteFailure(desk: Desk, row: OwedRow, slow: boolean): Endpoint {
  const before = desk.endpoints.get(row.webhook) ?? {
    webhookId: row.webhook,
    totalFailures: 0,
    slow: false,
    health: newEndpoint,
  };
  const endpoint: Endpoint = {
    webhookId: row.webhook,
    totalFailures: before.totalFailures + 1,
    slow: before.slow || slow,
    health: afterFailure(before.health, desk.now()),
  };
  saveAndKeep(desk, endpoint);
  return endpoint;
}

function saveAndKeep(desk: Desk, endpoint: Endpoint): void {
  saveEndpoint(desk.sql, endpoint);
  desk.endpoints.set(endpoint.webhookId, endpoint);
}

function judgeRun(desk: Desk, endpoint: Endpoint, verdicts: DeliveryVerdicts): void {
  const verdict = judgeEndpoint(endpoint.health, desk.now());
  if (verdict === "disable") verdicts.disable.push({ webhookId: endpoint.webhookId, because: "failing" });
  if (verdict !== "warn" || endpoint.health.warnedAt !== null) return;
  saveAndKeep(desk, { ...endpoint, health: { ...endpoint.health, warnedAt: desk.now() } });
  emitPoolEvent(desk, "webhook.failing", {
    webhook_id: endpoint.webhookId,
    failing_since: endpoint.health.failingSince,
  });
}
