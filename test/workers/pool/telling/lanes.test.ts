import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeliveryEnd, DueDelivery } from "../../../../src/domain/calls/telling.ts";
import worker from "../../../../src/index.ts";
import { standInForCustomers } from "../../../support/workers/customers.ts";
import { call, eventually, makeTestKey } from "../../../support/workers/gateway.ts";
import { owed } from "../../../support/workers/ledger.ts";
import { evict, makePool, newPerson, type Pool, report, send, writeTo } from "../../../support/workers/pool.ts";
import { refused, send as sendAs, subscribe } from "../../../support/workers/story.ts";

/** Keeps the queue quiet: what is owed waits until the test takes it. */
function loseBells() {
  vi.spyOn(env.BELL, "send").mockResolvedValue(undefined as never);
  vi.spyOn(env.BELL_SLOW, "send").mockResolvedValue(undefined as never);
}

function ended({ handle }: DueDelivery, status = 200, durationMs = 20): DeliveryEnd {
  const attemptedAt = Date.now() - durationMs;
  return { handle, attemptedAt, durationMs, status, retryAfter: null, response: null, error: null };
}

function take(pool: Pool, hands: number) {
  return env.POOLS.getByName(pool.id).takeDeliveries("fast", hands);
}

function handsOf(deliveries: readonly DueDelivery[]): number {
  return new Set(deliveries.map(({ hand }) => hand)).size;
}

function chatOf({ body }: DueDelivery): string {
  return String((JSON.parse(body) as { external_id: string }).external_id);
}

/** A live key with a webhook for these events, the bells of which are lost. */
async function makeToldPool(events: string[]): Promise<Pool> {
  const pool = await makePool([{}]);
  await call("/v2/api/webhooks", { body: { webhook_url: "https://told.example/hook", events }, token: pool.token });
  loseBells();
  return pool;
}

async function campaign(pool: Pool, people: number): Promise<void> {
  for (let sent = 0; sent < people; sent += 50) {
    const messages = Array.from({ length: Math.min(50, people - sent) }, () => ({
      chat_id: newPerson(),
      text: "Campaign",
    }));
    const answer = await call("/v2/api/messages/bulk", { body: { messages }, token: pool.token });
    expect(answer.status).toBe(202);
  }
}

afterEach(() => vi.restoreAllMocks());

describe("what a person says", () => {
  let pool: Pool;
  beforeEach(async () => {
    pool = await makeToldPool(["message.*"]);
  });

  it("is told before a campaign's reports, however many wait, and behind those of its own chat", async () => {
    const person = newPerson();
    await campaign(pool, 300);
    await send(pool, person, { text: "A question" });
    await eventually(async () => pool.carrier.departures.some(({ body }) => body === "A question"));
    const question = pool.carrier.departures.find(({ body }) => body === "A question");
    if (question === undefined) throw new Error("It did not leave.");
    for (const status of ["sent", "delivered"]) await report(pool, question, status);
    await writeTo(pool, person, pool.numbers[0] ?? "", "An answer");
    await evict(pool);
    const { deliveries } = await take(pool, 1);
    expect(deliveries.map(chatOf)).toEqual(deliveries.map(() => person));
    const told: string[] = deliveries.map(({ eventName }) => eventName);
    let rest = await env.POOLS.getByName(pool.id).recordDeliveries(
      "fast",
      deliveries.map((one) => ended(one)),
      1,
    );
    while (!told.includes("message.received")) {
      expect(rest.deliveries.map(chatOf)).toContain(person);
      told.push(...rest.deliveries.filter((one) => chatOf(one) === person).map(({ eventName }) => eventName));
      rest = await env.POOLS.getByName(pool.id).recordDeliveries(
        "fast",
        rest.deliveries.map((one) => ended(one)),
        1,
      );
    }
    expect(told).toEqual([
      "message.queued",
      "message.sending",
      "message.sent",
      "message.delivered",
      "message.received",
    ]);
    expect(rest.deliveries.map(chatOf)).not.toContain(person);
  });
});

