import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { sweepMessages } from "../../../../src/pool/ledger/forgetting.ts";
import { call, eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { crash, evict, makePool, newPerson, type Pool, report, send, writeTo } from "../../../support/workers/pool.ts";

const asKey = (pool: Pool) => ({ ...pool, organizationId: "", integrationId: "" });

async function numbersTold(pool: Pool, person: string): Promise<number[]> {
  const page = await call("/v2/api/events?limit=100", { token: pool.token });
  const events = page.body.events as { external_id: string; sequence: number }[];
  return events.filter(({ external_id }) => external_id === person).map(({ sequence }) => sequence);
}

it.each([
  ["goes on", async () => {}],
  ["sleeps", evict],
  ["is killed", crash],
])(
  "events of a chat are numbered without a gap, about its last message, an older one or none, where the object %s between them",
  async (_how, rest) => {
    const pool = await makePool([{}]);
    const person = newPerson();
    for (const text of ["First", "Second"]) await send(pool, person, { text });
    await eventually(async () => pool.carrier.departures.length === 2);
    const [first, second] = pool.carrier.departures;
    if (first === undefined || second === undefined) throw new Error("Nothing left.");
    const step = async (work: () => Promise<unknown>) => {
      await work();
      await rest(pool);
    };
    await step(() => report(pool, second, "sent"));
    await step(() => report(pool, first, "delivered"));
    await step(() => report(pool, second, "delivered"));
    await step(() => writeTo(pool, person, pool.numbers[0] ?? "", "STOP"));
    await step(() => report(pool, first, "read"));
    await step(() => writeTo(pool, person, pool.numbers[0] ?? "", "START"));
    await step(() => send(pool, person, { text: "Third" }));
    await eventually(async () => pool.carrier.departures.length === 3);
    const third = pool.carrier.departures[2] ?? first;
    await step(() => report(pool, third, "delivered"));
    const told = await numbersTold(pool, person);
    expect(told.length).toBeGreaterThan(8);
    expect(told).toEqual(told.map((_, index) => index + 1));
  },
);

it("a number is not given again when the message that kept it was forgotten", async () => {
  const pool = await makePool([{}]);
  const person = newPerson();
  await send(pool, person);
  await eventually(async () => pool.carrier.departures.length === 1);
  const [first] = pool.carrier.departures;
  if (first === undefined) throw new Error("Nothing left.");
  await report(pool, first, "delivered");
  expect(await ask(asKey(pool), "SELECT sequence FROM chats")).toEqual([{ sequence: 0 }]);
  await runInDurableObject(env.POOLS.getByName(pool.id), (_pool, { storage }) =>
    storage.transactionSync(() => sweepMessages(storage.sql, Number.MAX_SAFE_INTEGER, 10, { accounts: [], at: 0 })),
  );
  expect(await ask(asKey(pool), "SELECT 1 FROM messages")).toEqual([]);
  await evict(pool);
  await writeTo(pool, person, pool.numbers[0] ?? "", "Hello again");
  const told = await numbersTold(pool, person);
  expect(told).toEqual(told.map((_, index) => index + 1));
  expect(told.length).toBeGreaterThan(2);
});
