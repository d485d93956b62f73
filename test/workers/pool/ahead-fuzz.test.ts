import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { admin, eventually } from "../../support/workers/gateway.ts";
import { judge } from "../../support/workers/ledger-judge.ts";
import { LedgerWorld } from "../../support/workers/ledger-world.ts";
import { ring } from "../../support/workers/pool.ts";
import { takeNoPromises } from "../../support/workers/visits.ts";

const asked = inject("fuzzRuns");
/** One life costs a second or two: `npm run fuzz` asks for one in twenty of what it asks of a property. */
const seeds = Array.from({ length: asked > 0 ? Math.ceil(asked / 20) : 4 }, (_, index) => index + 1);
const day = 24 * 60 * 60_000;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("whatever is cut off between two steps of many lives", () => {
  it.each(seeds)("nothing is lost, doubled or taken back by seed %i", { timeout: 60_000 }, async (seed) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const world = await LedgerWorld.make(seed);
    const steps = 40 + world.dice(40);
    // A Worker of the release before promises nothing: from some moment on it is one of those, in every third life.
    const unpromisedFrom = seed % 3 === 0 ? world.dice(steps) : steps;
    for (let step = 0; step < steps; step += 1) {
      if (step === unpromisedFrom) takeNoPromises();
      await world.step();
    }
    await world.settle();
    expect(await judge(world), `seed ${seed}: ${world.log.join(" ")}`).toEqual([]);
    await forget(world);
    // What is still owed of this life, the next one's endpoint would hear.
    await eventually(async () => (await world.stub.stats())?.owedDeliveries === 0);
    expect(world.wrong, `seed ${seed}: ${world.log.join(" ")}`).toEqual([]);
  });
});

/** Forgets one person, then all that is old; the others' chats go on where they stood. */
async function forget(world: LedgerWorld): Promise<void> {
  const { pool, people, wrong } = world;
  const [gone = "", ...others] = people;
  const last = new Map(await world.lastNumbers());
  const erased = await admin(`/api-keys/${pool.id}/contacts/${encodeURIComponent(gone)}/erase`, { body: {} });
  if (![200, 404].includes(erased.status)) wrong.push({ erased });
  const organization = `/organizations/${pool.carrier.organizationId}`;
  expect((await admin(organization, { method: "PATCH", body: { retention_days: 7 } })).status).toBe(200);
  const left = await countOf(world, gone);
  if (left > 0) wrong.push({ left, of: gone });
  vi.setSystemTime(Date.now() + 40 * day);
  for (let ringing = 0; ringing < 3; ringing += 1) {
    await ring(pool);
    await world.outside.calm();
  }
  for (const person of others) {
    const old = await countOf(world, person);
    if (old > 0) wrong.push({ old, of: person });
    const next = await world.nextNumber(person);
    if (next !== null && next !== (last.get(person) ?? 0) + 1) wrong.push({ next, after: last.get(person), person });
  }
}

function countOf({ pool }: LedgerWorld, person: string): Promise<number> {
  return runInDurableObject(
    env.POOLS.getByName(pool.id),
    (_pool, { storage: { sql } }) =>
      sql
        .exec<{ n: number }>(
          `SELECT (SELECT count(*) FROM messages WHERE chat = ?1) + (SELECT count(*) FROM events WHERE body ->> '$.external_id' = ?1)
             + (SELECT count(*) FROM attempts LEFT JOIN events ON events.seq = attempts.event WHERE events.seq IS NULL) AS n`,
          person,
        )
        .one().n,
  );
}
