import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  judgeDelivery,
  nearPollMs,
  nextAttempt,
  nextSendAttempt,
  parseRetryAfter,
  reconcileMs,
  sendBackoffMs,
  statusPollsMs,
  webhookDelaysMs,
} from "./retry.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const jitter = fc.double({ min: 0, max: 1, noNaN: true });

describe("D07: the published schedule", () => {
  test("ten attempts over 75 h 35 min 5 s", () => {
    expect(webhookDelaysMs).toHaveLength(10);
    expect(webhookDelaysMs.reduce((sum, delay) => sum + delay, 0)).toBe(((75 * 60 + 35) * 60 + 5) * 1000);
  });

  test("a failing endpoint is tried ten times, each wait within 20 % of the published one", () => {
    fc.assert(
      fc.property(fc.array(jitter, { minLength: 10, maxLength: 10 }), (jitters) => {
        const delays: number[] = [];
        for (const [index, one] of jitters.entries()) {
          const next = nextAttempt({ attempt: index + 1, outcome: { status: 500, retryAfterMs: null }, jitter: one });
          if (next.kind === "again") delays.push(next.delayMs);
          else expect(next).toEqual({ kind: "never", because: "exhausted" });
        }
        expect(delays).toHaveLength(9);
        for (const [index, delay] of delays.entries()) {
          const published = webhookDelaysMs[index + 1] ?? Number.NaN;
          expect(delay).toBeGreaterThanOrEqual(0.8 * published);
          expect(delay).toBeLessThanOrEqual(1.2 * published);
        }
      }),
    );
  });

  test("the jitter reaches both ends", () => {
    const outcome = { status: null, retryAfterMs: null };
    expect(nextAttempt({ attempt: 2, outcome, jitter: 0 })).toEqual({ kind: "again", delayMs: 240_000, slow: false });
    expect(nextAttempt({ attempt: 2, outcome, jitter: 1 })).toEqual({ kind: "again", delayMs: 360_000, slow: false });
  });
});

describe("D08: Retry-After", () => {
  test.each([
    ["0", 0],
    ["10", 10_000],
    [" 120 ", 120_000],
    ["1000000000", 1e12],
    ["9".repeat(400), Number.POSITIVE_INFINITY],
    ["Fri, 20 Nov 2026 12:01:30 GMT", 90_000],
    ["Fri, 20 Nov 2026 11:00:00 GMT", 0],
    ["Friday, 20-Nov-26 12:00:10 GMT", 10_000],
  ])("%s is understood", (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  test.each([
    [null],
    [""],
    ["-5"],
    ["1e9"],
    ["10.5"],
    ["10, 20"],
    ["soon"],
    ["2026-11-20T12:01:30Z"],
    ["Fri, 99 Foo 2026 12:01:30 GMT"],
    ["Fri Nov 20 12:01:30 2026"],
    ["Fri, 20 Nov 2026 12:01:30 +0900"],
  ])("%s is passed over", (header) => {
    expect(parseRetryAfter(header, now)).toBeNull();
  });

  test("no header text of any kind makes anything but a wait or null", () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const parsed = parseRetryAfter(header, now);
        expect(parsed === null || parsed >= 0).toBe(true);
      }),
    );
  });

  test("is kept within one and two times the published wait, and spread upwards by up to a fifth", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ noNaN: true }), jitter, (attempt, retryAfterMs, one) => {
        const base = webhookDelaysMs[attempt] ?? Number.NaN;
        const next = nextAttempt({ attempt, outcome: { status: 503, retryAfterMs }, jitter: one });
        if (next.kind !== "again") throw new Error("expected a further attempt");
        const kept = Math.min(Math.max(retryAfterMs, base), 2 * base);
        expect(next.delayMs).toBe(Math.round(kept * (1 + 0.2 * one)));
        expect(next.delayMs).toBeGreaterThanOrEqual(base);
        expect(next.delayMs).toBeLessThanOrEqual(2.4 * base);
      }),
      { numRuns: 1000 },
    );
    const asked = { status: 503, retryAfterMs: 400_000 };
    expect(nextAttempt({ attempt: 2, outcome: asked, jitter: 0 })).toMatchObject({ delayMs: 400_000 });
    expect(nextAttempt({ attempt: 2, outcome: asked, jitter: 1 })).toMatchObject({ delayMs: 480_000 });
  });

  test("an unreadable number leaves the published wait", () => {
    const outcome = { status: 503, retryAfterMs: Number.NaN };
    expect(nextAttempt({ attempt: 2, outcome, jitter: 0.5 })).toMatchObject({ delayMs: 300_000 });
  });
});

