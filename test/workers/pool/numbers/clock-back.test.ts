import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { eventually } from "../../../support/workers/gateway.ts";
import { evict, makePool, newPerson, type Pool, ring, send } from "../../../support/workers/pool.ts";

const day = 24 * 60 * 60_000;
let now = 0;

beforeEach(() => {
  now = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: now + day });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Sends three texts while the clock is a day ahead; the first leaves, the others wait for the pace of the number. */
async function makeAhead(): Promise<Pool> {
  const pool = await makePool([{ messages_per_second: 1 }]);
  for (const text of ["1", "2", "3"]) expect((await send(pool, newPerson(), { text })).status).toBe(202);
  await eventually(async () => pool.carrier.departures.length === 1);
  return pool;
}

async function letGo(pool: Pool, seconds: number): Promise<void> {
  for (let second = 1; second <= seconds; second += 1) {
    vi.setSystemTime(now + second * 1_000);
    await ring(pool);
    await eventually(async () => pool.carrier.departures.length > second || null).catch(() => null);
  }
}

it("a number whose clock was a day ahead sends at its pace, what waits in order before what comes, once the clock is put right", async () => {
  const pool = await makeAhead();
  vi.setSystemTime(now);
  expect((await send(pool, newPerson(), { text: "4" })).status).toBe(202);
  await letGo(pool, 3);
  expect(pool.carrier.departures.map(({ body }) => body)).toEqual(["1", "2", "3", "4"]);
});

it("so it does where it wakes after the clock was put right", async () => {
  const pool = await makeAhead();
  vi.setSystemTime(now);
  await evict(pool);
  await ring(pool);
  await letGo(pool, 2);
  expect(pool.carrier.departures.map(({ body }) => body)).toEqual(["1", "2", "3"]);
});

it("an account that Twilio slowed down while its clock was ahead rests no longer than that once the clock is put right", async () => {
  const pool = await makePool([{}]);
  const { twilio } = pool.carrier;
  const person = newPerson();
  twilio.faults.add({ to: person }, { kind: "refuse", status: 429, code: 20429, message: "Too Many Requests" }, 1);
  expect((await send(pool, person, { text: "1" })).status).toBe(202);
  await eventually(async () => twilio.log.some((entry) => entry.kind === "request" && entry.status === 429));
  vi.setSystemTime(now);
  await ring(pool);
  vi.setSystemTime(now + 61_000);
  await ring(pool);
  await eventually(async () => pool.carrier.departures.length === 1);
});
