import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import {
  changeNumber,
  crash,
  type Departure,
  makePool,
  newPerson,
  type Pool,
  ring,
  send,
} from "../../../support/workers/pool.ts";

const second = 1_000;
const loose = { strategy: "round_robin", sticky: false, sticky_days: null };

/** Moves the clock on in steps and lets everything leave that may leave at each of them, and be answered. */
async function pass(pool: Pool, ms: number, step = 100): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    vi.setSystemTime(Date.now() + step);
    await ring(pool);
    await pool.carrier.calm();
  }
}

async function queuedOf(pool: Pool): Promise<number[]> {
  const read = await admin(`/api-keys/${pool.id}/pool`);
  return (read.body.numbers as { queued: number }[]).map(({ queued }) => queued);
}

/** When each waiting message is to leave, in the order in which they were accepted. */
async function slotsOf(pool: Pool): Promise<number[]> {
  const rows = await ask<{ due_at: number }>(
    { ...pool, organizationId: "", integrationId: "" },
    "SELECT agenda.due_at FROM agenda JOIN messages USING (seq) WHERE status = 'queued' ORDER BY seq",
  );
  return rows.map(({ due_at }) => due_at);
}

function gapsOf(departures: Departure[], number: string): number[] {
  const times = departures.filter(({ from }) => from === number).map(({ at }) => at);
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => vi.useRealTimers());

