import fc from "fast-check";
import { describe, expect, test } from "vitest";
import dictionary from "../carriers/twilio/error-dictionary.json" with { type: "json" };
import { classifyFault } from "./fault.ts";
import {
  type HealthState,
  type HourBucket,
  healthRules,
  hourOf,
  isPassedOver,
  judgeHealth,
  judgePool,
} from "./health.ts";

const hourMs = 60 * 60 * 1000;
const now = 500_000 * hourMs + 30 * 60 * 1000;
const nobody = { results: 0, faults: 0 };

function hour(ago: number, counts: Partial<HourBucket>, at = now): HourBucket {
  const none = { sent: 0, delivered: 0, numberFaults: 0, contentFaults: 0, recipientFaults: 0, other: 0 };
  return { ...none, ...counts, hour: hourOf(at) - ago };
}

describe("rates over seven days", () => {
  test("count every cause, and leave out what is older", () => {
    const buckets = [
      hour(0, { sent: 10, delivered: 6, numberFaults: 1, contentFaults: 1, recipientFaults: 1, other: 1 }),
      hour(7 * 24 - 1, { sent: 10, delivered: 10 }),
      hour(7 * 24, { sent: 1000, numberFaults: 1000 }),
    ];
    const health = judgeHealth(buckets, nobody, null, now);
    expect(health.sent7d).toBe(20);
    expect(health.deliveryRate7d).toBeCloseTo(0.8);
    expect(health.failureRate7d).toBeCloseTo(0.2);
    expect(health.faults7d).toEqual({ number: 1, content: 1, recipient: 1, other: 1 });
    expect(health.status).toBe("healthy");
  });

  test("are unknown for a number that finished nothing", () => {
    const health = judgeHealth([hour(0, { sent: 5 })], nobody, null, now);
    expect([health.deliveryRate7d, health.failureRate7d]).toEqual([null, null]);
  });
});

describe("a number", () => {
  test("whose own faults stand out turns unhealthy, with a reason for a person", () => {
    const health = judgeHealth([hour(0, { delivered: 60, numberFaults: 40 })], { results: 300, faults: 3 }, null, now);
    expect(health).toMatchObject({ status: "unhealthy", changed: "unhealthy", since: now });
    expect(health.reason).toBe(
      "40 % of its recent messages failed through the number's own fault; other numbers: 1 %.",
    );
  });

  test.each([
    ["too few results", { delivered: 2, numberFaults: 10 }, nobody],
    ["a share that may be a bad run of luck", { delivered: 17, numberFaults: 3 }, nobody],
    ["faults of texts", { delivered: 60, contentFaults: 400 }, nobody],
    ["faults of recipients", { delivered: 60, recipientFaults: 400 }, nobody],
    ["an outage that hits all numbers", { delivered: 20, numberFaults: 80 }, { results: 900, faults: 700 }],
  ])("stays healthy with %s", (_name, counts, others) => {
    expect(judgeHealth([hour(0, counts)], others, null, now).status).toBe("healthy");
  });

  test("turning bad shows within hours of a good week", () => {
    const goodWeek = Array.from({ length: 160 }, (_, index) => hour(index + 3, { delivered: 40 }));
    const badHours = [0, 1, 2].map((ago) => hour(ago, { numberFaults: 40 }));
    expect(judgeHealth(goodWeek, nobody, null, now).status).toBe("healthy");
    expect(judgeHealth([...goodWeek, ...badHours], nobody, null, now).status).toBe("unhealthy");
  });

  const out: HealthState = { status: "unhealthy", since: now - 5 * hourMs };
  const before = hour(5, { numberFaults: 500 });

  test("comes back once fresh results are good, whatever it did before it was out", () => {
    const probes = [0, 1, 2, 3].map((ago) => hour(ago, { delivered: 4 }));
    expect(judgeHealth([before, ...probes], nobody, out, now)).toMatchObject({
      status: "healthy",
      changed: "recovered",
      since: now,
    });
  });

  test("stays out between the two bars (hysteresis), and while its trials fail", () => {
    const mixed = [0, 1, 2, 3].map((ago) => hour(ago, { delivered: 46, numberFaults: 4 }));
    expect(judgeHealth(mixed, nobody, { status: "healthy", since: null }, now).status).toBe("healthy");
    expect(judgeHealth([before, ...mixed], nobody, out, now)).toMatchObject({ status: "unhealthy", changed: null });
    const failing = [0, 1, 2, 3].map((ago) => hour(ago, { numberFaults: 4 }));
    const later = out.since === null ? now : out.since + 30 * hourMs;
    expect(
      judgeHealth(
        failing.map((b) => ({ ...b, hour: hourOf(later) - (hourOf(now) - b.hour) })),
        nobody,
        out,
        later,
      ).status,
    ).toBe("unhealthy");
  });

  test("that carries nothing rests a day and then starts anew", () => {
    const rested = now + 19 * hourMs;
    expect(judgeHealth([before], nobody, out, rested - 1).status).toBe("unhealthy");
    const back = judgeHealth([before], nobody, out, rested);
    expect(back).toMatchObject({ status: "healthy", changed: "recovered" });
    expect(judgeHealth([before], nobody, back, rested + hourMs)).toMatchObject({ status: "healthy", changed: null });
  });

  test("that is out is tried once in a quarter of an hour", () => {
    expect(isPassedOver(out, now, now + healthRules.probeMs - 1)).toBe(true);
    expect(isPassedOver(out, now, now + healthRules.probeMs)).toBe(false);
    expect(isPassedOver(out, null, now)).toBe(false);
    expect(isPassedOver({ status: "healthy", since: now }, now, now)).toBe(false);
    expect(isPassedOver(null, now, now)).toBe(false);
  });
});

