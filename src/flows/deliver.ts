import { findWebhook, updateWebhook } from "../directory/webhooks.ts";
import type { Bell, DeliveryEnd, DeliveryVerdicts, DueDelivery } from "../domain/pool-calls.ts";
import { signWebhook } from "../domain/webhook-signature.ts";
import { judgeWebhookUrl } from "../domain/webhook-url.ts";
import type { Deps } from "./deps.ts";
import { publishKeys, publishOrganization } from "./publish.ts";
import { openSecret } from "./secrets.ts";

/** A Worker may hold six connections open (platform limit). */
const parallelPosts = 6;
const takenAtOnce = 24;
const attemptMs = 15_000;
const readAtMost = 16 * 1024;
const keptOfAnswer = 4 * 1024;

/** Delivers what the pools named by these bells owe: each pool is asked what is due until nothing is, and told of each end as it comes. */
export async function deliver(deps: Deps, bells: readonly Bell[]): Promise<void> {
  const rounds = new Map(bells.map((bell) => [`${bell.pool} ${bell.lane}`, bell]));
  const gate = makeGate(parallelPosts);
  await Promise.all([...rounds.values()].map((bell) => deliverPool(deps, bell, gate)));
}

async function deliverPool(deps: Deps, bell: Bell, gate: Gate): Promise<void> {
  const pool = deps.pool(bell.pool);
  const deliveries = await pool.takeDeliveries(bell.lane, takenAtOnce);
  let dueStill = false;
  await Promise.all(
    deliveries.map(async (delivery) => {
      const end = await gate(() => attempt(deps, delivery));
      const verdicts = await pool.recordDeliveries(bell.lane, [end]);
      dueStill = verdicts.more;
      await learn(deps, bell.pool, verdicts);
      deps.log({
        event: "delivery",
        api_key_id: bell.pool,
        webhook_id: delivery.webhookId,
        event_id: delivery.eventId,
        name: delivery.eventName,
        attempt: delivery.attempt,
        status: end.status,
        error: end.error,
        duration_ms: end.durationMs,
      });
    }),
  );
  if (dueStill) await deps.ring(bell);
}

type Gate = <T>(work: () => Promise<T>) => Promise<T>;

function makeGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** Posts one delivery: signed afresh, no redirect followed, 15 s in all with the body. Whatever comes of it is an outcome. */
async function attempt(deps: Deps, delivery: DueDelivery): Promise<DeliveryEnd> {
  const attemptedAt = deps.now();
  const ended = (end: Partial<DeliveryEnd>): DeliveryEnd => ({
    handle: delivery.handle,
    attemptedAt,
    durationMs: Math.max(0, deps.now() - attemptedAt),
    status: null,
    retryAfter: null,
    response: null,
    error: null,
    ...end,
  });
  const url = judgeWebhookUrl(delivery.url, { ownHosts: deps.ownHosts, allowLocal: deps.allowLocalWebhooks });
  if (!url.ok) return ended({ error: url.failure.message });
  const timeout = AbortSignal.timeout(attemptMs);
  try {
    const response = await deps.fetch(await composeRequest(deps, delivery, timeout));
    const text = await readStart(response, timeout);
    return ended({ status: response.status, retryAfter: response.headers.get("Retry-After"), response: text });
  } catch (error) {
    return ended({ error: timeout.aborted ? "No complete answer within 15 seconds." : String(error) });
  }
}

async function composeRequest(deps: Deps, delivery: DueDelivery, signal: AbortSignal): Promise<Request> {
  const secrets = await Promise.all(
    delivery.secrets.map((sealed, index) =>
      openSecret(deps, "webhooks", delivery.webhookId, index === 0 ? "secret" : "previous_secret", sealed),
    ),
  );
  const { body } = delivery;
  const signatures = await signWebhook({ id: delivery.eventId, body, secrets, nowMs: deps.now() });
  const headers = {
    "Content-Type": "application/json",
    "User-Agent": "Trunkline-Webhooks/1",
    "X-Blooio-Event": delivery.eventName,
    ...(delivery.messageId === null ? {} : { "X-Blooio-Message-Id": delivery.messageId }),
    ...signatures,
    ...(delivery.originalEventId === null
      ? {}
      : { "X-Blooio-Replay": "true", "X-Original-Event-Id": delivery.originalEventId }),
  };
  return new Request(delivery.url, { method: "POST", headers, body, signal, redirect: "manual" });
}

async function readStart(response: Response, signal: AbortSignal): Promise<string | null> {
  if (response.body === null) return null;
  const reader = response.body.getReader();
  const gaveUp = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(new Error("timed out")), { once: true }),
  );
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < readAtMost) {
      const { done, value } = await Promise.race([reader.read(), gaveUp]);
      if (done) break;
      chunks.push(value);
      length += value.length;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return new TextDecoder().decode(bytes.subarray(0, keptOfAnswer));
}

/** Writes into the directory what a ledger has decided about an endpoint, and publishes it. */
async function learn(deps: Deps, keyId: string, verdicts: DeliveryVerdicts): Promise<void> {
  for (const { webhookId, because } of verdicts.disable) {
    const webhook = await findWebhook(deps.db, webhookId);
    if (webhook === null || webhook.disabledAt !== null) continue;
    await updateWebhook(deps.db, webhook, { disabledAt: deps.now(), disabledBecause: because });
    deps.log({ event: "webhook_disabled", webhook_id: webhookId, because });
    if (webhook.apiKeyId === null) await publishOrganization(deps, webhook.organizationId);
    else await publishKeys(deps, [keyId]);
  }
}