describe("a paced number", () => {
  it("never exceeds its rate, and no number starves: 10 numbers at one a second, 60 messages", {
    timeout: 60_000,
  }, async () => {
    const pool = await makePool(
      Array.from({ length: 10 }, () => ({ messages_per_second: 1 })),
      loose,
    );
    const begin = Date.now();
    await Promise.all(Array.from({ length: 60 }, () => send(pool, newPerson())));
    expect((await queuedOf(pool)).every((queued) => queued >= 4)).toBe(true);
    await pass(pool, 7 * second);
    const { departures } = pool.carrier;
    expect(departures).toHaveLength(60);
    for (const number of pool.numbers) {
      const gaps = gapsOf(departures, number);
      expect(gaps).toHaveLength(5);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(second);
    }
    const last = Math.max(...departures.map(({ at }) => at)) - begin;
    expect(last).toBeGreaterThanOrEqual(5 * second);
    expect(last).toBeLessThanOrEqual(6.5 * second);
    expect(await queuedOf(pool)).toEqual(pool.numbers.map(() => 0));
  });

  it("keeps to its rate and its queue when the object ends on the spot, and catches nothing up in a burst", async () => {
    const pool = await makePool([{ messages_per_second: 1 }], loose);
    for (let index = 0; index < 8; index += 1) await send(pool, newPerson(), { text: String(index) });
    await eventually(async () => pool.carrier.departures.length === 1);
    await crash(pool);
    await send(pool, newPerson(), { text: "8" });
    await pass(pool, 1_500, 500);
    await crash(pool);
    vi.setSystemTime(Date.now() + 60 * second);
    await pass(pool, 8 * second, 500);
    const { departures } = pool.carrier;
    expect(departures.map(({ body }) => body)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    expect(Math.min(...gapsOf(departures, String(pool.numbers[0])))).toBeGreaterThanOrEqual(second);
  });

  it("sends a lone message at once, also when the object has just woken", async () => {
    const pool = await makePool([{ messages_per_second: 0.1 }], loose);
    await send(pool, newPerson(), { text: "first" });
    await eventually(async () => pool.carrier.departures.length === 1);
    vi.setSystemTime(Date.now() + 11 * second);
    await crash(pool);
    await send(pool, newPerson(), { text: "second" });
    await eventually(async () => pool.carrier.departures.length === 2);
    await crash(pool);
    await send(pool, newPerson(), { text: "third" });
    await pass(pool, 9 * second, second);
    expect(pool.carrier.departures).toHaveLength(2);
    await pass(pool, 2 * second, second);
    expect(pool.carrier.departures).toHaveLength(3);
  });

  it("lets what waits be cancelled: it never leaves, the queue shows it, and a queue that is empty makes nobody wait", async () => {
    const pool = await makePool([{ messages_per_second: 0.5 }], loose);
    const people = Array.from({ length: 6 }, () => newPerson());
    const sent: { person: string; id: unknown }[] = [];
    for (const person of people)
      sent.push({ person, id: (await send(pool, person, { text: person })).body.message_id });
    await eventually(async () => pool.carrier.departures.length === 1);
    expect(await queuedOf(pool)).toEqual([5]);
    const cancel = ({ person, id }: (typeof sent)[number]) =>
      call(`/v2/api/chats/${encodeURIComponent(person)}/messages/${id}`, { method: "DELETE", token: pool.token });
    for (const message of sent.slice(1)) expect((await cancel(message)).status).toBe(200);
    expect((await cancel(sent[0] ?? { person: "", id: "" })).status).toBe(409);
    expect(await queuedOf(pool)).toEqual([0]);
    await send(pool, newPerson(), { text: "next" });
    await pass(pool, 2 * second);
    expect(pool.carrier.departures.map(({ body }) => body)).toEqual([people[0], "next"]);
  });

  it("keeps to a new rate at once, also with what waits already", async () => {
    const pool = await makePool([{ messages_per_second: 0.1 }], loose);
    const number = String(pool.numbers[0]);
    for (let index = 0; index < 5; index += 1) await send(pool, newPerson(), { text: String(index) });
    await pass(pool, second);
    expect(pool.carrier.departures).toHaveLength(1);
    await changeNumber(number, { messages_per_second: 1 });
    await pass(pool, 3 * second);
    expect(pool.carrier.departures.length).toBeGreaterThanOrEqual(3);
    await changeNumber(number, { messages_per_second: null });
    await pass(pool, 100);
    expect(pool.carrier.departures.map(({ body }) => body)).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("books a long queue anew a slice at a time after its pace was changed, in order, also when the object ends in between", {
    timeout: 60_000,
  }, async () => {
    // Ahead of the runtime's own clock, so that no alarm rings by itself.
    vi.setSystemTime(Date.now() + 3_600 * second);
    const pool = await makePool([{ messages_per_second: 0.01 }], loose);
    const [number = ""] = pool.numbers;
    for (let sent = 0; sent < 1_200; sent += 50) {
      const messages = Array.from({ length: 50 }, () => ({ chat_id: newPerson(), text: "Hello" }));
      expect((await call("/v2/api/messages/bulk", { body: { messages }, token: pool.token })).status).toBe(202);
    }
    const changedAt = Date.now();
    await changeNumber(number, { messages_per_second: 10 });
    const soon = async () => (await slotsOf(pool)).filter((at) => at < changedAt + 150 * second).length;
    expect(await soon()).toBe(500);
    await crash(pool);
    vi.setSystemTime(changedAt + second);
    await ring(pool);
    expect(await soon()).toBeGreaterThanOrEqual(990);
    await ring(pool);
    const slots = await slotsOf(pool);
    expect(slots.length).toBeGreaterThan(1_150);
    const gaps = slots.slice(1).map((at, index) => at - (slots[index] ?? 0));
    expect([Math.min(...gaps), Math.max(...gaps)]).toEqual([100, 100]);
    const last = await send(pool, newPerson());
    expect(last.status).toBe(202);
    expect((await slotsOf(pool)).at(-1)).toBe((slots.at(-1) ?? 0) + 100);
  });

  it("lets no message of a chat overtake the one before it, whatever number each of them has", async () => {
    const pool = await makePool([{ messages_per_second: 0.5 }, {}], loose);
    const [slow, fast] = pool.numbers;
    const person = newPerson();
    await send(pool, newPerson(), { text: "before", from_number: slow });
    await send(pool, person, { text: ["one", "two"], from_number: slow });
    await send(pool, person, { text: "three", from_number: fast });
    await send(pool, newPerson(), { text: "elsewhere", from_number: fast });
    await eventually(async () => pool.carrier.departures.length === 2);
    expect(pool.carrier.departures.map(({ body }) => body).sort()).toEqual(["before", "elsewhere"]);
    await pass(pool, 5 * second);
    const toPerson = pool.carrier.departures.filter(({ to }) => to === person);
    expect(toPerson.map(({ body }) => body)).toEqual(["one", "two", "three"]);
  });

  it("holds what waits while it is paused, without holding back the chat, and goes on afterwards", async () => {
    const pool = await makePool([{ messages_per_second: 0.5 }, {}], { ...loose, strategy: "first" });
    const [slow] = pool.numbers;
    const person = newPerson();
    await send(pool, newPerson(), { text: "before" });
    await send(pool, person, { text: "held" });
    await eventually(async () => pool.carrier.departures.length === 1);
    await changeNumber(String(slow), { is_active: false });
    await send(pool, person, { text: "from the other" });
    await pass(pool, 5 * second, 500);
    expect(pool.carrier.departures.map(({ body }) => body)).toEqual(["before", "from the other"]);
    expect(await queuedOf(pool)).toEqual([1, 0]);
    await changeNumber(String(slow), { is_active: true });
    await pass(pool, second, 500);
    expect(pool.carrier.departures.map(({ body }) => body)).toEqual(["before", "from the other", "held"]);
  });
});
