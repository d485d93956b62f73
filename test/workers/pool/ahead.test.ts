import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aheadOf, guarded, holdAhead } from "../../../src/pool/ledger/ahead.ts";
import { changeAhead, writeAhead } from "../../../src/pool/ledger/ahead-messages.ts";
import { recallMessage } from "../../../src/pool/ledger/messages.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import {
  crash,
  type Departure,
  makePool,
  newPerson,
  type Pool,
  report,
  ring,
  send,
} from "../../support/workers/pool.ts";
import { type Outside, standInForTheOutside } from "../../support/workers/twilio.ts";
import { takeNoPromises } from "../../support/workers/visits.ts";

type Raw = { seq: number; status: string; sid: string | null; sent_at: number | null };

let pool: Pool;
let outside: Outside;
let person: string;

const stub = () => env.POOLS.getByName(pool.id);
const told = (name: string) => outside.told.filter(({ body }) => body.event === name);

/** Rows as they stand, whatever the object knows beside them. */
function raw<T extends Record<string, SqlStorageValue>>(query: string): Promise<T[]> {
  return runInDurableObject(stub(), (_pool, { storage: { sql } }) => sql.exec<T>(query).toArray());
}

const rowOf = async () =>
  (await raw<Raw>("SELECT seq, status, sid, sent_at FROM messages ORDER BY seq DESC LIMIT 1"))[0];
const logged = () => raw<{ event: number }>("SELECT event FROM attempts");

async function sendOne(): Promise<Departure & { id: string }> {
  const before = pool.carrier.departures.length;
  const sent = await send(pool, person);
  const departure = await eventually(async () => pool.carrier.departures[before]);
  await outside.calm();
  return { ...departure, id: String(sent.body.message_id) };
}

const readOne = (id: string) =>
  call(`/v2/api/chats/${encodeURIComponent(person)}/messages/${id}`, { token: pool.token }).then(({ body }) => body);

beforeEach(async () => {
  pool = await makePool([{}]);
  outside = standInForTheOutside();
  person = newPerson();
});
afterEach(() => vi.restoreAllMocks());

