import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  afterFailure,
  afterSuccess,
  type EndpointHealth,
  judgeEndpoint,
  mayAttempt,
  newEndpoint,
  probeIntervalMs,
  startProbe,
} from "./endpoint-health.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.parse("2026-11-20T12:00:00Z");

/** Lives through failures at the given times; warns as the caller of `judgeEndpoint` would, and notes what it saw. */
function live(times: number[], health: EndpointHealth = newEndpoint) {
  const seen: { at: number; verdict: "warned" | "disabled" }[] = [];
  let now = health;
  for (const at of times) {
    now = afterFailure(now, at);
    const verdict = judgeEndpoint(now, at);
    if (verdict === "warn" && now.warnedAt === null) {
      now = { ...now, warnedAt: at };
      seen.push({ at: (at - start) / day, verdict: "warned" });
    }
    if (verdict === "disable") seen.push({ at: (at - start) / day, verdict: "disabled" });
  }
  return { health: now, seen };
}

function hourly(from: number, to: number) {
  return Array.from({ length: Math.floor((to - from) / hour) + 1 }, (_, index) => from + index * hour);
}

describe("D10: five days of nothing but failures", () => {
  test("warn once after three days and disable after five", () => {
    expect(live(hourly(start, start + 5 * day)).seen).toEqual([
      { at: 3, verdict: "warned" },
      { at: 5, verdict: "disabled" },
    ]);
  });

  test("one millisecond less does not disable", () => {
    const { health } = live(hourly(start, start + 4 * day));
    expect(judgeEndpoint(health, start + 5 * day - 1)).toBe("warn");
    expect(judgeEndpoint(health, start + 5 * day)).toBe("disable");
  });

  test("a success on day 4.9 clears all, and the next five days begin anew", () => {
    const recovered = afterSuccess(start + 4.9 * day);
    expect(judgeEndpoint(recovered, start + 6 * day)).toBe("healthy");
    const again = live(hourly(start + 5 * day, start + 9 * day), recovered);
    expect(again.seen).toEqual([{ at: 8, verdict: "warned" }]);
  });

  test("sporadic failures between successes are healthy for ever", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), (bursts) => {
        let health = newEndpoint;
        for (const [index, failures] of bursts.entries()) {
          const at = start + index * day;
          for (let made = 0; made < failures; made += 1) health = afterFailure(health, at + made * hour);
          expect(judgeEndpoint(health, at + 10 * hour)).toBe("healthy");
          health = afterSuccess(at + 11 * hour);
        }
      }),
    );
  });

  test("a few failures of a quiet endpoint never disable it", () => {
    expect(live(Array.from({ length: 9 }, (_, index) => start + index * day)).seen).toEqual([]);
  });

  test("an endpoint that was not looked at for a week is warned before it is disabled", () => {
    const { seen } = live([...hourly(start, start + 10 * hour), start + 7 * day, start + 7 * day + hour]);
    expect(seen.map(({ verdict }) => verdict)).toEqual(["warned", "disabled"]);
  });

  test("a success inside the run counts, whoever recorded it", () => {
    const run = { failures: 50, failingSince: start, lastSuccess: start + 4 * day, warnedAt: start + 3 * day };
    expect(judgeEndpoint(run, start + 6 * day)).toBe("healthy");
    expect(judgeEndpoint({ ...run, lastSuccess: start - day }, start + 6 * day)).toBe("disable");
  });

  test("a clock that jumps back disables nothing", () => {
    const { health } = live(hourly(start, start + day));
    expect(judgeEndpoint(health, start - day)).toBe("healthy");
  });
});

describe("the circuit of an endpoint", () => {
  test("stays closed below ten failures in a row, however long, and below ten minutes, however many", () => {
    const few = live(hourly(start, start + 8 * hour)).health;
    expect(few).toMatchObject({ failures: 9, probeAt: null });
    const many = live(Array.from({ length: 500 }, (_, index) => start + index * 1000)).health;
    expect(many).toMatchObject({ failures: 500, probeAt: null });
    expect(mayAttempt(many, start)).toBe(true);
  });

  test("opens at the tenth failure that is ten minutes after the first, and lets one probe through at a time", () => {
    const times = Array.from({ length: 10 }, (_, index) => start + (index * 10 * minute) / 9);
    const opened = live(times).health;
    const openedAt = start + 10 * minute;
    expect(mayAttempt(opened, openedAt)).toBe(false);
    expect(mayAttempt(opened, openedAt + probeIntervalMs - 1)).toBe(false);
    const due = openedAt + probeIntervalMs;
    expect(mayAttempt(opened, due)).toBe(true);
    const probing = startProbe(opened, due);
    expect(mayAttempt(probing, due)).toBe(false);
    expect(mayAttempt(afterFailure(probing, due + 5000), due + 10_000)).toBe(false);
    expect(mayAttempt(afterFailure(probing, due + 5000), due + 5000 + probeIntervalMs)).toBe(true);
  });

  test("a successful probe closes it for everybody, and one more failure does not open it again", () => {
    const opened = live(hourly(start, start + 20 * hour)).health;
    expect(opened.probeAt).not.toBeNull();
    const closed = afterSuccess(start + 21 * hour);
    expect(mayAttempt(closed, start)).toBe(true);
    expect(afterFailure(closed, start + 22 * hour).probeAt).toBeNull();
    expect(startProbe(closed, start + 22 * hour)).toEqual(closed);
  });
});