describe("a pool", () => {
  const patient = (address: string, counts: Partial<HourBucket>) => ({
    address,
    buckets: [hour(0, counts)],
    previous: null,
  });

  test("loses the one number that fails by itself, and keeps the others", () => {
    const judged = judgePool(
      [
        patient("+15550000001", { delivered: 50, numberFaults: 50 }),
        patient("+15550000002", { delivered: 99, numberFaults: 1 }),
        patient("+15550000003", { delivered: 98, numberFaults: 2 }),
      ],
      now,
    );
    expect([...judged.values()].map(({ status }) => status)).toEqual(["unhealthy", "healthy", "healthy"]);
  });

  test("never loses all its numbers to faults they share", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 50, max: 100 }), (size, share) => {
        const sick = Array.from({ length: size }, (_, index) =>
          patient(`+1555000000${index}`, { delivered: 200 - 2 * share, numberFaults: 2 * share }),
        );
        expect([...judgePool(sick, now).values()].some(({ status }) => status === "healthy")).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

describe("whose fault a failure is", () => {
  test.each([
    ["21606", "sender", "number"],
    ["30034", "compliance", "number"],
    ["30007", "content", "number"],
    ["63042", "content", "content"],
    ["21620", "media", "content"],
    ["30005", "destination", "recipient"],
    ["21610", "optout", "recipient"],
    ["30500", "transient", "other"],
    ["30002", "account", "other"],
    [null, null, "other"],
  ] as const)("code %s of class %s: %s", (code, faultClass, fault) => {
    expect(classifyFault(code, faultClass)).toBe(fault);
  });

  test("content that a network does not take is its own fault, wherever it failed: only what is filtered may be the number's", () => {
    const codes = Object.entries(dictionary.errors).filter(([, entry]) => entry.class === "content");
    const blamed = codes.filter(([code]) => classifyFault(code, "content") === "number");
    expect(blamed.map(([code]) => code)).toEqual(["21618", "30007", "30453"]);
  });

  test("whom or when it was written to is no number's fault: quiet hours, a known litigator", () => {
    for (const code of ["30610", "30640"]) expect(classifyFault(code, "compliance")).toBe("recipient");
  });
});
