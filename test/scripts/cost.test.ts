import { expect, test } from "vitest";
import { priceOf, wallsOf } from "../../scripts/cost/prices.mjs";

const counted = {
  requests: 4,
  cpuMs: 10,
  objectCalls: 6,
  rowsWritten: 9,
  rowsRead: 40,
  queueOperations: 3,
  logLines: 5,
};

test("a message costs what its counts cost at Cloudflare's prices", () => {
  const { parts, total } = priceOf(counted);
  const usd = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, Number(part.usd.toFixed(3))]));
  expect(usd).toEqual({
    "Worker requests": 1.2,
    "CPU, ms (local)": 0.2,
    "object calls": 0.9,
    "object, seconds (assumed)": 0.448,
    "rows written": 9,
    "rows read": 0.04,
    "queue operations": 1.2,
    "log lines": 3,
  });
  expect(total).toBeCloseTo(15.988, 3);
});

test("the free plan carries as many messages a day as its tightest wall lets through", () => {
  const walls = wallsOf(counted);
  expect(walls["queue operations"]).toBeCloseTo(3_333.3, 1);
  expect(walls["rows written"]).toBeCloseTo(11_111.1, 1);
  expect(wallsOf({ ...counted, logLines: 0 })["log lines"]).toBe(Number.POSITIVE_INFINITY);
});
