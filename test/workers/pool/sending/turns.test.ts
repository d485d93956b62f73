import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { changeNumber, crash, type Pool, ring } from "../../../support/workers/pool.ts";
import { type LiveKey, makeLiveKey, readMessage, standInForTheOutside } from "../../../support/workers/twilio.ts";

const to = "+15551234567";
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  twilio = standInForTheOutside().open();
  key = await makeLiveKey(twilio);
});

/** Sends texts to one person in one request, so that each waits for the one before; returns their ids. */
async function sendInOrder(...text: string[]): Promise<string[]> {
  const { body } = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body: { text }, token: key.token });
  return body.message_ids as string[];
}

const left = (text: string) => twilio.messages.filter(({ body }) => body === text).length;
const inAgenda = () => ask<{ number: string; seq: number }>(key, "SELECT number, seq FROM agenda ORDER BY seq");
const pool = () => ({ id: key.id }) as Pool;

describe("a message that waits its turn without a row in the agenda", () => {
  it("leaves once, in its order, when the object is killed while it waits", async () => {
    await changeNumber(key.numbers[0] ?? "", { messages_per_second: 0.1 });
    await sendInOrder("One", "Two", "Three");
    expect(await inAgenda()).toEqual([]);
    await eventually(async () => left("One") === 1);
    await crash(pool());
    expect((await env.POOLS.getByName(key.id).stats())?.waitingMessages).toBe(2);
    await changeNumber(key.numbers[0] ?? "", { messages_per_second: null });
    await eventually(async () => left("Three") === 1);
    expect(twilio.messages.map(({ body }) => body)).toEqual(["One", "Two", "Three"]);
    await eventually(async () => (await env.POOLS.getByName(key.id).stats())?.waitingMessages === 0);
  });

  it("is known to be unknown, and never sent again blindly, when a kill meets it on its way", async () => {
    twilio.faults.chooseBy(({ body }) => (body === "Two" ? { kind: "hang", taken: true } : null));
    const [, second = ""] = await sendInOrder("One", "Two");
    await eventually(async () => left("Two") === 1);
    expect(await inAgenda()).toEqual([]);
    await crash(pool());
    expect(await readMessage(key, second, to)).toMatchObject({ status: "queued", outcome_unknown: true });
    expect([left("One"), left("Two")]).toEqual([1, 1]);
  });

  it("gets its row when an export reads the lines, and when the mark passes it by", async () => {
    twilio.faults.chooseBy(({ body }) => (body === "Hangs" ? { kind: "hang", taken: true } : null));
    await sendInOrder("Hangs", "One", "Two");
    await env.POOLS.getByName(key.id).exportRows({ table: 0, after: null });
    expect(await inAgenda()).toHaveLength(2);
    await sendInOrder("Three", "Four");
    expect(await inAgenda()).toHaveLength(2);
    for (let count = 0; count < 26; count += 1) {
      await sendInOrder(...Array.from({ length: 10 }, (_, at) => `More ${at}`));
    }
    const rows = await inAgenda();
    expect(rows.length).toBeGreaterThanOrEqual(250);
    const waiting = await ask<{ seq: number }>(key, "SELECT seq FROM messages WHERE status = 'queued' ORDER BY seq");
    expect(waiting.length).toBe(264);
    expect(rows.map(({ seq }) => seq)).toEqual(waiting.slice(0, rows.length).map(({ seq }) => seq));
    expect((await env.POOLS.getByName(key.id).stats())?.waitingMessages).toBe(264);
  });

  it("keeps waiting without a row when the mark moves, until it has passed by twice", async () => {
    twilio.faults.chooseBy(() => ({ kind: "hang", taken: true }));
    await sendInOrder("Hangs");
    const sendMany = async (tens: number) => {
      for (let count = 0; count < tens; count += 1)
        await sendInOrder(...Array.from({ length: 10 }, (_, at) => `More ${at}`));
    };
    await sendMany(26);
    const passed = (await inAgenda()).length;
    await sendMany(26);
    expect((await inAgenda()).length).toBeLessThan(passed + 10);
    await sendMany(26);
    expect((await inAgenda()).length).toBeGreaterThan(500);
    expect((await env.POOLS.getByName(key.id).stats())?.waitingMessages).toBe(780);
    await crash(pool());
    expect((await env.POOLS.getByName(key.id).stats())?.waitingMessages).toBeGreaterThanOrEqual(779);
  });

  it("is cancelled, and moved to the morning, like any other", async () => {
    twilio.faults.chooseBy(({ body }) => (body === "Hangs" ? { kind: "hang", taken: true } : null));
    await sendInOrder("Hangs");
    const [first = "", second = ""] = await sendInOrder("One", "Two");
    const path = `/v2/api/chats/${encodeURIComponent(to)}/messages/${first}`;
    expect((await call(path, { method: "DELETE", token: key.token })).status).toBeLessThan(300);
    expect((await env.POOLS.getByName(key.id).stats())?.waitingMessages).toBe(1);
    const quiet_hours = { from: "00:00", to: "23:59" };
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { quiet_hours } });
    await crash(pool());
    const scheduled = () => ask(key, "SELECT seq FROM messages WHERE text = 'Two' AND status = 'scheduled'");
    await eventually(async () => {
      await ring(pool());
      return (await scheduled()).length === 1;
    });
    expect(await inAgenda()).toHaveLength(1);
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { quiet_hours: null } });
    await eventually(async () => {
      await ring(pool());
      return left("Two") === 1;
    });
    await eventually(async () => (await readMessage(key, second, to)).status === "queued");
    expect([left("One"), await inAgenda()]).toEqual([0, []]);
  });
});
