import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NumberPool } from "../../src/pool/number-pool.ts";
import type { FakeAccount } from "../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../support/workers/gateway.ts";
import {
  acceptedBy,
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendText,
  standInForTheOutside,
} from "../support/workers/twilio.ts";

const poolMethods = Object.getOwnPropertyNames(NumberPool.prototype).filter(
  (name) => name !== "constructor" && name !== "alarm",
);

/** Notes every call of an object while `work` runs, and how many statements reached the directory. */
async function countHops(work: () => Promise<unknown>): Promise<{ calls: string[]; statements: number }> {
  const calls: string[] = [];
  const prototype = NumberPool.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const spies = poolMethods.map((name) => {
    const original = prototype[name];
    return vi.spyOn(prototype, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
      calls.push(name);
      return original?.apply(this, args);
    });
  });
  const prepare = vi.spyOn(Object.getPrototypeOf(env.DB), "prepare");
  await work();
  const counted = { calls: [...calls], statements: prepare.mock.calls.length };
  for (const spy of [...spies, prepare]) spy.mockRestore();
  return counted;
}

/** Counts the rows that objects write from now on, as they are billed: each cursor's own figure, and one for an alarm that is set. */
async function countRows(key: LiveKey): Promise<() => { rows: number; alarms: number }> {
  const cursors: { rowsWritten: number }[] = [];
  let alarms = 0;
  await runInDurableObject(env.POOLS.getByName(key.id), (_pool, { storage }) => {
    const sqlPrototype = Object.getPrototypeOf(storage.sql);
    const { exec } = sqlPrototype;
    vi.spyOn(sqlPrototype, "exec").mockImplementation(function (this: unknown, ...args: unknown[]) {
      const cursor = Reflect.apply(exec, this, args) as { rowsWritten: number };
      cursors.push(cursor);
      return cursor;
    });
    const storagePrototype = Object.getPrototypeOf(storage);
    const { setAlarm } = storagePrototype;
    vi.spyOn(storagePrototype, "setAlarm").mockImplementation(function (this: unknown, ...args: unknown[]) {
      alarms += 1;
      return Reflect.apply(setAlarm, this, args);
    });
  });
  return () => ({ rows: cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0), alarms });
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
    expect(await countHops(() => sendText(key, "Hello", "+15551110001"))).toEqual({
      calls: ["accept"],
      statements: 0,
    });
    const message = `${chat}/messages/${await sendText(key, "Hello", "+15551110000")}`;
    for (const path of [message, `${message}/status`, `${chat}/messages`, chat, "/v2/api/chats", "/v2/api/me"]) {
      const hops = await countHops(() => call(path, { token: key.token }));
      expect({ path, calls: hops.calls.length, statements: hops.statements }).toEqual({
        path,
        calls: 1,
        statements: 0,
      });
    }
    expect(await countHops(() => report(0, "sent"))).toEqual({ calls: ["report"], statements: 0 });
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
      const hops = await countHops(() => admin(path));
      expect({ path, calls: hops.calls.length, statements: hops.statements }).toEqual({
        path,
        calls: 1,
        statements: 0,
      });
    }
  });

  it("is 21 rows and one alarm for a message's whole life: send, three callbacks, two events, one webhook", async () => {
    const url = "https://customer.example/rows";
    await call("/v2/api/webhooks", { body: { webhook_url: url, webhook_type: "status" }, token: key.token });
    const counted = await countRows(key);
    await sendText(key, "Hello", "+15551112222");
    await eventually(async () => acceptedBy(twilio).length === 2);
    for (const status of ["sending", "sent", "delivered"]) expect(await report(1, status)).toBe(204);
    await eventually(async () => outside.told.length === 2);
    await eventually(async () => (await env.POOLS.getByName(key.id).stats())?.owedDeliveries === 0);
    expect(counted()).toEqual({ rows: 21, alarms: 1 });
  });
});
