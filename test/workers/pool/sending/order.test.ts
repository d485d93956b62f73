import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { changeNumber, makePool, newPerson, type Pool, ring, send } from "../../../support/workers/pool.ts";

const loose = { strategy: "first", sticky: false, sticky_days: null };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function sendFrom(pool: Pool, number: number, to: string, text: string, more: object = {}): Promise<string> {
  const sent = await send(pool, to, { text, from_number: pool.numbers[number], ...more });
  if (sent.status !== 202) throw new Error(`It was not accepted: ${JSON.stringify(sent.body)}`);
  return String(sent.body.message_id);
}

const cancel = (pool: Pool, id: string) => admin(`/api-keys/${pool.id}/messages/${id}`, { method: "DELETE" });
const textsTo = (pool: Pool, person: string) =>
  pool.carrier.departures.filter(({ to }) => to === person).map(({ body }) => body);

/** A slow number whose next turn is in 100 seconds, a fast one and a third: what is accepted from the fast one could leave at once. */
async function slowAndFast(): Promise<Pool> {
  const pool = await makePool([{ messages_per_second: 0.01 }, {}, {}], loose);
  await sendFrom(pool, 0, newPerson(), "Takes the first turn");
  await eventually(async () => pool.carrier.departures.length === 1);
  return pool;
}

/** Lets others pass, which shows that the pool has looked at all that may leave. */
async function letOthersPass(pool: Pool): Promise<void> {
  const other = newPerson();
  await sendFrom(pool, 1, other, "Passes");
  await eventually(async () => textsTo(pool, other).length === 1);
}

describe("one conversation leaves in order, whatever number each message leaves from", () => {
  const between: [name: string, come: (pool: Pool, to: string) => Promise<unknown>][] = [
    ["one between was cancelled", async (pool, to) => cancel(pool, await sendFrom(pool, 1, to, "Cancelled"))],
    [
      "several between were cancelled",
      async (pool, to) => {
        const ids = [await sendFrom(pool, 1, to, "Cancelled"), await sendFrom(pool, 2, to, "Cancelled")];
        for (const id of ids.reverse()) await cancel(pool, id);
      },
    ],
    [
      "one between is stuck with a paused number",
      async (pool, to) => {
        await sendFrom(pool, 2, to, "Stuck");
        await changeNumber(pool.numbers[2] ?? "", { is_active: false });
      },
    ],
    [
      "one between is scheduled for later",
      async (pool, to) => sendFrom(pool, 1, to, "Later", { send_at: new Date(Date.now() + 3_600_000).toISOString() }),
    ],
    ["nothing is between", async () => undefined],
  ];

  it.each(between)("%s", async (_, come) => {
    const pool = await slowAndFast();
    const to = newPerson();
    await sendFrom(pool, 0, to, "First, from the slow number");
    await come(pool, to);
    await sendFrom(pool, 1, to, "Last, from the fast number");
    await letOthersPass(pool);
    expect(textsTo(pool, to)).toEqual([]);
    vi.setSystemTime(Date.now() + 101_000);
    await ring(pool);
    await eventually(async () => textsTo(pool, to).length === 2);
    expect(textsTo(pool, to)).toEqual(["First, from the slow number", "Last, from the fast number"]);
  });

  it("a message waits no more for one that was cancelled itself: it leaves by that alone", async () => {
    const pool = await slowAndFast();
    const to = newPerson();
    const first = await sendFrom(pool, 0, to, "First, from the slow number");
    await sendFrom(pool, 1, to, "Last, from the fast number");
    await letOthersPass(pool);
    expect(textsTo(pool, to)).toEqual([]);
    await cancel(pool, first);
    await eventually(async () => textsTo(pool, to).length === 1);
    expect(textsTo(pool, to)).toEqual(["Last, from the fast number"]);
  });
});
