import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { call } from "../../support/workers/gateway.ts";
import { makePool, newPerson, type Pool, writeTo } from "../../support/workers/pool.ts";

afterEach(() => vi.restoreAllMocks());

function inside<T>(pool: Pool, look: (storage: DurableObjectStorage) => T | Promise<T>): Promise<T> {
  return runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) => look(storage));
}

it("an alarm that was asked for in a transaction is set also when the transaction is rolled back", async () => {
  vi.spyOn(env.BELL, "send").mockResolvedValue(undefined as never);
  const pool = await makePool([{}]);
  await call("/v2/api/webhooks", {
    body: { webhook_url: "https://a.example/hook", webhook_type: "all" },
    token: pool.token,
  });
  await inside(pool, (storage) => storage.deleteAlarm());
  await inside(pool, (storage) => {
    const prototype = Object.getPrototypeOf(storage) as DurableObjectStorage;
    const write = prototype.transactionSync;
    vi.spyOn(prototype, "transactionSync").mockImplementationOnce(function (this: DurableObjectStorage, work) {
      return write.call(this, () => {
        work();
        throw new Error("The disk is full.");
      }) as never;
    });
  });
  const number = String(pool.numbers[0]);
  expect(await writeTo(pool, newPerson(), number)).toBe(500);
  expect(await writeTo(pool, newPerson(), number)).toBe(200);
  expect(await inside(pool, (storage) => storage.getAlarm())).not.toBeNull();
});
