import type { DeliveryEnd, DueDelivery } from "../../domain/calls/telling.ts";
import { hostsOf } from "../../domain/public-address.ts";
import { hopHeader, signWebhook } from "../../domain/webhook-signature.ts";
import { judgeWebhookUrl } from "../../domain/webhook-url.ts";
import type { Deps } from "../deps.ts";
import { signingKeysOf } from "./signing-keys.ts";

const attemptMs = 15_000;
const readAtMost = 16 * 1024;
const keptOfAnswer = 4 * 1024;
const longestTarget = 500;
const decoder = new TextDecoder();

/** How an attempt ended, with the headers of the answer for those who show them. */
export type AttemptEnd = DeliveryEnd & { headers: Headers | null; size: number };

/** Posts one delivery: signed afresh, no redirect followed, 15 s in all with the body. Whatever comes of it is an outcome. */
export async function attempt(deps: Deps, delivery: DueDelivery): Promise<AttemptEnd> {
  const attemptedAt = deps.now();
  const ended = (end: Partial<AttemptEnd>): AttemptEnd => ({
    handle: delivery.handle,
    attemptedAt,
    durationMs: Math.max(0, deps.now() - attemptedAt),
    status: null,
    retryAfter: null,
    response: null,
    error: null,
    headers: null,
    size: 0,
    ...end,
  });
  const addresses = delivery.addresses ?? deps.addresses.known();
  const url = judgeWebhookUrl(delivery.url, { ownHosts: hostsOf(addresses), allowLocal: deps.allowLocalWebhooks });
  if (!url.ok) return ended({ error: url.failure.message });
  const timeout = AbortSignal.timeout(attemptMs);
  try {
    const response = await deps.fetch(delivery.url, await composeRequest(deps, delivery, timeout));
    const read = await readStart(response, timeout);
    return ended({
      status: response.status,
      retryAfter: response.headers.get("Retry-After"),
      response: read.text,
      size: read.size,
      error: read.fault ?? sayRedirect(response),
      headers: response.headers,
    });
  } catch (error) {
    return ended({ error: timeout.aborted ? "No complete answer within 15 seconds." : sayFault(error) });
  }
}

async function composeRequest(deps: Deps, delivery: DueDelivery, signal: AbortSignal): Promise<RequestInit> {
  const keys = await signingKeysOf(deps, delivery.webhookId, delivery.secrets);
  const { body } = delivery;
  const signatures = await signWebhook({ id: delivery.eventId, body, keys, nowMs: deps.now() });
  const headers = {
    "Content-Type": "application/json",
    "User-Agent": "Trunkline-Webhooks/1",
    [hopHeader]: "1",
    "X-Blooio-Event": delivery.eventName,
    ...(delivery.messageId === null ? {} : { "X-Blooio-Message-Id": delivery.messageId }),
    ...signatures,
    ...(delivery.originalEventId === null
      ? {}
      : { "X-Blooio-Replay": "true", "X-Original-Event-Id": delivery.originalEventId }),
  };
  return { method: "POST", headers, body, signal, redirect: "manual" };
}

/** The runtime names a host without an address, or without a secure connection, by a reference of its own alone. */
function sayFault(error: unknown): string {
  const words = String(error);
  return /internal error; reference|connection lost/.test(words)
    ? "The host could not be reached: no address, no secure connection, or the connection was lost."
    : words;
}

/** A redirect is a failure, and its target is what helps to mend it. */
function sayRedirect({ status, headers }: Response): string | null {
  const target = headers.get("Location");
  if (status < 300 || status > 399 || target === null) return null;
  return `Redirects are not followed: this one leads to ${target.slice(0, longestTarget)}. Give that address as the webhook's URL.`;
}

type Start = { text: string | null; size: number; fault: string | null };

/**
 * Reads at most 16 KiB of an answer and keeps the first 4; the rest is never taken. A body that cannot be read (a broken Content-Encoding) is a fault beside the
 * status, which was said; one that does not end in time is thrown.
 */
async function readStart(response: Response, signal: AbortSignal): Promise<Start> {
  if (response.body === null) return { text: null, size: 0, fault: null };
  const reader = response.body.getReader();
  const gaveUp = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(new Error("timed out"));
    signal.addEventListener("abort", () => reject(new Error("timed out")), { once: true });
  });
  let kept: Uint8Array<ArrayBuffer> | null = null;
  let size = 0;
  try {
    while (size < readAtMost) {
      const { done, value } = await Promise.race([reader.read(), gaveUp]);
      if (done) break;
      kept ??= new Uint8Array(keptOfAnswer);
      if (size < keptOfAnswer) kept.set(value.subarray(0, keptOfAnswer - size), size);
      size += value.length;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    return { text: null, size, fault: `The answer's body could not be read: ${String(error)}` };
  } finally {
    reader.cancel().catch(() => {});
  }
  const text = kept === null ? "" : decoder.decode(kept.subarray(0, Math.min(size, keptOfAnswer)));
  return { text, size, fault: null };
}
