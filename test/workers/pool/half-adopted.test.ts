import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { PoolCalls } from "../../../src/domain/pool-calls.ts";
import type { Snapshot } from "../../../src/domain/snapshot.ts";
import { admin, eventually } from "../../support/workers/gateway.ts";
import { ask } from "../../support/workers/ledger.ts";
import { makePool, newPerson, type Pool, ring, send } from "../../support/workers/pool.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The pool's storage takes the next transaction, and then none until `mend` is called. */
async function fillStorage({ id }: Pool): Promise<{ mend: () => void }> {
  let taken = 0;
  return runInDurableObject(env.POOLS.getByName(id), (_, state) => {
    const prototype = Object.getPrototypeOf(state.storage) as DurableObjectStorage;
    const write = prototype.transactionSync;
    const full = vi.spyOn(prototype, "transactionSync").mockImplementation(function (this: DurableObjectStorage, work) {
      taken += 1;
      if (taken > 1) throw new Error("The storage is full.");
      return write.call(this, work) as never;
    });
    return { mend: () => full.mockRestore() };
  });
}

it("what follows from a snapshot and failed after that was stored is made good when it is published again", async () => {
  const pool = await makePool([{ messages_per_second: 1 }]);
  const hour = (ahead: number) => `${String((new Date().getUTCHours() + ahead + 24) % 24).padStart(2, "0")}:00`;
  const quiet_hours = { from: hour(-14), to: hour(4) };
  expect((await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { quiet_hours } })).status).toBe(200);
  expect((await send(pool, newPerson(), { text: "Good morning" })).status).toBe(202);
  const { organizationId, integrationId } = pool.carrier;
  const [stored] = await ask<{ body: string }>({ ...pool, organizationId, integrationId }, "SELECT body FROM snapshot");
  const before = JSON.parse(stored?.body ?? "{}") as Snapshot;
  const numbers = before.numbers.map((number) => ({ ...number, messagesPerSecond: null }));
  const snapshot = { ...before, numbers, version: before.version + 1, apiKey: { ...before.apiKey, quietHours: null } };
  const { mend } = await fillStorage(pool);
  const publish = () =>
    runInDurableObject(env.POOLS.getByName(pool.id), async (object) => {
      return (object as unknown as PoolCalls).publish(snapshot).catch((error: unknown) => String(error));
    });
  expect(await publish()).toContain("The storage is full.");
  mend();
  expect(await publish()).toMatchObject({ version: snapshot.version });
  await ring(pool);
  await eventually(async () => pool.carrier.departures.length === 1);
});
