import { createExecutionContext, createMessageBatch, evictDurableObject, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../../src/index.ts";
import { type Customers, hang, standInForCustomers } from "../../../support/workers/customers.ts";
import { call, eventually, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";
import { ask, owed, ringAt, settled } from "../../../support/workers/ledger.ts";

let customers: Customers;
beforeEach(() => {
  customers = standInForCustomers();
});

async function subscribe(key: TestKey, url: string, more: Record<string, unknown> = {}): Promise<string> {
  const body = { webhook_url: url, webhook_type: "status", ...more };
  const made = await call("/v2/api/webhooks", { body, token: key.token });
  expect(made.status).toBe(201);
  return String(made.body.webhook_id);
}

/** Refused at once, so that it owes exactly one event: message.failed. */
async function sendRefused(key: TestKey): Promise<void> {
  const path = `/v2/api/chats/${encodeURIComponent("+15005550001")}/messages`;
  expect((await call(path, { body: { text: "Nobody" }, token: key.token })).status).toBe(202);
}

/** The consumer as the platform calls it, with bells of our own choosing. */
async function deliverBells(bells: unknown[]) {
  const messages = bells.map((body, index) => ({ id: `bell-${index}`, timestamp: new Date(), attempts: 1, body }));
  const batch = createMessageBatch("trunkline-bell", messages);
  const context = createExecutionContext();
  await worker.queue?.(batch, env, context);
  return getQueueResult(batch, context);
}

/** Keeps the queue quiet, as if every bell were lost. */
function loseBells() {
  vi.spyOn(env.BELL, "send").mockResolvedValue(undefined as never);
  vi.spyOn(env.BELL_SLOW, "send").mockResolvedValue(undefined as never);
}

describe("isolation", () => {
  it("D12: dead endpoints of one key delay nobody else's first attempt beyond two seconds", async () => {
    const noisy = await makeTestKey();
    const quiet = await makeTestKey();
    const dead: string[] = [];
    for (let index = 0; index < 20; index += 1) {
      const url = `https://dead-${index}.example/hook`;
      customers.answerAlways(url, hang);
      dead.push(await subscribe(noisy, url));
    }
    const healthy = "https://healthy.example/hook";
    const neighbour = "https://neighbour.example/hook";
    await subscribe(quiet, healthy);
    await subscribe(noisy, neighbour);
    for (let sent = 0; sent < 4; sent += 1) await sendRefused(noisy);
    await eventually(async () => customers.arrivals.length >= 6);

    const waits: number[] = [];
    for (let sent = 0; sent < 10; sent += 1) {
      const startedAt = performance.now();
      await sendRefused(quiet);
      const arrival = await eventually(async () => customers.at(healthy)[sent]);
      waits.push(arrival.realAt - startedAt);
    }
    waits.sort((a, b) => a - b);
    expect(waits[5]).toBeLessThan(2_000);
    expect(waits[9]).toBeLessThan(3_000);
    await eventually(async () => customers.at(neighbour).length === 4);
    for (const id of dead) await call(`/v2/api/webhooks/${id}`, { method: "DELETE", token: noisy.token });
  });

  it("D26: keys share a batch by turns: one event is not held up by another key's backlog", async () => {
    const [busy, quiet] = [await makeTestKey(), await makeTestKey()];
    const slowly = async () => {
      await new Promise((resolve) => setTimeout(resolve, 15));
      return new Response("ok");
    };
    for (let index = 0; index < 6; index += 1) {
      const url = `https://busy-${index}.example/hook`;
      customers.answerAlways(url, slowly);
      await subscribe(busy, url);
    }
    await subscribe(quiet, "https://patient.example/hook");
    loseBells();
    for (let sent = 0; sent < 6; sent += 1) await sendRefused(busy);
    await sendRefused(quiet);
    await eventually(async () => (await owed(busy)).length === 36 && (await owed(quiet)).length === 1);
    await deliverBells([busy, quiet].map(({ id }) => ({ pool: id, lane: "fast" })));
    const place = customers.arrivals.findIndex(({ url }) => url === "https://patient.example/hook");
    expect(place).toBeGreaterThanOrEqual(0);
    expect(place).toBeLessThan(12);
  });

  it("D13: one event to 30 webhooks: never more than six connections at once from one batch, and all are attempted", async () => {
    const key = await makeTestKey();
    let open = 0;
    let most = 0;
    for (let index = 0; index < 30; index += 1) {
      const url = `https://wide-${index}.example/hook`;
      customers.answerAlways(url, async () => {
        open += 1;
        most = Math.max(most, open);
        await new Promise((resolve) => setTimeout(resolve, 20));
        open -= 1;
        return new Response("ok");
      });
      await subscribe(key, url);
    }
    loseBells();
    await sendRefused(key);
    await eventually(async () => (await owed(key)).length === 30);
    // A batch that is handed back before its end leaves the rest to the next: here they come one after another.
    for (let batch = 0; batch < 10 && customers.arrivals.length < 30; batch += 1) {
      await deliverBells([{ pool: key.id, lane: "fast" }]);
    }
    expect(customers.arrivals).toHaveLength(30);
    expect(most).toBeGreaterThan(3);
    expect(most).toBeLessThanOrEqual(6);
    await eventually(async () => (await owed(key)).length === 0);
  });

  it("D26: a backlog of one chat drains in its order, one delivery after another, and nothing twice", async () => {
    const key = await makeTestKey();
    const url = "https://backlog.example/hook";
    let open = 0;
    let most = 0;
    customers.answerAlways(url, async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      open -= 1;
      return new Response("ok");
    });
    await subscribe(key, url);
    await Promise.all(Array.from({ length: 40 }, () => sendRefused(key)));
    await eventually(async () => customers.at(url).length === 40 && (await owed(key)).length === 0);
    expect(most).toBe(1);
    const sequences = customers.events(url).map((event) => Number(event.sequence));
    expect(sequences).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it("an endpoint that did not answer in time leaves on the slow lane until it answers quickly again", async () => {
    const key = await makeTestKey();
    const url = "https://sluggish.example/hook";
    const hook = await subscribe(key, url);
    customers.answer(url, 504);
    await sendRefused(key);
    await eventually(async () => (await owed(key)).some((row) => row.webhook === hook && row.attempt === 2));
    const slow = vi.spyOn(env.BELL_SLOW, "send");
    await sendRefused(key);
    await eventually(async () => customers.at(url).length === 2);
    expect(slow).toHaveBeenCalledOnce();
    await eventually(async () => (await ask(key, "SELECT 1 FROM endpoints WHERE slow = 1")).length === 0);
  });
});

describe("bells", () => {
  it("D02: a bell that comes twice, even at the same time, posts nothing twice", async () => {
    const key = await makeTestKey();
    const url = "https://doubled.example/hook";
    await subscribe(key, url);
    loseBells();
    for (let sent = 0; sent < 5; sent += 1) await sendRefused(key);
    await eventually(async () => (await owed(key)).length === 5);
    const bell = { pool: key.id, lane: "fast" };
    await Promise.all([deliverBells([bell, bell]), deliverBells([bell])]);
    await deliverBells([bell]);
    expect(new Set(customers.events(url).map((event) => event.event_id)).size).toBe(5);
    expect(customers.at(url)).toHaveLength(5);
  });

  it("D03: when every bell is lost, the alarm rings again from what the ledger owes", async () => {
    const key = await makeTestKey();
    const url = "https://lost.example/hook";
    await subscribe(key, url);
    loseBells();
    for (let sent = 0; sent < 5; sent += 1) await sendRefused(key);
    await eventually(async () => (await owed(key)).length === 5);
    expect(customers.at(url)).toHaveLength(0);
    vi.restoreAllMocks();
    customers = standInForCustomers();
    await evictDurableObject(env.POOLS.getByName(key.id));
    await ringAt(key, Date.now());
    await settled(key);
    await eventually(async () => customers.at(url).length === 5);
  });

  it("D04: in whatever order deliveries arrive, sequence and id put a chat's events back in theirs and show a gap", async () => {
    const key = await makeTestKey();
    const url = "https://shuffled.example/hook";
    await subscribe(key, url, { webhook_type: "all" });
    customers.answerAlways(url, async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
      return new Response("ok");
    });
    for (let sent = 0; sent < 8; sent += 1) await sendRefused(key);
    await eventually(async () => customers.at(url).length === 8);
    const events = customers.events(url);
    expect(events.map((event) => Number(event.sequence)).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const byId = [...events].sort((a, b) => (String(a.event_id) < String(b.event_id) ? -1 : 1));
    expect(byId.map((event) => event.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("D05: one pool that cannot be asked has its own bell repeated, and only that", async () => {
    const broken = await makeTestKey();
    const sound = await makeTestKey();
    const url = "https://sound.example/hook";
    await subscribe(sound, url);
    loseBells();
    await sendRefused(sound);
    await eventually(async () => (await owed(sound)).length === 1);
    const getByName = env.POOLS.getByName.bind(env.POOLS);
    vi.spyOn(env.POOLS, "getByName").mockImplementation((name, ...rest) => {
      if (name === broken.id) throw new Error("this pool is poisoned");
      return getByName(name, ...rest);
    });
    const others = Array.from({ length: 97 }, () => ({ pool: sound.id, lane: "fast" }));
    const bells = [{ pool: broken.id, lane: "fast" }, ...others, "not a bell", null];
    const result = await deliverBells(bells);
    expect(result.retryMessages).toEqual([{ msgId: "bell-0" }]);
    expect(result.explicitAcks).toHaveLength(99);
    expect(customers.at(url)).toHaveLength(1);
  });

  it("D06: a consumer that dies after the post leaves a delivery that comes again with the same id and bytes", async () => {
    const key = await makeTestKey();
    const url = "https://died.example/hook";
    await subscribe(key, url);
    loseBells();
    await sendRefused(key);
    await eventually(async () => (await owed(key)).length === 1);
    const pool = env.POOLS.getByName(key.id);
    const taken = await pool.takeDeliveries("fast", 10);
    expect(taken.deliveries).toHaveLength(1);
    expect((await pool.takeDeliveries("fast", 10)).deliveries).toEqual([]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
    const again = await pool.takeDeliveries("fast", 10);
    vi.useRealTimers();
    expect(again.deliveries[0]).toMatchObject({
      eventId: taken.deliveries[0]?.eventId,
      body: taken.deliveries[0]?.body,
      attempt: 1,
    });
  });
});

describe("D24: changes while deliveries are being repeated", () => {
  it("nothing is posted after a webhook was deleted, and what it was owed is forgotten", async () => {
    const key = await makeTestKey();
    const url = "https://deleted.example/hook";
    customers.answerAlways(url, 500);
    const hook = await subscribe(key, url);
    await sendRefused(key);
    await eventually(async () => (await owed(key)).some((row) => row.attempt === 2));
    expect((await call(`/v2/api/webhooks/${hook}`, { method: "DELETE", token: key.token })).status).toBe(200);
    expect(await owed(key)).toEqual([]);
  });

  it.each([
    ["a paused webhook", { deprecate: true }, { deprecate: false }],
    ["a webhook whose time is over", { valid_until: Date.now() - 1_000 }, { valid_until: -1 }],
  ])("%s keeps what it is owed, and gets it when it is resumed", async (_, ends, resumes) => {
    const key = await makeTestKey();
    const url = "https://paused.example/hook";
    customers.answer(url, 500);
    const hook = await subscribe(key, url);
    await sendRefused(key);
    const [first] = await eventually(async () => {
      const rows = await owed(key);
      return rows[0]?.attempt === 2 ? rows : null;
    });
    const path = `/v2/api/webhooks/${hook}`;
    const patch = (body: Record<string, unknown>) => call(path, { method: "PATCH", body, token: key.token });
    const ended = await patch(ends);
    expect(ended.body.is_active).toBe(false);
    const refused = await call(`${path}/replay`, { body: { since: 0, only_failed: false }, token: key.token });
    expect(refused).toMatchObject({ status: 409, body: { code: "webhook_paused" } });
    expect(refused.body.message).toContain(String(ended.body.inactive_because));
    vi.useFakeTimers({ toFake: ["Date"], now: (first?.due_at ?? 0) + 60_000 });
    await ringAt(key, Date.now());
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(customers.at(url)).toHaveLength(1);
    await patch(resumes);
    await eventually(async () => customers.at(url).length === 2);
    vi.useRealTimers();
    expect(customers.at(url)[1]?.body).toBe(customers.at(url)[0]?.body);
  });
});
