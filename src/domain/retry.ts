const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** The published webhook schedule: the wait before each of the 10 attempts, in milliseconds (Standard Webhooks 1.0, 75 h 35 min 5 s in all). */
export const webhookDelaysMs: readonly number[] = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** The least wait after an answer that asks us to slow down (Svix keeps the same floor). */
export const slowDelayMs = 60 * second;

/** How long an unknown send may still turn up at the carrier, when to look a second time, and when to give up. */
export const reconcileMs = { grace: 10 * minute, secondLook: 60 * second, giveUp: 24 * hour } as const;

/** The ages at which a message without a final status is asked for at the carrier (seed 002: receipts may take 4 days). */
export const statusPollsMs: readonly number[] = [1 * hour, 6 * hour, 24 * hour, 72 * hour, 96 * hour];

/**
 * Returns the age at which a message of `ageMs` is asked for next where no callback can come: within seconds at first, ever more seldom, and null from the first of
 * `statusPollsMs` on.
 */
export function nearPollMs(ageMs: number): number | null {
  const next = ageMs + clamp(ageMs / 2, 2 * second, 5 * minute);
  return next < (statusPollsMs[0] ?? 0) ? Math.round(next) : null;
}

/** The least and the longest wait before a send that the carrier answered with 429 is repeated. */
export const sendBackoffMs = { base: 1 * second, ceiling: 60 * second } as const;

/** How long an account rests that has used up its messages of 24 hours: the window moves on by itself, and a try a minute would find it shut. */
export const dailyLimitRestMs = 15 * minute;

/** What a webhook's answer means: `slow` failed and asks for fewer requests, `gone` wants no more of them. */
export type DeliveryVerdict = "delivered" | "failed" | "slow" | "gone";

/** What came of one attempt: the HTTP status, null where no answer came in time, and the wait it asked for. */
export type DeliveryOutcome = { status: number | null; retryAfterMs: number | null };

/** When a delivery is attempted again, and whether its endpoint counts as slow; or why it never is. */
export type NextAttempt =
  | { kind: "again"; delayMs: number; slow: boolean }
  | { kind: "never"; because: "delivered" | "gone" | "exhausted" };

/** Returns what an answer's status means (Standard Webhooks 1.0): only 2xx is delivered, a redirect is a failure, 410 ends the subscription. */
export function judgeDelivery(status: number | null): DeliveryVerdict {
  if (status === null) return "failed";
  if (status >= 200 && status < 300) return "delivered";
  if (status === 410) return "gone";
  return status === 429 || status === 502 || status === 504 ? "slow" : "failed";
}

/**
 * Returns when to repeat a delivery after its `attempt`th attempt (from 1), `jitter` in 0..1 spreading the wait by ±20 %.
 * Retry-After is kept within one and two times the scheduled wait and spread upwards, by up to 20 %: all who were told the same would come at once, and none
 * may come sooner. A slow endpoint's scheduled wait is at least a minute.
 */
export function nextAttempt(made: { attempt: number; outcome: DeliveryOutcome; jitter: number }): NextAttempt {
  const verdict = judgeDelivery(made.outcome.status);
  if (verdict === "delivered" || verdict === "gone") return { kind: "never", because: verdict };
  const scheduled = webhookDelaysMs[made.attempt];
  if (scheduled === undefined) return { kind: "never", because: "exhausted" };
  const slow = verdict === "slow";
  const floor = slow ? slowDelayMs : 0;
  const base = Math.max(scheduled, floor);
  const asked = made.outcome.retryAfterMs;
  const spread = base * (0.8 + 0.4 * made.jitter);
  const delay =
    asked === null || Number.isNaN(asked)
      ? Math.max(spread, floor)
      : clamp(asked, base, 2 * base) * (1 + 0.2 * made.jitter);
  return { kind: "again", delayMs: Math.round(delay), slow };
}

/** Returns the milliseconds until a send answered 429 for the `attempt`th time (from 1) is repeated: backoff within [base, ceiling], as is the carrier's wish, which is spread upwards. */
export function nextSendAttempt(made: { attempt: number; retryAfterSeconds: number | null; jitter: number }): number {
  const { base, ceiling } = sendBackoffMs;
  const asked = made.retryAfterSeconds;
  if (asked !== null && !Number.isNaN(asked))
    return clamp(Math.round(asked * second * (1 + 0.2 * made.jitter)), base, ceiling);
  const longest = Math.min(base * 2 ** made.attempt, ceiling);
  return Math.round(base + made.jitter * (longest - base));
}

/** Returns the milliseconds a Retry-After header asks for (RFC 9110 section 10.2.3), 0 for a date gone by, null where it is absent or unreadable. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  const value = header?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * second;
  if (!/^[A-Z][a-z]+, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/.test(value)) return null;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
