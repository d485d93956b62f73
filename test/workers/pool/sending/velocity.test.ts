import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { countCost } from "../../../support/workers/counts.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { crash, makePool, newPerson, type Pool, ring, send, writeTo } from "../../../support/workers/pool.ts";

const minute = 60_000;
let pool: Pool;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  pool = await makePool([{}]);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const change = (body: object) => admin(`/api-keys/${pool.id}`, { method: "PATCH", body });
const readKey = async () => (await admin(`/api-keys/${pool.id}`)).body;
/** The nth number of a thousand of a British mobile range. */
const british = (n: number, range = "123") => `+447400${range}${String(n).padStart(3, "0")}`;

async function sendTo(people: readonly string[]): Promise<unknown[]> {
  const codes = [];
  for (const to of people) {
    const { status, body } = await send(pool, to);
    codes.push(status === 202 ? "taken" : body.code);
  }
  return codes;
}

function eventsNamed(name: string): Promise<unknown[]> {
  return runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) =>
    storage.sql
      .exec<{ body: string }>("SELECT body FROM events WHERE name = ?", name)
      .toArray()
      .map(({ body }) => JSON.parse(body)),
  );
}

const taken = (count: number) => Array.from({ length: count }, () => "taken");
const people = (from: number, to: number, range?: string) =>
  Array.from({ length: to - from }, (_, index) => british(from + index, range));

describe("a key that writes to strangers in one costly range", () => {
  it("pauses itself at the twentieth stranger, says why, tells those who name it, and goes on with one word", async () => {
    const organization = pool.carrier.organizationId;
    const webhook = await admin("/webhooks", {
      body: {
        organization_id: organization,
        api_key_id: pool.id,
        webhook_url: "https://customer.example/hook",
        events: ["api_key.paused"],
      },
    });
    expect(webhook.status).toBe(201);
    expect(await sendTo(people(0, 22))).toEqual([...taken(20), "api_key_paused", "api_key_paused"]);
    const refused = await send(pool, newPerson());
    expect(refused.body).toMatchObject({ code: "api_key_paused", message: expect.stringContaining("+447400123xxx") });
    expect(await readKey()).toMatchObject({
      status: "paused",
      paused_itself: { at: expect.any(Number), because: expect.stringContaining("20 strangers") },
    });
    expect(await eventsNamed("api_key.paused")).toMatchObject([
      { api_key_id: pool.id, reason: expect.stringContaining("+447400123xxx") },
    ]);
    expect((await change({ status: "active" })).body).toMatchObject({ status: "active", paused_itself: null });
    expect(await sendTo(people(22, 45))).toEqual(taken(23));
    expect(await sendTo(people(0, 21, "555"))).toEqual([...taken(20), "api_key_paused"]);
  });

  it("stays paused over a restart and a change of its settings, and what waits stays waiting", async () => {
    await send(pool, newPerson(), { text: "Later", send_at: Date.now() + minute });
    expect(await sendTo(people(0, 20))).toEqual(taken(20));
    await crash(pool);
    await change({ name: "Renamed" });
    vi.setSystemTime(Date.now() + 2 * minute);
    await ring(pool);
    expect((await send(pool, newPerson())).body.code).toBe("api_key_paused");
    expect(pool.carrier.departures.map(({ body }) => body)).not.toContain("Later");
    await change({ status: "active" });
    await ring(pool);
    await eventually(async () => pool.carrier.departures.some(({ body }) => body === "Later"));
    expect(pool.carrier.departures.length).toBeLessThanOrEqual(21);
  });

  it("is counted over a restart, within ten minutes, and once for each person", async () => {
    await sendTo(people(0, 10));
    await sendTo(people(0, 10));
    await crash(pool);
    expect(await sendTo(people(10, 19))).toEqual(taken(9));
    vi.setSystemTime(Date.now() + 11 * minute);
    expect(await sendTo(people(19, 38))).toEqual(taken(19));
    expect(await sendTo([british(38), british(39)])).toEqual(["taken", "api_key_paused"]);
  });

  it("is not one that answers, nor one that writes at home or to many ranges", async () => {
    for (const person of people(0, 25)) expect(await writeTo(pool, person, pool.numbers[0] ?? "")).toBe(200);
    expect(await sendTo(people(0, 25))).toEqual(taken(25));
    expect(await sendTo(Array.from({ length: 25 }, () => newPerson()))).toEqual(taken(25));
    expect(await sendTo(Array.from({ length: 25 }, (_, n) => british(1, String(200 + n))))).toEqual(taken(25));
  });

  it("counts nobody who wrote first, over a restart too", async () => {
    for (const person of people(0, 15)) await writeTo(pool, person, pool.numbers[0] ?? "");
    expect(await sendTo(people(0, 15))).toEqual(taken(15));
    await crash(pool);
    expect(await sendTo(people(15, 34))).toEqual(taken(19));
  });

  it("does not where its guard was taken away, and does again once it is back", async () => {
    expect((await readKey()).pause_itself).toBe(true);
    await change({ pause_itself: false });
    expect(await sendTo(people(0, 25))).toEqual(taken(25));
    await change({ pause_itself: true });
    expect(await sendTo(people(0, 20, "555"))).toEqual(taken(20));
    expect((await readKey()).status).toBe("paused");
  });

  it("costs a stranger no row and no statement more, at home or abroad, once the first abroad was looked at", async () => {
    const counter = await countCost(pool.id);
    const costOf = async (to: string) => {
      await send(pool, to);
      return counter.atOnce.get("accept");
    };
    await costOf(newPerson());
    await costOf(british(0));
    const atHome = await costOf(newPerson());
    const abroad = await costOf(british(1));
    counter.stop();
    expect(atHome?.rowsWritten).toBeGreaterThan(0);
    expect(abroad).toEqual(atHome);
  });
});
