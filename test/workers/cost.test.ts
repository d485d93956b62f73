import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../support/node/fake-twilio-account.ts";
import { type Cost, type Counter, countCost } from "../support/workers/counts.ts";
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

function sumOf(costs: readonly Cost[]): Cost {
  const sum = (of: (cost: Cost) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  return {
    statements: sum(({ statements }) => statements),
    rowsRead: sum(({ rowsRead }) => rowsRead),
    rowsWritten: sum(({ rowsWritten }) => rowsWritten),
    transactions: sum(({ transactions }) => transactions),
    alarms: sum(({ alarms }) => alarms),
    calls: costs.flatMap(({ calls }) => calls),
  };
}

/** What was spent until an object was called by this name. */
async function costUntil(counter: Counter, last: string): Promise<Cost> {
  const parts: Cost[] = [];
  await eventually(async () => {
    parts.push(counter.since());
    return parts.some(({ calls }) => calls.includes(last));
  });
  return sumOf(parts);
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

  /** A message's whole life: send, three callbacks, two events to one webhook, and who comes back to have it written. What is done once an hour or a minute is done before. */
  async function live(): Promise<{ steps: Cost[]; accept: unknown }> {
    const hook = { webhook_url: "https://customer.example/cost", webhook_type: "status" };
    await call("/v2/api/webhooks", { body: hook, token: key.token });
    const bells = vi.spyOn(env.BELL, "send");
    const counter = await countCost(key.id);
    const passed = (last: string) => costUntil(counter, last);
    await report(0, "delivered");
    await passed("recordDeliveries");
    await sendText(key, "Hello", "+15551112222");
    await eventually(async () => acceptedBy(twilio).length === 2);
    await outside.calm();
    const steps = [counter.since()];
    for (const [status, last] of [
      ["sending", "report"],
      ["sent", "recordDeliveries"],
      ["delivered", "recordDeliveries"],
    ] as const) {
      expect(await report(1, status)).toBe(204);
      steps.push(await passed(last));
    }
    await env.POOLS.getByName(key.id).keepAll(true);
    steps.push(counter.since());
    counter.stop();
    expect(outside.told.slice(-2).map(({ body }) => body.event)).toEqual(["message.sent", "message.delivered"]);
    expect((await env.POOLS.getByName(key.id).stats())?.owedDeliveries).toBe(0);
    expect(bells).not.toHaveBeenCalled();
    return { steps, accept: counter.atOnce.get("accept") };
  }

  it("is 8 rows written, 7 statements, 20 rows read at most, 4 transactions and no bell for a whole life: send, three callbacks, two events, one webhook", async () => {
    const { steps, accept } = await live();
    const whole = sumOf(steps);
    expect(accept).toEqual({ statements: 3, rowsWritten: 4 });
    expect(steps.map(({ rowsWritten }) => rowsWritten)).toEqual([4, 0, 1, 2, 1]);
    expect(steps.map(({ transactions }) => transactions)).toEqual([1, 0, 1, 1, 1]);
    expect(whole).toMatchObject({ transactions: 4, rowsWritten: 8, statements: 7 });
    expect(whole.calls).toEqual([
      "accept",
      "report",
      "report",
      "recordDeliveries",
      "report",
      "recordDeliveries",
      "keepAll",
    ]);
    expect(whole.rowsRead).toBeLessThanOrEqual(20);
    expect(whole.alarms).toBeLessThanOrEqual(1);
  });

  /** Rows written since it was last asked, by table, those of its indexes among them; alarms that were set are rows too. */
  function rowsByTable(counter: Counter): Record<string, number> {
    const rows: Record<string, number> = {};
    for (const { query, rowsWritten } of counter.statements()) {
      const table = /(?:INTO|UPDATE|FROM) (\w+)/.exec(query)?.[1] ?? query;
      if (rowsWritten > 0) rows[table] = (rows[table] ?? 0) + rowsWritten;
    }
    const { alarms } = counter.since();
    return alarms > 0 ? { ...rows, alarms } : rows;
  }

  it("is one row more for a message that waits its turn, and none in the agenda", async () => {
    const counter = await countCost(key.id);
    const write = (text: string[]) =>
      call("/v2/api/chats/%2B15551113333/messages", { body: { text }, token: key.token });
    await write(["Alone"]);
    await eventually(async () => acceptedBy(twilio).length === 2);
    await outside.calm();
    expect(rowsByTable(counter)).toEqual({ messages: 2, chats: 2 });
    await write(["Leaves at once", "Waits its turn"]);
    await eventually(async () => acceptedBy(twilio).length === 4);
    await outside.calm();
    expect(rowsByTable(counter)).toEqual({ messages: 2 + 3, chats: 2 + 2 });
    counter.stop();
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
