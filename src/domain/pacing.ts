/** A number's token bucket: tokens left (at most one) at a time in epoch milliseconds. */
export type Bucket = { tokens: number; updatedAt: number };

/** One token at most is saved up, so a paced number never sends two messages within its interval (1 per second: never two within a second). */
const burst = 1;
const rounding = 1e-9;

/**
 * Takes a token for one message at `ratePerSecond` (above 0; null is unlimited): the bucket to keep, or how many whole
 * milliseconds until a token is there. A number without a bucket starts with a full one; a clock that steps back adds nothing.
 */
export function takeToken(
  bucket: Bucket | null,
  ratePerSecond: number | null,
  now: number,
): { ok: true; bucket: Bucket | null } | { ok: false; waitMs: number } {
  if (ratePerSecond === null) return { ok: true, bucket: null };
  const tokens = bucket === null ? burst : refill(bucket, ratePerSecond, now);
  if (tokens >= 1 - rounding) return { ok: true, bucket: { tokens: Math.max(0, tokens - 1), updatedAt: now } };
  return { ok: false, waitMs: Math.ceil(((1 - tokens) * 1000) / ratePerSecond) };
}

function refill(bucket: Bucket, ratePerSecond: number, now: number): number {
  const elapsed = Math.max(0, now - bucket.updatedAt);
  return Math.min(burst, bucket.tokens + (elapsed * ratePerSecond) / 1000);
}
