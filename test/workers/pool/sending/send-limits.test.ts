import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newPeople, readCampaign, runCampaign } from "../../../support/workers/campaigns.ts";
import { countCost } from "../../../support/workers/counts.ts";
import { admin, call, eventually, makeTestKey } from "../../../support/workers/gateway.ts";
import { crash, makePool, newPerson, type Pool, ring, send, writeTo } from "../../../support/workers/pool.ts";
import { standInForTheOutside } from "../../../support/workers/twilio.ts";

const hour = 60 * 60 * 1_000;
let pool: Pool;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-21T10:00:00Z") });
  pool = await makePool([{}]);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const limit = (velocity: object | null) => admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { velocity } });
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
const preview = (to: string) => admin(`/api-keys/${pool.id}/pool/preview`, { body: { to, text: "Hello" } });
/** The nth number of a thousand of an exchange. */
const neighbour = (n: number, exchange = "555") => `+1415${exchange}2${String(n).padStart(3, "0")}`;

async function codesOf(people: readonly string[], body?: Record<string, unknown>): Promise<unknown[]> {
  const codes = [];
  for (const to of people) {
    const sent = await send(pool, to, body);
    codes.push(sent.status === 202 ? "taken" : sent.body.limit);
  }
  return codes;
}

const taken = (count: number) => Array.from({ length: count }, () => "taken");

describe("the limits of a key", () => {
  it("on messages to one recipient are exact, over a restart, and tell when the next may be sent", async () => {
    await limit({ per_recipient_per_hour: 5 });
    const [person, other] = [newPerson(), newPerson()];
    expect(await codesOf([person, person])).toEqual(taken(2));
    later(10 * 60_000);
    expect(await codesOf([person, person])).toEqual(taken(2));
    await crash(pool);
    const list = await send(pool, person, { text: ["one", "two"] });
    expect(list).toMatchObject({ status: 429, body: { code: "send_limit_reached", current: 4, asked: 2, at_most: 5 } });
    expect(list.headers.get("Retry-After")).toBe(String(50 * 60));
    expect(await codesOf([person, person, other])).toEqual(["taken", "per_recipient_per_hour", "taken"]);
    expect((await preview(person)).body).toMatchObject({ would_send: false, code: "send_limit_reached" });
    later(50 * 60_000);
    expect(await codesOf([person, person, person])).toEqual([...taken(2), "per_recipient_per_hour"]);
    expect((await send(pool, other, { text: Array.from({ length: 6 }, () => "x") })).headers.has("Retry-After")).toBe(
      false,
    );
  });

  it("on one country count what was sent before they were set, over a restart, until midnight UTC", async () => {
    const people = newPeople(3);
    expect(await codesOf(people)).toEqual(taken(3));
    expect(await codesOf(["+447400123001"])).toEqual(taken(1));
    await limit({ per_country_per_day: 5 });
    expect(await codesOf(newPeople(1))).toEqual(taken(1));
    await crash(pool);
    const refused = await codesOf([...newPeople(3), "+447400123002"]);
    expect(refused).toEqual(["taken", "per_country_per_day", "per_country_per_day", "taken"]);
    const told = await send(pool, newPerson());
    expect(told.body.message).toContain("one country (US) 5 times a day (UTC)");
    expect(told.headers.get("Retry-After")).toBe(String(14 * 60 * 60));
    await limit(null);
    expect(await codesOf(newPeople(1))).toEqual(taken(1));
    await limit({ per_country_per_day: 7 });
    expect(await codesOf(newPeople(2))).toEqual(["taken", "per_country_per_day"]);
    later(14 * hour);
    expect(await codesOf(newPeople(8))).toEqual([...taken(7), "per_country_per_day"]);
  });

  it("on one range count people, not messages, in as many numbers as are set", async () => {
    await limit({ per_prefix_per_hour: 3 });
    expect(await codesOf([0, 1, 2, 0, 1, 3].map((n) => neighbour(n)))).toEqual([...taken(5), "per_prefix_per_hour"]);
    expect(await codesOf([neighbour(0, "556")])).toEqual(taken(1));
    await crash(pool);
    expect(await codesOf([neighbour(999), neighbour(2)])).toEqual(["per_prefix_per_hour", "taken"]);
    await limit({ per_prefix_per_hour: 3, digits_after_prefix: 2 });
    expect(await codesOf([neighbour(4), neighbour(100), neighbour(900)])).toEqual(["per_prefix_per_hour", ...taken(2)]);
    later(hour);
    expect(await codesOf([neighbour(4)])).toEqual(taken(1));
  });

  it("on new contacts bound no conversation, and count nobody who wrote first", async () => {
    const known = newPerson();
    await send(pool, known);
    later(2 * hour);
    const [first, second, wrote] = newPeople(3).map(String) as [string, string, string];
    await writeTo(pool, wrote, String(pool.numbers[0]), "Hi");
    await limit({ new_contacts_per_hour: 2 });
    expect(await codesOf([first, wrote, known])).toEqual(taken(3));
    await crash(pool);
    expect(await codesOf([second, newPerson(), first, known])).toEqual([
      "taken",
      "new_contacts_per_hour",
      "taken",
      "taken",
    ]);
    later(hour);
    expect(await codesOf(newPeople(1))).toEqual(taken(1));
  });

  it("hold in bulk, for a test key, and count a repeated request once", async () => {
    const key = await makeTestKey();
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { velocity: { per_recipient_per_day: 2 } } });
    const person = newPerson();
    const once = () =>
      call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, {
        body: { text: "Once" },
        token: key.token,
        headers: { "Idempotency-Key": "once" },
      });
    expect([(await once()).status, (await once()).status]).toEqual([202, 200]);
    const messages = [1, 2].map((n) => ({ chat_id: person, text: `Bulk ${n}` }));
    const bulk = await call("/v2/api/messages/bulk", { body: { messages }, token: key.token });
    const results = bulk.body.results as { status: string; code?: string }[];
    expect(results.map(({ status, code }) => code ?? status)).toEqual(["queued", "send_limit_reached"]);
  });

  it("cost no row more than a send without them, and read no more than they name", async () => {
    const outside = standInForTheOutside();
    const neighbours = Array.from({ length: 40 }, (_, n) => neighbour(n));
    for (const person of neighbours) await send(pool, person);
    const counter = await countCost(pool.id);
    // One that comes while the one before it leaves waits its turn, which is another cost.
    const rowsOf = async (to: string) => {
      await outside.calm();
      await send(pool, to);
      return counter.atOnce.get("accept")?.rowsWritten;
    };
    await rowsOf(newPerson());
    const person = newPerson();
    const without = [await rowsOf(person), await rowsOf(person)];
    await limit({
      per_recipient_per_hour: 50,
      per_recipient_per_day: 100,
      per_prefix_per_hour: 100,
      per_country_per_day: 1_000,
      new_contacts_per_hour: 100,
    });
    const other = newPerson();
    expect([await rowsOf(other), await rowsOf(other)]).toEqual(without);
    const readBy = async (limits: object | null) => {
      await limit(limits);
      await send(pool, neighbour(0));
      await send(pool, neighbour(0));
      counter.since();
      await send(pool, neighbour(0));
      return counter.statements().filter(({ query }) => /AS at FROM|GROUP BY chat/.test(query));
    };
    expect(await readBy(null)).toEqual([]);
    const [ofPerson, ofRange, ...more] = await readBy({ per_recipient_per_hour: 3, per_prefix_per_hour: 100 });
    expect(ofPerson?.rowsRead).toBeLessThanOrEqual(3 + 1);
    expect(ofRange?.rowsRead).toBeLessThanOrEqual(neighbours.length + 1);
    for (const { rowsRead } of more) expect(rowsRead).toBeLessThanOrEqual(1);
    expect(await readBy({ per_country_per_day: 1_000, new_contacts_per_hour: 100 })).toEqual([]);
    counter.stop();
  });

  it.each([
    { per_recipient_per_hour: -1 },
    { per_recipient_per_hour: 1.5 },
    { digits_after_prefix: 1 },
    { digits_after_prefix: 5 },
    { per_planet: 3 },
  ])("cannot be %j", async (wrong) => {
    expect((await limit(wrong)).status).toBe(400);
  });
});

