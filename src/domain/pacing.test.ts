import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bucket, takeToken } from "./pacing.ts";

function sendTimes(ratePerSecond: number, messages: number, lateBy: () => number): number[] {
  const times: number[] = [];
  let bucket: Bucket | null = null;
  let now = 1_700_000_000_000;
  while (times.length < messages) {
    const taken = takeToken(bucket, ratePerSecond, now);
    if (taken.ok) {
      times.push(now);
      bucket = taken.bucket;
    } else now += taken.waitMs + lateBy();
  }
  return times;
}

describe("a paced number", () => {
  test("at 1 message per second sends 60 messages in 59 seconds, never two within a second", () => {
    const times = sendTimes(1, 60, () => 0);
    expect(times.slice(1).every((time, index) => time - (times[index] ?? 0) >= 1000)).toBe(true);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBe(59_000);
  });

  test("keeps its interval at any rate, however late it is woken, and saves nothing up while idle", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 80, noNaN: true }),
        fc.array(fc.nat(5000), { minLength: 1 }),
        (rate, delays) => {
          let turn = 0;
          const times = sendTimes(rate, 30, () => delays[turn++ % delays.length] ?? 0);
          const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
          expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000 / rate - 0.001);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("says how long to wait, and a token is there when that time is over", () => {
    const first = takeToken(null, 3, 1000);
    if (!first.ok) throw new Error("a new bucket holds a token");
    const second = takeToken(first.bucket, 3, 1001);
    expect(second).toEqual({ ok: false, waitMs: 333 });
    expect(takeToken(first.bucket, 3, 1334).ok).toBe(true);
  });

  test("gains nothing from a clock that steps back", () => {
    const taken = takeToken({ tokens: 0, updatedAt: 10_000 }, 1, 4_000);
    expect(taken).toEqual({ ok: false, waitMs: 1000 });
  });

  test("without a rate is not paced at all", () => {
    expect(takeToken(null, null, 0)).toEqual({ ok: true, bucket: null });
    expect(takeToken({ tokens: 0, updatedAt: 0 }, null, 0)).toEqual({ ok: true, bucket: null });
  });
});