describe("what is known ahead of its row", () => {
  it("stands in the event that tells it, and is found there again when the object was killed", async () => {
    const one = await sendOne();
    expect(await report(pool, one, "sent")).toBe(204);
    expect(await rowOf()).toMatchObject({ status: "sending", sid: null, sent_at: null });
    await crash(pool);
    expect(await readOne(one.id)).toMatchObject({ status: "sent" });
    expect(await rowOf()).toMatchObject({ status: "sending", sid: null });
    expect(await report(pool, one, "sent")).toBe(204);
    expect(await report(pool, one, "delivered")).toBe(204);
    expect(await rowOf()).toMatchObject({ status: "delivered", sid: one.sid, sent_at: expect.any(Number) });
    const { events } = (await call("/v2/api/events", { token: pool.token })).body as { events: { event: string }[] };
    expect(events.map(({ event }) => event)).toEqual(["message.sent", "message.delivered"]);
    const story = await admin(`/api-keys/${pool.id}/messages/${one.id}`);
    expect(JSON.stringify(story.body)).toMatch(/"taken".*"sent".*"delivered"/);
    expect(pool.carrier.departures).toHaveLength(1);
  });

  it("is not applied again over a row that has gone on", async () => {
    const one = await sendOne();
    await report(pool, one, "sent");
    await report(pool, one, "delivered");
    for (const again of [1, 2]) {
      await crash(pool);
      expect({ again, ...(await readOne(one.id)) }).toMatchObject({ again, status: "delivered" });
    }
  });

  it("is written before a statement looks at its table, by whatever way", async () => {
    const one = await sendOne();
    await report(pool, one, "sent");
    expect((await rowOf())?.status).toBe("sending");
    const page = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { token: pool.token });
    expect(page.body.messages).toMatchObject([{ status: "sent" }]);
    expect(await rowOf()).toMatchObject({ status: "sent", sid: one.sid });
  });

  it("is written before anybody is shown it, where only memory has it", async () => {
    const { id, sid } = await sendOne();
    expect(await rowOf()).toMatchObject({ status: "sending", sid: null });
    await readOne(id);
    expect(await rowOf()).toMatchObject({ sid });
  });

  it("is written by who comes back, by the alarm, and at once where nobody has promised to come", async () => {
    const first = await sendOne();
    expect((await rowOf())?.sid).toBeNull();
    expect(await stub().keepAll(false)).toBe(false);
    expect((await rowOf())?.sid).toBe(first.sid);
    const second = await sendOne();
    await ring(pool);
    expect((await rowOf())?.sid).toBe(second.sid);
    takeNoPromises();
    await stub().keepAll(false);
    const third = await sendOne();
    expect((await rowOf())?.sid).toBe(third.sid);
  });

  it("leaves a message unknown that is forgotten before it was written: it is never sent again, and its callback settles it", async () => {
    const one = await sendOne();
    await crash(pool);
    expect(await readOne(one.id)).toMatchObject({ status: "queued", outcome_unknown: true });
    expect(await report(pool, one, "delivered")).toBe(204);
    expect(await readOne(one.id)).toMatchObject({ status: "delivered", outcome_unknown: false });
    await ring(pool);
    expect(pool.carrier.departures).toHaveLength(1);
  });

  it("tells a delivery again with the same id and bytes where its record is forgotten, and never once it was written", async () => {
    await call("/v2/api/webhooks", {
      body: { webhook_url: "https://customer.example/a", webhook_type: "all" },
      token: pool.token,
    });
    const one = await sendOne();
    await report(pool, one, "sent");
    await eventually(async () => told("message.sent").length === 1 && (await stub().stats())?.owedDeliveries === 0);
    expect(await logged()).toEqual([]);
    await crash(pool);
    await ring(pool);
    await eventually(async () => told("message.sent").length === 2);
    expect(told("message.sent")[1]?.raw).toBe(told("message.sent")[0]?.raw);
    await eventually(async () => (await stub().stats())?.owedDeliveries === 0);
    await stub().keepAll(false);
    expect(await logged()).toHaveLength(1);
    await crash(pool);
    await ring(pool);
    await report(pool, one, "delivered");
    await eventually(async () => told("message.delivered").length === 1);
    expect(told("message.sent")).toHaveLength(2);
  });

  it("shows its attempts in the log at once", async () => {
    const body = { webhook_url: "https://customer.example/b", webhook_type: "all" };
    const hook = await call("/v2/api/webhooks", { body, token: pool.token });
    await report(pool, await sendOne(), "sent");
    await eventually(async () => told("message.sent").length === 1 && (await stub().stats())?.owedDeliveries === 0);
    const logs = await call(`/v2/api/webhooks/${hook.body.webhook_id}/logs`, { token: pool.token });
    expect(logs.body.logs).toHaveLength(1);
    expect(await logged()).toHaveLength(1);
  });

  it("writes what fails, or is no first attempt, at once, with what was known ahead", async () => {
    await call("/v2/api/webhooks", {
      body: { webhook_url: "https://customer.example/c", webhook_type: "all" },
      token: pool.token,
    });
    const one = await sendOne();
    await report(pool, one, "sent");
    await eventually(async () => told("message.sent").length === 1 && (await stub().stats())?.owedDeliveries === 0);
    outside.answerAs = () => 500;
    await report(pool, one, "delivered");
    await eventually(async () => (await logged()).length === 2);
    await crash(pool);
    expect((await stub().stats())?.owedDeliveries).toBe(1);
  });

  it("is put back as it was where a transaction throws, and what that transaction changed with it", async () => {
    const one = await sendOne();
    await report(pool, one, "sent");
    await runInDurableObject(stub(), (_pool, { storage }) => {
      const { sql } = storage;
      const [seq = 0] = [...aheadOf(sql).messages.keys()];
      const putBack = holdAhead(sql);
      const broken = () =>
        storage.transactionSync(() => {
          changeAhead(sql, seq, { change: { read_at: 1 }, step: ["read", 1], event: null });
          writeAhead(sql);
          throw new Error("broken");
        });
      expect(broken).toThrow("broken");
      putBack();
      expect(aheadOf(sql).messages.get(seq)).toMatchObject({
        row: { status: "sent", read_at: null },
        steps: [
          ["taken", expect.any(Number)],
          ["sent", expect.any(Number)],
        ],
      });
    });
    expect(await rowOf()).toMatchObject({ status: "sending" });
    expect(await readOne(one.id)).toMatchObject({ status: "sent" });
  });

  it("keeps the number of its chat's last event, over a kill and the chat's next message", async () => {
    const one = await sendOne();
    await report(pool, one, "sent");
    await crash(pool);
    const two = await sendOne();
    await report(pool, two, "sent");
    await report(pool, one, "delivered");
    const { events } = (await call("/v2/api/events", { token: pool.token })).body as { events: { sequence: number }[] };
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it("is no more than a few hundred messages and 32 attempts, whatever is said to the object", async () => {
    await call("/v2/api/webhooks", {
      body: { webhook_url: "https://customer.example/d", webhook_type: "all" },
      token: pool.token,
    });
    for (let index = 0; index < 40; index += 1) {
      person = newPerson();
      await report(pool, await sendOne(), "sent");
    }
    await eventually(async () => (await stub().stats())?.owedDeliveries === 0);
    const rows = await logged();
    expect(rows.length).toBeGreaterThan(0);
    await runInDurableObject(stub(), (_pool, { storage: { sql } }) => {
      expect(aheadOf(sql).attempts.length).toBeLessThanOrEqual(32);
      const { seq } = sql.exec<{ seq: number }>("SELECT max(seq) AS seq FROM messages").one();
      const row = recallMessage(sql, seq);
      for (let index = 0; index < 300 && row !== null; index += 1) {
        aheadOf(sql).messages.set(-index, { row, lacks: {}, steps: [], sequence: null, event: null });
      }
    });
    person = newPerson();
    const last = await sendOne();
    expect((await rowOf())?.sid).toBe(last.sid);
  });

  it("is guarded for both tables and for no other", async () => {
    await sendOne();
    await runInDurableObject(stub(), (_pool, { storage: { sql } }) => {
      const seen: string[] = [];
      const guard = guarded(sql, {
        messages: () => void seen.push("messages"),
        attempts: () => void seen.push("attempts"),
      });
      const [any] = [...aheadOf(sql).messages.values()];
      expect(any).toBeDefined();
      aheadOf(sql).attempts.push({} as never);
      for (const query of [
        "SELECT count(*) FROM chats",
        "SELECT count(*) FROM events",
        "SELECT attempts FROM messages",
        "SELECT count(*) FROM agenda JOIN messages USING (seq)",
        "SELECT count(*) FROM (SELECT * FROM attempts WHERE webhook = '')",
      ])
        guard.exec(query).toArray();
      aheadOf(sql).attempts.pop();
      expect(seen).toEqual(["messages", "messages", "attempts"]);
    });
  });
});
