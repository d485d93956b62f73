import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Customers, standInForCustomers } from "../../../support/workers/customers.ts";
import { call, eventually, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";
import { ask, owed, ringAt } from "../../../support/workers/ledger.ts";
import { evict } from "../../../support/workers/pool.ts";

const day = 24 * 60 * 60_000;
const url = "https://clock-back.example/hook";
let now = 0;
let customers: Customers;
let key: TestKey;

/** The clock is a day ahead. */
beforeEach(async () => {
  now = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: now + day });
  customers = standInForCustomers();
  key = await makeTestKey();
  await call("/v2/api/webhooks", { body: { webhook_url: url, webhook_type: "status" }, token: key.token });
});
afterEach(() => vi.useRealTimers());

const told = () => customers.at(url).map(({ body }) => JSON.parse(body).message_id);

/** Refused at once, so that it owes exactly one event: message.failed. */
async function sendRefused(): Promise<unknown> {
  const path = `/v2/api/chats/${encodeURIComponent("+15005550001")}/messages`;
  return (await call(path, { body: { text: "Nobody" }, token: key.token })).body.message_id;
}

async function failOnce(): Promise<unknown> {
  customers.answer(url, 503);
  const id = await sendRefused();
  await eventually(async () => (await owed(key)).some(({ attempt }) => attempt === 2));
  return id;
}

it("a webhook hears at once what happens once a clock that was ahead is put right, and what failed before as soon as it was promised", async () => {
  const first = await failOnce();
  vi.setSystemTime(now);
  const second = await sendRefused();
  await eventually(async () => told().length === 2);
  expect(told()).toEqual([first, second]);
  const [row] = await owed(key);
  expect(row?.due_at).toBeLessThanOrEqual(now + 6_000);
  await ringAt(key, now + 6_000);
  await eventually(async () => told().length === 3);
  expect(told()[2]).toBe(first);
  await eventually(async () => (await owed(key)).length === 0);
});

it("so it does where the object wakes after the clock was put right, and is told nothing twice", async () => {
  const first = await failOnce();
  const before = await sendRefused();
  await eventually(async () => told().length === 2);
  vi.setSystemTime(now);
  await evict({ id: key.id } as Parameters<typeof evict>[0]);
  await ringAt(key, now);
  await ringAt(key, now + 6_000);
  await eventually(async () => told().length === 3);
  const last = await sendRefused();
  await eventually(async () => told().length === 4);
  await evict({ id: key.id } as Parameters<typeof evict>[0]);
  await ringAt(key, now + 60_000);
  await eventually(async () => (await owed(key)).length === 0);
  expect(told()).toEqual([first, before, first, last]);
});

it("a circuit that opened while the clock was ahead is tried again within five minutes of the right time", async () => {
  customers.answerAlways(url, 500);
  for (let sent = 0; sent < 12; sent += 1) await sendRefused();
  await eventually(async () => (await owed(key)).filter(({ attempt }) => attempt === 2).length === 12);
  await ringAt(key, now + day + 11 * 60_000);
  await eventually(async () => (await ask(key, "SELECT 1 FROM endpoints WHERE probe_at IS NOT NULL")).length === 1);
  customers.answerAlways(url, 200);
  const before = told().length;
  vi.setSystemTime(now);
  await sendRefused();
  await ringAt(key, now + 5 * 60_000 + 1_000);
  await eventually(async () => told().length > before);
});