describe("an endpoint's places", () => {
  it("D26: are four at first, grow with quick answers up to twenty-four, and shrink with a failure", async () => {
    const pool = await makeToldPool(["message.queued"]);
    await campaign(pool, 400);
    const stub = env.POOLS.getByName(pool.id);
    let taken: { deliveries: DueDelivery[] } = await take(pool, 100);
    const places = [handsOf(taken.deliveries)];
    expect(taken.deliveries).toHaveLength(4);
    while (taken.deliveries.length > 0 && handsOf(taken.deliveries) < 24) {
      taken = await stub.recordDeliveries(
        "fast",
        taken.deliveries.map((one) => ended(one)),
        100,
      );
      places.push(handsOf(taken.deliveries));
    }
    expect(places.toSorted((a, b) => a - b)).toEqual(places);
    expect(places.at(-1)).toBe(24);
    expect(
      Math.max(...[...Map.groupBy(taken.deliveries, ({ hand }) => hand).values()].map((chain) => chain.length)),
    ).toBe(4);
    const [first, ...others] = taken.deliveries;
    if (first === undefined) throw new Error("Nothing was left.");
    await stub.recordDeliveries(
      "fast",
      others.map((one) => ended(one)),
      0,
    );
    await campaign(pool, 50);
    const after = await stub.recordDeliveries("fast", [ended(first, 500)], 100);
    expect(handsOf(after.deliveries)).toBe(12);
  });

  it("hold one delivery each for an endpoint that answers slowly", async () => {
    const pool = await makeToldPool(["message.queued"]);
    await campaign(pool, 30);
    const { deliveries } = await take(pool, 100);
    const slowly = deliveries.map((one) => ended(one, 200, 2_000));
    const next = await env.POOLS.getByName(pool.id).recordDeliveries("fast", slowly, 100);
    expect(next.deliveries).toHaveLength(4);
    expect(handsOf(next.deliveries)).toBe(4);
  });

  it("stay on the fast lane after one slow success among quick ones, and leave it with the second in a row", async () => {
    const pool = await makeToldPool(["message.queued"]);
    await campaign(pool, 20);
    await evict(pool);
    const stub = env.POOLS.getByName(pool.id);
    let taken: { deliveries: DueDelivery[] } = await take(pool, 1);
    const end = async (durationMs: number) => {
      const [first, ...others] = taken.deliveries;
      if (first === undefined) throw new Error("Nothing was left.");
      const back = others.map(({ handle }) => handle);
      taken = await stub.recordDeliveries("fast", [ended(first, 200, durationMs)], 1, back);
    };
    for (const durationMs of [20, 5_500, 20, 5_500]) await end(durationMs);
    expect(taken.deliveries.length).toBeGreaterThan(0);
    await end(5_500);
    expect(taken.deliveries).toEqual([]);
    expect((await stub.takeDeliveries("slow", 1)).deliveries.length).toBeGreaterThan(0);
  });

  it("are given back untried where a hand could not go on, and taken at once by the next", async () => {
    const pool = await makeToldPool(["message.queued"]);
    await campaign(pool, 1);
    const { deliveries } = await take(pool, 1);
    const back = deliveries.map(({ handle }) => handle);
    const again = await env.POOLS.getByName(pool.id).recordDeliveries("fast", [], 1, back);
    expect(again.deliveries.map(({ eventId, attempt }) => [eventId, attempt])).toEqual(
      deliveries.map(({ eventId }) => [eventId, 1]),
    );
  });
});

describe("a hand with several deliveries", () => {
  it("writes down what has ended while the next one hangs, and posts a chat's events one after another", async () => {
    const customers = standInForCustomers();
    const key = await makeTestKey();
    const url = "https://hangs.example/hook";
    await subscribe(key, url, { webhook_type: "status" });
    loseBells();
    for (let sent = 0; sent < 3; sent += 1) await sendAs(key, refused);
    await eventually(async () => (await owed(key)).length === 3);
    let release = () => {};
    const held = new Promise<Response>((resolve) => {
      release = () => resolve(new Response("ok"));
    });
    customers.answer(url, 200, () => held, 200);
    const bell = { id: "bell", timestamp: new Date(), attempts: 1, body: { pool: key.id, lane: "fast" } };
    const batch = createMessageBatch("trunkline-bell", [bell]);
    const context = createExecutionContext();
    await worker.queue?.(batch, env, context);
    await eventually(async () => (await owed(key)).length === 2);
    expect(customers.at(url)).toHaveLength(2);
    release();
    await getQueueResult(batch, context);
    await eventually(async () => (await owed(key)).length === 0);
    expect(customers.events(url).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });
});
