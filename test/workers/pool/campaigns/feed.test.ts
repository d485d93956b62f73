import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  askCampaign,
  doCampaign,
  draftCampaign,
  give,
  newPeople,
  readCampaign,
  resultsOf,
  runCampaign,
} from "../../../support/workers/campaigns.ts";
import { countCost } from "../../../support/workers/counts.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import {
  changeNumber,
  crash,
  makePool,
  newPerson,
  type Pool,
  ring,
  send,
  writeTo,
} from "../../../support/workers/pool.ts";
import { takeNoPromises } from "../../../support/workers/visits.ts";

const second = 1_000;

/** Moves the clock on in steps and lets everything leave that may leave at each of them. */
async function pass(pool: Pool, ms: number, step = 1_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    vi.setSystemTime(Date.now() + step);
    await ring(pool);
  }
}

function peopleWritten(pool: Pool): string[] {
  return pool.carrier.departures.map(({ to }) => to);
}

function agendaOf(pool: Pool): Promise<number> {
  return runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) =>
    Number(storage.sql.exec("SELECT count(*) AS total FROM agenda").one().total),
  );
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a campaign that runs", () => {
  it("writes to everybody once, with their fields, and is completed then", async () => {
    const pool = await makePool([{}]);
    const people = newPeople(250);
    const id = await runCampaign(
      pool,
      people.map((to, at): [string, string] => [to, at % 2 === 0 ? `Person ${at}` : ""]),
    );
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    await eventually(async () => pool.carrier.departures.length === 250);
    expect([...peopleWritten(pool)].sort()).toEqual([...people].sort());
    const bodies = new Map(pool.carrier.departures.map(({ to, body }) => [to, body]));
    expect(people.map((to) => bodies.get(to))).toEqual(
      people.map((_, at) => (at % 2 === 0 ? `Hello Person ${at}` : "Hello there")),
    );
    expect(await readCampaign(pool, id)).toMatchObject({
      progress: { waiting: 0, taken: 250, refused: 0, rejected: 0 },
      numbers: { parts: 250 },
    });
  });

  it("keeps to its numbers' pace, and never puts its people into the agenda", async () => {
    const pool = await makePool([{ messages_per_second: 1 }, { messages_per_second: 2 }], {
      strategy: "round_robin",
      sticky: false,
      sticky_days: null,
    });
    const id = await runCampaign(pool, newPeople(120));
    const most: number[] = [];
    for (let step = 0; step < 20; step += 1) {
      await pass(pool, second, 500);
      most.push(await agendaOf(pool));
    }
    expect(Math.max(...most)).toBeLessThanOrEqual(2);
    await eventually(async () => pool.carrier.departures.length > 34);
    for (const [number, gap] of [
      [pool.numbers[0], 1_000],
      [pool.numbers[1], 500],
    ] as const) {
      const times = pool.carrier.departures.filter(({ from }) => from === number).map(({ at }) => at);
      expect(times.length).toBeGreaterThan(15);
      expect(Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? 0)))).toBeGreaterThanOrEqual(gap);
    }
    expect((await readCampaign(pool, id)).state).toBe("running");
  });

  it("keeps to a pace of its own", async () => {
    const pool = await makePool([{}]);
    await runCampaign(pool, newPeople(40), { pacePerMinute: 30 });
    await pass(pool, 20 * second);
    const times = pool.carrier.departures.map(({ at }) => at);
    expect(times.length).toBeGreaterThan(8);
    expect(times.length).toBeLessThanOrEqual(11);
    expect(Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? 0)))).toBeGreaterThanOrEqual(2 * second);
  });

  it("keeps to its pace over a restart, a pause and a new name, and takes a new pace at once", async () => {
    const pool = await makePool([{}]);
    const id = await runCampaign(pool, newPeople(9), { pacePerMinute: 1 });
    await eventually(async () => peopleWritten(pool).length === 1);
    const disturb = async () => {
      await crash(pool);
      await doCampaign<"pause">(pool, { kind: "pause", id });
      await doCampaign<"resume">(pool, { kind: "resume", id });
      await doCampaign<"update">(pool, { kind: "update", id, change: { name: "Renamed" } });
      await pass(pool, 5 * second);
    };
    for (let turn = 0; turn < 3; turn += 1) await disturb();
    expect(peopleWritten(pool)).toHaveLength(1);
    await pass(pool, 50 * second);
    await eventually(async () => peopleWritten(pool).length === 2);
    await doCampaign<"update">(pool, { kind: "update", id, change: { pacePerMinute: 30 } });
    await pass(pool, 6 * second);
    await eventually(async () => peopleWritten(pool).length >= 4);
  });

  it("lets what people say to each other leave before its rest", { timeout: 60_000 }, async () => {
    const pool = await makePool([{ messages_per_second: 1 }]);
    const id = await runCampaign(pool, newPeople(2_000));
    await pass(pool, 3 * second);
    for (let round = 0; round < 5; round += 1) {
      const person = newPerson();
      const before = pool.carrier.departures.length;
      expect((await send(pool, person, { text: "In a conversation" })).status).toBe(202);
      await pass(pool, 2 * second);
      const place = peopleWritten(pool).slice(before).indexOf(person);
      expect({ round, place }).toEqual({ round, place: expect.toSatisfy((at: number) => at === 0 || at === 1) });
    }
    expect((await readCampaign(pool, id)).progress.waiting).toBeGreaterThan(1_900);
  });

  it("of 100,000 people costs a conversation on its key no statement and no row, and no place in the line but one", {
    timeout: 180_000,
  }, async () => {
    const pool = await makePool([{ messages_per_second: 1 }]);
    const counter = await countCost(pool.id);
    const known = newPerson();
    const costOf = async () => {
      vi.setSystemTime(Date.now() + 10 * second);
      await ring(pool);
      counter.since();
      expect((await send(pool, known, { text: "In a conversation" })).status).toBe(202);
      return counter.atOnce.get("accept");
    };
    await costOf();
    const alone = await costOf();
    const id = await draftCampaign(pool);
    const { load } = await doCampaign<"begin_audience">(pool, { kind: "begin_audience", id, tag: null, fields: [] });
    for (let part = 0; part < 4; part += 1) {
      const rows = Array.from({ length: 25_000 }, (_, n) => ({
        line: n,
        to: `+1${201 + part * 100}${String(2_000_000 + n)}`,
        values: [],
      }));
      await doCampaign<"add_people">(pool, { kind: "add_people", id, load, people: rows });
    }
    await doCampaign<"end_audience">(pool, { kind: "end_audience", id, load });
    await doCampaign<"start">(pool, { kind: "start", id, at: null });
    expect((await readCampaign(pool, id)).progress.waiting).toBeGreaterThan(70_000);
    await pass(pool, 3 * second);
    for (let round = 0; round < 3; round += 1) {
      const before = pool.carrier.departures.length;
      expect((await send(pool, known, { text: "In a conversation" })).status).toBe(202);
      const within = counter.atOnce.get("accept");
      expect(within?.statements).toBeLessThanOrEqual((alone?.statements ?? 0) + 2);
      expect(within?.rowsWritten).toBeLessThanOrEqual((alone?.rowsWritten ?? 0) + 1);
      await pass(pool, 2 * second);
      expect(await agendaOf(pool)).toBeLessThanOrEqual(1);
      expect([0, 1]).toContain(peopleWritten(pool).slice(before).indexOf(known));
    }
    counter.stop();
  });

  it("costs one row more a recipient than a message by itself, and few to take in", async () => {
    takeNoPromises();
    const pool = await makePool([{}]);
    const counter = await countCost(pool.id);
    await send(pool, newPerson());
    await eventually(async () => pool.carrier.departures.length === 1);
    counter.since();
    for (let index = 0; index < 20; index += 1) {
      await send(pool, newPerson());
      await eventually(async () => pool.carrier.departures.length === index + 2);
    }
    const alone = counter.since().rowsWritten / 20;
    const id = await draftCampaign(pool);
    counter.since();
    await give(pool, id, newPeople(150));
    expect(counter.since().rowsWritten).toBeLessThanOrEqual(8);
    await doCampaign<"start">(pool, { kind: "start", id, at: null });
    await eventually(async () => pool.carrier.departures.length === 171);
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    expect(counter.since().rowsWritten / 150).toBeLessThanOrEqual(alone + 1.5);
    counter.stop();
  });

  it("writes to nobody twice and forgets nobody when its object is killed again and again", {
    timeout: 60_000,
  }, async () => {
    const pool = await makePool([{}]);
    const people = newPeople(120);
    const id = await runCampaign(pool, people);
    for (let kill = 1; kill <= 8; kill += 1) {
      await eventually(async () => pool.carrier.departures.length >= kill * 10);
      await crash(pool);
      await readCampaign(pool, id);
      await ring(pool);
    }
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    const written = peopleWritten(pool);
    expect(new Set(written).size).toBe(written.length);
    const results = await resultsOf(pool, id);
    expect(results.every(({ result }) => result === "taken")).toBe(true);
    const unknown = results.filter(({ status }) => status === "sending");
    expect(written.length + unknown.length).toBeGreaterThanOrEqual(120);
  });

  it("takes nobody while its key is paused, and goes on after", async () => {
    const pool = await makePool([{ messages_per_second: 1 }]);
    const id = await runCampaign(pool, newPeople(30));
    await pass(pool, 3 * second);
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { status: "paused" } });
    const { progress, heldBy } = await readCampaign(pool, id);
    expect(heldBy).toMatchObject({ code: "api_key_paused" });
    await pass(pool, 5 * second);
    expect((await readCampaign(pool, id)).progress.taken).toBe(progress.taken);
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { status: "active" } });
    await pass(pool, 5 * second);
    expect((await readCampaign(pool, id)).progress.taken).toBeGreaterThan(progress.taken);
  });

  it("says what holds the numbers of its key while none of them may send: their pause, a refused account, that there is none", async () => {
    const pool = await makePool([{ messages_per_second: 1 }, { messages_per_second: 1 }]);
    const [one = "", other = ""] = pool.numbers;
    const id = await runCampaign(pool, newPeople(60));
    await pass(pool, 3 * second);
    const held = async () => (await readCampaign(pool, id)).heldBy;
    await changeNumber(one, { is_active: false });
    expect(await held()).toBeNull();
    await changeNumber(other, { is_active: false });
    expect(await held()).toMatchObject({ code: "number_paused", until: null });
    expect((await readCampaign(pool, id)).finishesAt).toBeNull();
    await changeNumber(other, { is_active: true });
    pool.carrier.refuse = () => 20005;
    await eventually(async () => {
      await pass(pool, second);
      return (await held())?.code === "account_refused";
    });
    expect(await held()).toMatchObject({ message: expect.stringContaining("Twilio refuses the account") });
    for (const number of pool.numbers) await changeNumber(number, { api_key_id: null });
    expect(await held()).toMatchObject({ code: "no_numbers_assigned", until: null });
    expect((await readCampaign(pool, id)).progress).toMatchObject({ refused: 0, rejected: 0 });
  });

  it("waits for its daily cap without striking anybody off, and says so", async () => {
    const pool = await makePool([{}]);
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { daily_cap: 5 } });
    const id = await runCampaign(pool, newPeople(9));
    await eventually(async () => (await readCampaign(pool, id)).heldBy !== null);
    expect(await readCampaign(pool, id)).toMatchObject({
      state: "running",
      progress: { taken: 5, waiting: 4, refused: 0 },
      heldBy: { code: "daily_cap_reached" },
    });
    vi.setSystemTime(Date.now() + 24 * 60 * 60 * second);
    await ring(pool);
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    expect((await readCampaign(pool, id)).progress.taken).toBe(9);
  });

  it("does not write to those who opted out after the start, and says which", async () => {
    const pool = await makePool([{ messages_per_second: 1 }]);
    const people = newPeople(10);
    const id = await runCampaign(pool, people);
    await writeTo(pool, String(people[9]), String(pool.numbers[0]), "STOP");
    await pass(pool, 15 * second);
    expect(await readCampaign(pool, id)).toMatchObject({
      state: "completed",
      progress: { taken: 9, refused: 1 },
      numbers: { refusals: { recipient_opted_out: 1 } },
    });
    expect((await resultsOf(pool, id)).find(({ to }) => to === people[9])).toMatchObject({
      result: "refused",
      reason: "recipient_opted_out",
    });
    expect(peopleWritten(pool)).not.toContain(people[9]);
  });

  it("goes on with others while some wait for a number of their own", async () => {
    const pool = await makePool([{ messages_per_second: 1 }, { messages_per_second: 1 }], {
      strategy: "first",
      sticky: true,
      sticky_days: null,
    });
    const [first, other] = [newPeople(20), newPeople(20)];
    for (const person of other.slice(0, 5)) await writeTo(pool, person, String(pool.numbers[1]), "Hi");
    await changeNumber(String(pool.numbers[1]), { messages_per_second: 0.1 });
    await runCampaign(pool, [...other.slice(0, 5), ...first]);
    await pass(pool, 12 * second);
    const from = (number: string | undefined) => pool.carrier.departures.filter((one) => one.from === number).length;
    expect(from(pool.numbers[0])).toBeGreaterThan(8);
    expect(from(pool.numbers[1])).toBeLessThanOrEqual(3);
  });

  it("goes on with those behind however many wait for a slow number, and looks at few for each message", async () => {
    const pool = await makePool([{ messages_per_second: 1 }, { messages_per_second: 1 }], {
      strategy: "first",
      sticky: true,
      sticky_days: null,
    });
    const [slow, free] = [newPeople(600), newPeople(20)];
    await admin(`/api-keys/${pool.id}/assignments`, {
      method: "PUT",
      body: { assignments: slow.map((contact) => ({ contact, phone_number: pool.numbers[1] })) },
    });
    await changeNumber(String(pool.numbers[1]), { messages_per_second: 0.01 });
    const id = await runCampaign(pool, [...slow, ...free]);
    const counter = await countCost(pool.id);
    for (let step = 0; step < 60; step += 1) {
      counter.since();
      await pass(pool, second);
      expect(counter.since().rowsRead).toBeLessThan(1_500);
    }
    counter.stop();
    const written = peopleWritten(pool);
    expect(free.filter((person) => written.includes(person)).length).toBeGreaterThan(10);
    expect(new Set(written).size).toBe(written.length);
    expect((await readCampaign(pool, id)).progress.waiting).toBe(620 - written.length);
  });

  it("looks past everybody who sleeps, says until when the rest does, and does not look at them again before", async () => {
    vi.setSystemTime(new Date("2026-11-22T03:00:00Z"));
    const pool = await makePool([{}]);
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { quiet_hours: { from: "21:00", to: "08:00" } } });
    const asleep = Array.from({ length: 450 }, () => newPerson("212"));
    const awake = Array.from({ length: 5 }, (_, n) => `+8190123456${10 + n}`);
    const id = await runCampaign(pool, [...asleep, ...awake]);
    for (let step = 0; step < 30; step += 1) await pass(pool, second);
    // On a busy machine the carrier answers between the steps: time goes on until it has.
    await eventually(async () => {
      await pass(pool, second);
      return pool.carrier.departures.length === 5;
    });
    // And until the walk through the list has come to its end.
    for (let step = 0; step < 20; step += 1) await pass(pool, second);
    expect(peopleWritten(pool).sort()).toEqual(awake);
    expect((await readCampaign(pool, id)).heldBy).toEqual({
      code: "quiet_hours",
      message: expect.any(String),
      until: new Date("2026-11-22T13:00:00Z").getTime(),
    });
    const counter = await countCost(pool.id);
    await pass(pool, 60 * second, 20 * second);
    expect(counter.statements().filter(({ query }) => query.includes("campaign_people"))).toEqual([]);
    counter.stop();
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { quiet_hours: null } });
    await eventually(async () => {
      await pass(pool, second);
      return pool.carrier.departures.length > 50;
    });
  });

  it("keeps quiet hours of its own besides its key's, unless it is urgent, and is tried at any hour", async () => {
    const night = new Date("2026-11-22T03:00:00Z");
    vi.setSystemTime(night);
    const pool = await makePool([{}]);
    const inNewYork = () => newPerson("212");
    const quietHours = { from: "20:00", to: "11:00" };
    const own = await runCampaign(pool, [inNewYork()], { quietHours });
    await pass(pool, 2 * second);
    expect((await readCampaign(pool, own)).heldBy).toMatchObject({
      code: "quiet_hours",
      until: new Date("2026-11-22T16:00:00Z").getTime(),
    });
    const tried = inNewYork();
    await doCampaign<"test">(pool, { kind: "test", id: own, to: tried });
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { quiet_hours: { from: "21:00", to: "12:00" } } });
    await pass(pool, 2 * second);
    expect((await readCampaign(pool, own)).heldBy?.until).toBe(new Date("2026-11-22T17:00:00Z").getTime());
    const urgent = inNewYork();
    await runCampaign(pool, [urgent], { quietHours, urgent: true });
    await pass(pool, 2 * second);
    await eventually(async () => pool.carrier.departures.length === 2);
    expect(peopleWritten(pool)).toEqual([tried, urgent]);
    vi.setSystemTime(new Date("2026-11-22T17:00:01Z"));
    await ring(pool);
    await eventually(async () => (await readCampaign(pool, own)).state === "completed");
  });

  it("can be cancelled once it is completed as long as something of it waits to leave, and not after", async () => {
    const pool = await makePool([{}]);
    pool.carrier.twilio.faults.add(
      { call: "create" },
      { kind: "refuse", status: 429, code: 20429, message: "Too many" },
      99,
    );
    const id = await runCampaign(pool, newPeople(1));
    await pass(pool, 5_000);
    expect((await readCampaign(pool, id)).state).toBe("completed");
    expect((await resultsOf(pool, id))[0]).toMatchObject({ status: "queued" });
    const cancelled = await doCampaign<"cancel">(pool, { kind: "cancel", id });
    expect(cancelled).toMatchObject({ state: "cancelled" });
    expect((await resultsOf(pool, id))[0]).toMatchObject({ status: "cancelled" });
    await pass(pool, 600_000, 60_000);
    expect(peopleWritten(pool)).toEqual([]);
    const second = await makePool([{}]);
    const gone = await runCampaign(second, newPeople(1));
    await pass(second, 5_000);
    expect((await readCampaign(second, gone)).state).toBe("completed");
    expect(peopleWritten(second)).toHaveLength(1);
    expect(await askCampaign<"cancel">(second, { kind: "cancel", id: gone })).toMatchObject({
      ok: false,
      failure: { code: "campaign_state_conflict", context: { state: "completed" } },
    });
  });

  it("ends with its key: when that is revoked nobody more is written to, and it is cancelled", async () => {
    const pool = await makePool([{ messages_per_second: 1 }]);
    const [running, paused] = [await runCampaign(pool, newPeople(20)), await runCampaign(pool, newPeople(20))];
    const draft = await draftCampaign(pool);
    await pass(pool, 3 * second);
    await doCampaign<"pause">(pool, { kind: "pause", id: paused });
    await admin(`/api-keys/${pool.id}`, { method: "DELETE" });
    const left = pool.carrier.departures.length;
    await pass(pool, 5 * second);
    const states = await Promise.all([running, paused, draft].map(async (id) => (await readCampaign(pool, id)).state));
    expect(states).toEqual(["cancelled", "cancelled", "draft"]);
    // As a kill would leave it between the revocation and the campaigns' end.
    await runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) => {
      storage.sql.exec("UPDATE campaigns SET state = 'running' WHERE state = 'cancelled'");
    });
    await crash(pool);
    expect((await readCampaign(pool, running)).state).toBe("running");
    await ring(pool);
    expect((await readCampaign(pool, running)).state).toBe("cancelled");
    expect(pool.carrier.departures).toHaveLength(left);
  });
});