describe("velocity", () => {
  it("is what a key's limits are called wherever they are seen, and no other name is taken", async () => {
    const set = await limit({ per_recipient_per_hour: 5, digits_after_prefix: 2 });
    const velocity = {
      per_recipient_per_hour: 5,
      per_recipient_per_day: null,
      per_prefix_per_hour: null,
      digits_after_prefix: 2,
      per_country_per_day: null,
      new_contacts_per_hour: null,
    };
    expect(set.body.velocity).toEqual(velocity);
    expect((await admin(`/api-keys/${pool.id}`)).body.velocity).toEqual(velocity);
    const other = await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { send_limits: null } });
    expect(other.status).toBe(400);
    expect((await admin(`/api-keys/${pool.id}`)).body.velocity).toEqual(velocity);
    const person = newPerson();
    await codesOf([person, person, person, person, person]);
    expect((await send(pool, person)).body).toMatchObject({
      limit: "per_recipient_per_hour",
      message: expect.stringContaining("(velocity.per_recipient_per_hour)"),
    });
  });
});

describe("a campaign", () => {
  it("passes over whom a limit keeps, writes to the others, says what the rest waits for, and strikes nobody off", async () => {
    await limit({ per_country_per_day: 3 });
    const people = [...newPeople(6), "+447400123001", "+447400123002"];
    const id = await runCampaign(pool, people);
    await eventually(async () => (await readCampaign(pool, id)).heldBy !== null);
    expect(await readCampaign(pool, id)).toMatchObject({
      state: "running",
      progress: { taken: 5, waiting: 3, refused: 0 },
      heldBy: { code: "send_limit_reached", until: new Date("2026-11-22T00:00:00Z").getTime() },
    });
    later(14 * hour);
    await ring(pool);
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    await eventually(async () => pool.carrier.departures.length === people.length);
    expect(new Set(pool.carrier.departures.map(({ to }) => to)).size).toBe(people.length);
  });

  it("waits as a whole where new contacts are used up, and goes on at once when the limit is taken away", async () => {
    await limit({ new_contacts_per_hour: 2 });
    const id = await runCampaign(pool, newPeople(5));
    await eventually(async () => (await readCampaign(pool, id)).heldBy !== null);
    expect(await readCampaign(pool, id)).toMatchObject({
      progress: { taken: 2 },
      heldBy: { until: expect.any(Number) },
    });
    await limit(null);
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
  });
});
