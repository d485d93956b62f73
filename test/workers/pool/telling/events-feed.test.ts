import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Customers, standInForCustomers } from "../../../support/workers/customers.ts";
import { call, eventually, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";
import { ask, owed, ringAt } from "../../../support/workers/ledger.ts";
import { refused, send, subscribe } from "../../../support/workers/story.ts";

const day = 24 * 60 * 60 * 1000;

let customers: Customers;
beforeEach(() => {
  customers = standInForCustomers();
});
afterEach(() => vi.useRealTimers());

async function read(key: TestKey, query = "") {
  const page = await call(`/v2/api/events${query}`, { token: key.token });
  expect(page.status).toBe(200);
  return page.body as { events: Record<string, unknown>[]; next_after: string | null };
}

describe("the pull feed", () => {
  it("has the same ids, bytes and order as the pushes, and reads on from where it stood", async () => {
    const key = await makeTestKey();
    const url = "https://pushed.example/hook";
    await subscribe(key, url, { webhook_type: "all" });
    expect(await read(key)).toEqual({ events: [], next_after: null });
    for (let sent = 0; sent < 3; sent += 1)
      await send(key, refused, { text: `É ${sent} \u2028`, metadata: { b: 1, a: 2 } });
    await eventually(async () => customers.at(url).length === 3);
    const whole = await read(key);
    const pushed = customers
      .at(url)
      .map(({ body }) => body)
      .sort();
    expect(whole.events.map((event) => JSON.stringify(event)).sort()).toEqual(pushed);
    expect(whole.events.map((event) => event.sequence)).toEqual([1, 2, 3]);
    expect(whole.next_after).toBe(whole.events[2]?.event_id);

    const first = await read(key, "?limit=2");
    const second = await read(key, `?limit=2&after=${first.next_after}`);
    expect([...first.events, ...second.events]).toEqual(whole.events);
    expect(await read(key, `?after=${second.next_after}`)).toEqual({ events: [], next_after: second.next_after });
    expect(await read(key, "?after=latest")).toEqual({ events: [], next_after: whole.next_after });
  });

  it("knows no cursor of another key, and no replay stands in it", async () => {
    const key = await makeTestKey();
    const other = await makeTestKey();
    const { id } = await subscribe(key, "https://feed-replay.example/hook");
    await send(key, refused);
    await send(other, refused);
    const mine = await eventually(async () => ((await read(key)).events.length === 1 ? read(key) : null));
    const theirs = await eventually(async () => ((await read(other)).events.length === 1 ? read(other) : null));
    const foreign = await call(`/v2/api/events?after=${theirs.next_after}`, { token: key.token });
    expect(foreign).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    const path = `/v2/api/webhooks/${id}/logs/${mine.next_after}/replay`;
    expect((await call(path, { method: "POST", token: key.token })).body.success).toBe(true);
    expect((await read(key)).events).toEqual(mine.events);
  });
});

describe("what is kept", () => {
  it("events and delivery logs for thirty days: then they are forgotten in slices, and an old cursor says so", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const key = await makeTestKey();
    const url = "https://kept.example/hook";
    await subscribe(key, url);
    await send(key, refused);
    await eventually(async () => customers.at(url).length === 1);
    await eventually(async () => (await owed(key)).length === 0);
    const old = (await read(key)).next_after;
    const startedAt = Date.now();
    vi.setSystemTime(startedAt + 20 * day);
    await send(key, refused);
    await eventually(async () => customers.at(url).length === 2);
    await eventually(async () => (await owed(key)).length === 0);

    await ringAt(key, startedAt + 29.9 * day);
    expect((await read(key)).events).toHaveLength(2);
    await ringAt(key, startedAt + 30.1 * day);
    await ringAt(key, startedAt + 30.2 * day);
    expect((await read(key)).events).toHaveLength(1);
    expect(await ask(key, "SELECT 1 FROM attempts")).toHaveLength(1);
    const expired = await call(`/v2/api/events?after=${old}`, { token: key.token });
    expect(expired).toMatchObject({ status: 410, body: { code: "cursor_expired" } });
  });

  it("the first 4 KiB of an answer, its status and how long it took, for every attempt", async () => {
    const key = await makeTestKey();
    const url = "https://talkative.example/hook";
    const { id } = await subscribe(key, url);
    const text = "ä".repeat(100_000);
    customers.answer(url, () => new Response(text, { status: 200 }));
    await send(key, refused);
    const log = await eventually(async () => {
      const page = await call(`/v2/api/webhooks/${id}/logs`, { token: key.token });
      return (page.body.logs as Record<string, unknown>[])[0];
    });
    expect(log).toMatchObject({ response_status: 200, attempt: 1, webhook_url: url, response_json: null });
    expect(log.response_text).toBe("ä".repeat(2048));
    expect(log.metadata).toMatchObject({ event_name: "message.failed", duration_ms: expect.any(Number) });
  });

  it("D11: no more than 16 KiB of an answer that never ends is taken", async () => {
    const key = await makeTestKey();
    const url = "https://endless.example/hook";
    const { id } = await subscribe(key, url);
    let made = 0;
    const endless = () =>
      new ReadableStream({
        pull(controller) {
          made += 1;
          controller.enqueue(new Uint8Array(1_024).fill(97));
        },
      });
    customers.answer(url, () => new Response(endless(), { status: 200 }));
    await send(key, refused);
    const log = await eventually(async () => {
      const page = await call(`/v2/api/webhooks/${id}/logs`, { token: key.token });
      return (page.body.logs as Record<string, unknown>[])[0];
    });
    expect(log).toMatchObject({ response_status: 200, response_text: "a".repeat(4_096), error: null });
    expect(made).toBeLessThan(32);
  });
});
