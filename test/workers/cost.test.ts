import {
  createExecutionContext,
  createMessageBatch,
  evictDurableObject,
  getQueueResult,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../src/index.ts";
import type { FakeAccount } from "../support/node/fake-twilio-account.ts";
import { type Cost, countCost } from "../support/workers/counts.ts";
import { admin, call, eventually } from "../support/workers/gateway.ts";
import {
  acceptedBy,
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendText,
  standInForTheOutside,
} from "../support/workers/twilio.ts";

/** Notes every call of an object while `work` runs, and how many statements reached the directory. */
async function countHops(key: LiveKey, work: () => Promise<unknown>): Promise<{ calls: string[]; statements: number }> {
  const counter = await countCost(key.id);
  const prepare = vi.spyOn(Object.getPrototypeOf(env.DB), "prepare");
  await work();
  const counted = { calls: counter.since().calls, statements: prepare.mock.calls.length };
  prepare.mockRestore();
  counter.stop();
  return counted;
}

/** The consumer as the platform calls it, when both events are owed: its own bells are lost meanwhile. */
async function deliverTo(key: LiveKey): Promise<void> {
  const bell = { id: "bell", timestamp: new Date(), attempts: 1, body: { pool: key.id, lane: "fast" } };
  const batch = createMessageBatch("trunkline-bell", [bell]);
  const context = createExecutionContext();
  await worker.queue?.(batch, env, context);
  await getQueueResult(batch, context);
}

describe("what a message costs", () => {
  let outside: Outside;
  let twilio: FakeAccount;
  let key: LiveKey;
  beforeEach(async () => {
    outside = standInForTheOutside();
    twilio = outside.open();
    key = await makeLiveKey(twilio);
    await sendText(key, "Hello", "+15551110000");
    await eventually(async () => acceptedBy(twilio).length === 1);
  });
  afterEach(() => vi.restoreAllMocks());

  const report = async (index: number, status: string) =>
    (await twilio.sendStatus(acceptedBy(twilio)[index]?.sid ?? "", status))?.status;

  it("is one object call and no directory statement for a send, a read and a status report", async () => {
    const chat = "/v2/api/chats/%2B15551110000";
    expect(await countHops(key, () => sendText(key, "Hello", "+15551110001"))).toEqual({
      calls: ["accept"],
      statements: 0,
    });
    const message = `${chat}/messages/${await sendText(key, "Hello", "+15551110000")}`;
    for (const path of [message, `${message}/status`, `${chat}/messages`, chat, "/v2/api/chats", "/v2/api/me"]) {
      const hops = await countHops(key, () => call(path, { token: key.token }));
      expect({ path, calls: hops.calls.length, statements: hops.statements }).toEqual({
        path,
        calls: 1,
        statements: 0,
      });
    }
    expect(await countHops(key, () => report(0, "sent"))).toEqual({ calls: ["report"], statements: 0 });
  });

  it("is no transaction and no statement for a status report that says again what stands", async () => {
    expect(await report(0, "delivered")).toBe(204);
    const counter = await countCost(key.id);
    const begun = await runInDurableObject(env.POOLS.getByName(key.id), (_pool, { storage }) =>
      vi.spyOn(Object.getPrototypeOf(storage), "transactionSync"),
    );
    expect(await report(0, "delivered")).toBe(204);
    expect(counter.since()).toMatchObject({ calls: ["report"], statements: 0 });
    expect(begun).not.toHaveBeenCalled();
    counter.stop();
  });

  it("is one object call and no directory statement for what the admin looks at every few seconds", async () => {
    const id = await sendText(key, "Hello", "+15551110000");
    const ofKey = `/api-keys/${key.id}`;
    for (const path of [
      `${ofKey}/messages`,
      `${ofKey}/messages/${id}`,
      `${ofKey}/chats`,
      `${ofKey}/chats/%2B15551110000/messages`,
      `${ofKey}/contacts`,
      `${ofKey}/stats`,
    ]) {
      const hops = await countHops(key, () => admin(path));
      expect({ path, calls: hops.calls.length, statements: hops.statements }).toEqual({
        path,
        calls: 1,
        statements: 0,
      });
    }
  });

  /** A message's whole life: send, three callbacks, two events to one webhook. What is done once an hour or a minute is done before. */
  async function live(): Promise<{ whole: Cost; steps: Cost[]; accept: unknown }> {
    const hook = { webhook_url: "https://customer.example/cost", webhook_type: "status" };
    await call("/v2/api/webhooks", { body: hook, token: key.token });
    vi.spyOn(env.BELL, "send").mockResolvedValue(undefined as never);
    await report(0, "delivered");
    await deliverTo(key);
    const counter = await countCost(key.id);
    const steps: Cost[] = [];
    await sendText(key, "Hello", "+15551112222");
    await eventually(async () => acceptedBy(twilio).length === 2);
    await outside.calm();
    steps.push(counter.since());
    for (const status of ["sending", "sent", "delivered"]) {
      expect(await report(1, status)).toBe(204);
      steps.push(counter.since());
    }
    await deliverTo(key);
    steps.push(counter.since());
    counter.stop();
    expect(outside.told.slice(-2).map(({ body }) => body.event)).toEqual(["message.sent", "message.delivered"]);
    expect((await env.POOLS.getByName(key.id).stats())?.owedDeliveries).toBe(0);
    const sum = (of: (cost: Cost) => number) => steps.reduce((total, cost) => total + of(cost), 0);
    const whole: Cost = {
      statements: sum(({ statements }) => statements),
      rowsRead: sum(({ rowsRead }) => rowsRead),
      rowsWritten: sum(({ rowsWritten }) => rowsWritten),
      transactions: sum(({ transactions }) => transactions),
      alarms: sum(({ alarms }) => alarms),
      calls: steps.flatMap(({ calls }) => calls),
    };
    return { whole, steps, accept: counter.atOnce.get("accept") };
  }

  it("is 10 statements, 10 rows written, 20 read at most and 5 transactions for a whole life: send, three callbacks, two events, one webhook", async () => {
    const { whole, steps, accept } = await live();
    expect(accept).toEqual({ statements: 3, rowsWritten: 4 });
    expect(steps.map(({ rowsWritten }) => rowsWritten)).toEqual([5, 0, 2, 2, 1]);
    expect(steps.map(({ transactions }) => transactions)).toEqual([2, 0, 1, 1, 1]);
    expect(whole).toMatchObject({ transactions: 5, rowsWritten: 10, statements: 10 });
    expect(whole.calls).toEqual(["accept", "report", "report", "report", "takeDeliveries", "recordDeliveries"]);
    expect(whole.rowsRead).toBeLessThanOrEqual(20);
    expect(whole.alarms).toBeLessThanOrEqual(1);
  });

  it("is 3 statements and 4 rows written to accept a message to somebody who was written to before", async () => {
    const counter = await countCost(key.id);
    await sendText(key, "Again", "+15551110000");
    expect(counter.atOnce.get("accept")).toEqual({ statements: 3, rowsWritten: 4 });
    counter.stop();
  });

  it("reads a chat's row once at most in a step: a send, a preview, a report, and what a person writes, also where it has just woken", async () => {
    const person = "+15551110000";
    const preview = { to: person, text: "Would it?" };
    const counter = await countCost(key.id);
    const reads: Record<string, number> = {};
    const count = async (name: string, work: () => Promise<unknown>) => {
      await evictDurableObject(env.POOLS.getByName(key.id));
      await env.POOLS.getByName(key.id).stats();
      counter.since();
      await work();
      const isOfChat = (query: string) => query.startsWith("SELECT") && /FROM chats\b/.test(query);
      reads[name] = counter.statements().filter(({ query }) => isOfChat(query)).length;
    };
    const write = (text: string) =>
      twilio.sendInbound({
        from: person,
        to: key.numbers[0] ?? "",
        text,
        url: `${env.PUBLIC_URL}/twilio/${key.integrationId}/inbound`,
      });
    await count("send", () => sendText(key, "Hello", person));
    await count("preview", () => admin(`/api-keys/${key.id}/pool/preview`, { body: preview }));
    await count("report", () => report(0, "delivered"));
    await count("read receipt", () => report(0, "read"));
    await count("reply", () => write("Hi"));
    counter.stop();
    expect(Object.entries(reads).filter(([, times]) => times > 1)).toEqual([]);
    expect(Object.keys(reads)).toHaveLength(5);
  });
});
