import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, eventually } from "../../support/workers/gateway.ts";
import { evict, makePool, newPerson, type Pool, report, send, writeTo } from "../../support/workers/pool.ts";

const day = 24 * 60 * 60 * 1000;
/** Noon of a day, so that no test runs over midnight. */
const noon = Math.floor(Date.now() / day) * day + day / 2;

type Day = { day: string; sent: number | null; delivered: number; failed: number; inbound: number | null };
type Stats = { days: Day[]; numbers: { phone_number: string; days: Day[] }[]; numbers_left_out: number };

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"], now: noon }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function statsOf(pool: Pool, days?: number): Promise<Stats> {
  const read = await admin(`/api-keys/${pool.id}/stats${days === undefined ? "" : `?days=${days}`}`);
  expect(read.status).toBe(200);
  return read.body as Stats;
}

const dateOf = (at: number) => new Date(at).toISOString().slice(0, 10);
const onDay = (stats: Stats, at: number) => stats.days.find((one) => one.day === dateOf(at));

/** Sends a message from a number and lets the carrier report how it ended. */
async function ended(pool: Pool, from: string, status: string, code?: number) {
  const before = pool.carrier.departures.length;
  await send(pool, newPerson(), { text: "Hello", from_number: from });
  const departure = await eventually(async () => pool.carrier.departures[before]);
  await eventually(async () => (await report(pool, departure, status, code)) === 204);
}

describe("what a key carried by the day", () => {
  it("counts what left, what came in and how it ended, for the key and by number", async () => {
    const pool = await makePool([{}, {}]);
    const [first, second] = pool.numbers.map(String) as [string, string];
    await ended(pool, first, "delivered");
    await ended(pool, first, "undelivered", 30003);
    await ended(pool, second, "delivered");
    await writeTo(pool, newPerson(), second);
    const later = await send(pool, newPerson(), { text: "Later", send_at: Date.now() + day });
    await admin(`/api-keys/${pool.id}/messages/${later.body.message_id}`, { method: "DELETE" });
    const stats = await statsOf(pool);
    expect(stats.days).toHaveLength(7);
    expect(stats.days.at(-1)).toEqual({ day: dateOf(noon), sent: 3, delivered: 2, failed: 1, inbound: 1 });
    expect(stats.days[0]).toEqual({ day: dateOf(noon - 6 * day), sent: 0, delivered: 0, failed: 0, inbound: 0 });
    expect(stats.numbers).toEqual([
      { phone_number: first, days: [{ day: dateOf(noon), sent: 2, delivered: 1, failed: 1, inbound: 0 }] },
      { phone_number: second, days: [{ day: dateOf(noon), sent: 1, delivered: 1, failed: 0, inbound: 1 }] },
    ]);
    expect(stats.numbers_left_out).toBe(0);
  });

  it("keeps its days for a month, when hours are forgotten after a week and the object was thrown out", {
    timeout: 60_000,
  }, async () => {
    const pool = await makePool([{}]);
    const number = String(pool.numbers[0]);
    await ended(pool, number, "delivered");
    await ended(pool, number, "failed", 30008);
    await writeTo(pool, newPerson(), number);
    const whole = { sent: 2, delivered: 1, failed: 1, inbound: 1 };
    for (const passed of [1, 5, 8, 9, 20]) {
      vi.setSystemTime(noon + passed * day);
      await ended(pool, number, "delivered");
      await runDurableObjectAlarm(env.POOLS.getByName(pool.id));
      await evict(pool);
      const stats = await eventually(async () => {
        const read = await statsOf(pool, 30);
        return read.days.every(({ sent }) => sent !== null) ? read : null;
      });
      expect(onDay(stats, noon), `after ${passed} days`).toMatchObject(whole);
      expect(onDay(stats, noon + passed * day)).toMatchObject({ sent: 1, delivered: 1, failed: 0, inbound: 0 });
    }
    const hours = await runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) =>
      storage.sql.exec<{ hour: number }>("SELECT hour FROM health").toArray(),
    );
    expect(Math.min(...hours.map(({ hour }) => hour))).toBeGreaterThanOrEqual((noon + 12 * day) / 3_600_000);
    vi.setSystemTime(noon + 45 * day);
    const empty = await eventually(async () => {
      const read = await statsOf(pool, 30);
      return read.days.every(({ sent }) => sent !== null) ? read : null;
    });
    expect(empty.days.slice(0, 4).every(({ sent, delivered }) => sent === 0 && delivered === 0)).toBe(true);
  });

  it("counts long past days a few at a time, says which are not counted yet, and writes nothing when all are", async () => {
    const pool = await makePool([{}]);
    await ended(pool, String(pool.numbers[0]), "delivered");
    vi.setSystemTime(noon + 10 * day);
    const begun = await statsOf(pool, 30);
    expect(onDay(begun, noon)).toMatchObject({ sent: 1 });
    expect(onDay(begun, noon + 5 * day)).toMatchObject({ sent: null, inbound: null });
    for (let round = 0; round < 3; round += 1) await statsOf(pool, 30);
    const done = await statsOf(pool, 30);
    expect(done.days.every(({ sent }) => sent !== null)).toBe(true);
    const rows = () =>
      runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) => [
        storage.sql.exec("SELECT * FROM days").toArray(),
        storage.sql.exec("SELECT * FROM marks").toArray(),
      ]);
    const before = await rows();
    await statsOf(pool, 30);
    expect(await rows()).toEqual(before);
  });

  it.each(["0", "31", "many"])("refuses %s days", async (days) => {
    const pool = await makePool([{}]);
    const answer = await admin(`/api-keys/${pool.id}/stats?days=${days}`);
    expect(answer.body.code).toBe("invalid_request");
    expect((await admin("/api-keys/key_0000000000000000/stats")).status).toBe(404);
  });
});