describe("D09: what an answer means", () => {
  test.each([
    [200, "delivered"],
    [204, "delivered"],
    [299, "delivered"],
    [100, "failed"],
    [199, "failed"],
    [300, "failed"],
    [301, "failed"],
    [302, "failed"],
    [307, "failed"],
    [308, "failed"],
    [400, "failed"],
    [401, "failed"],
    [404, "failed"],
    [410, "gone"],
    [429, "slow"],
    [500, "failed"],
    [502, "slow"],
    [503, "failed"],
    [504, "slow"],
    [999, "failed"],
    [0, "failed"],
    [null, "failed"],
  ] as const)("%s is %s", (status, verdict) => {
    expect(judgeDelivery(status)).toBe(verdict);
  });

  test("a success and a 410 end a delivery at once, on any attempt", () => {
    for (const attempt of [1, 5, 10]) {
      const end = (status: number) => nextAttempt({ attempt, outcome: { status, retryAfterMs: 5000 }, jitter: 0.5 });
      expect(end(204)).toEqual({ kind: "never", because: "delivered" });
      expect(end(410)).toEqual({ kind: "never", because: "gone" });
    }
  });

  test("429, 502 and 504 mark the endpoint slow and wait at least a minute", () => {
    fc.assert(
      fc.property(fc.constantFrom(429, 502, 504), fc.integer({ min: 1, max: 9 }), jitter, (status, attempt, one) => {
        const next = nextAttempt({ attempt, outcome: { status, retryAfterMs: null }, jitter: one });
        if (next.kind !== "again") throw new Error("expected a further attempt");
        expect(next.slow).toBe(true);
        expect(next.delayMs).toBeGreaterThanOrEqual(60_000);
        expect(next.delayMs).toBeLessThanOrEqual(1.2 * Math.max(60_000, webhookDelaysMs[attempt] ?? 0));
      }),
    );
    const asked = { status: 429, retryAfterMs: 1e12 };
    expect(nextAttempt({ attempt: 1, outcome: asked, jitter: 0 })).toMatchObject({ delayMs: 120_000 });
  });
});

describe("A13: a send that the carrier answered with 429", () => {
  test("waits within one second and one minute, whatever the header says", () => {
    const header = fc.option(fc.oneof(fc.double(), fc.constantFrom(0, 3600, -1)), { nil: null });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), header, jitter, (attempt, retryAfterSeconds, one) => {
        const delay = nextSendAttempt({ attempt, retryAfterSeconds, jitter: one });
        expect(delay).toBeGreaterThanOrEqual(sendBackoffMs.base);
        expect(delay).toBeLessThanOrEqual(sendBackoffMs.ceiling);
      }),
      { numRuns: 1000 },
    );
  });

  test("backs off further each time, and as long as the carrier asks", () => {
    const wait = (attempt: number) => nextSendAttempt({ attempt, retryAfterSeconds: null, jitter: 1 });
    expect([1, 2, 3, 4, 5, 6, 7].map(wait)).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(nextSendAttempt({ attempt: 1, retryAfterSeconds: 17, jitter: 0 })).toBe(17_000);
    expect(nextSendAttempt({ attempt: 1, retryAfterSeconds: 3600, jitter: 0 })).toBe(60_000);
    expect(nextSendAttempt({ attempt: 1, retryAfterSeconds: 0, jitter: 1 })).toBe(1000);
  });
});

test("unknown sends are looked for after ten minutes, twice a minute apart, for a day; reports are polled for four days", () => {
  expect(reconcileMs).toEqual({ grace: 600_000, secondLook: 60_000, giveUp: 86_400_000 });
  expect(statusPollsMs.map((delay) => delay / 3_600_000)).toEqual([1, 6, 24, 72, 96]);
});

test("where no callback can come a message is asked for within seconds, ever more seldom, and hands over to the hourly polls", () => {
  const ages: number[] = [];
  for (let age: number | null = nearPollMs(0); age !== null; age = nearPollMs(age)) ages.push(age);
  const gaps = ages.map((age, index) => age - (ages[index - 1] ?? 0));
  expect(ages.slice(0, 3)).toEqual([2_000, 4_000, 6_000]);
  expect(gaps).toEqual(gaps.toSorted((left, right) => left - right));
  expect(ages.length).toBeLessThan(40);
  expect(ages.at(-1)).toBeGreaterThan(3_600_000 - 301_000);
});
