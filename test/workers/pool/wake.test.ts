import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { lineHeads } from "../../../src/pool/ledger/agenda.ts";
import { writeAttempts } from "../../../src/pool/ledger/ahead-attempts.ts";
import { writeUnkept } from "../../../src/pool/ledger/ahead-messages.ts";
import { countAlike } from "../../../src/pool/ledger/alike.ts";
import { type EventRow, recallEvent } from "../../../src/pool/ledger/events.ts";
import { findBucket } from "../../../src/pool/ledger/health.ts";
import { forgetNamed } from "../../../src/pool/ledger/memory.ts";
import type { MessageRow } from "../../../src/pool/ledger/message-row.ts";
import { recallMessage } from "../../../src/pool/ledger/messages.ts";
import { chatSequence } from "../../../src/pool/ledger/numbering.ts";
import { openingsOf } from "../../../src/pool/ledger/openings.ts";
import { firstPlaces } from "../../../src/pool/ledger/owed.ts";
import { isParked } from "../../../src/pool/ledger/parked.ts";
import { ranks } from "../../../src/pool/ledger/places.ts";
import { countTurns, turnsOf } from "../../../src/pool/ledger/turns.ts";
import { call, eventually } from "../../support/workers/gateway.ts";
import { owedQuery } from "../../support/workers/ledger.ts";
import { type LineKey, makeLineKey, sendFrom, standInForMacs, v2 } from "../../support/workers/mac.ts";
import { crash, evict, makePool, newPerson, type Pool, report, send, writeTo } from "../../support/workers/pool.ts";

const url = "https://customer.example/wake";

/** Messages by their rows, and by what the events that tell of them say where a row is written later. */
function readMessages(sql: SqlStorage): MessageRow[] {
  type Told = { message: number; redo: string; sequence: number };
  const query =
    "SELECT message, redo, body ->> '$.sequence' AS sequence FROM events WHERE redo IS NOT NULL AND message IS NOT NULL";
  const told = new Map(
    sql
      .exec<Told>(query)
      .toArray()
      .map((row) => [row.message, row]),
  );
  return sql
    .exec<MessageRow>("SELECT * FROM messages ORDER BY seq")
    .toArray()
    .map((row) => {
      const ahead = told.get(row.seq);
      if (ahead === undefined || row.status !== "sending" || row.sent_at !== null) return row;
      const { lacks, steps } = JSON.parse(ahead.redo);
      const detail = JSON.parse(row.detail);
      detail.life.push(...steps);
      return { ...row, ...lacks, sequence: ahead.sequence, detail: JSON.stringify(detail) };
    });
}

/** What the object remembers of its rows, and what the rows say, once nothing stands in memory alone. */
function compare(pool: Pool) {
  return runInDurableObject(env.POOLS.getByName(pool.id), (_pool, { storage: { sql } }) => {
    writeUnkept(sql);
    writeAttempts(sql);
    const rows = readMessages(sql);
    const waiting = sql
      .exec<{ number: string; due_at: number }>(
        "SELECT number, min(due_at) AS due_at FROM agenda WHERE number > '' GROUP BY number",
      )
      .toArray();
    const lines = new Map(lineHeads(sql).map(({ number, due_at }) => [number, due_at]));
    const hooks = sql.exec<{ webhook: string }>(`SELECT DISTINCT webhook FROM (${owedQuery})`).toArray();
    const owed = (rank: number) =>
      sql.exec(`SELECT * FROM (${owedQuery}) WHERE rank = ? ORDER BY webhook, due_at, event`, rank).toArray();
    const remembered = (rank: 0 | 1) =>
      hooks
        .map(({ webhook }) => webhook)
        .sort()
        .flatMap((webhook) => firstPlaces(sql, webhook, rank).map(({ inEvent: _, ...place }) => place));
    const numbers = sql
      .exec<{ chat: string; number: number }>(
        `SELECT json_extract(body, '$.external_id') AS chat, max(json_extract(body, '$.sequence')) AS number
         FROM events WHERE original IS NULL GROUP BY chat ORDER BY chat`,
      )
      .toArray();
    const hours = sql
      .exec<{ number: string; hour: number; delivered: number }>(
        `SELECT number, attempted_at / 3600000 AS hour, count(*) AS delivered FROM messages WHERE status IN ('delivered', 'read') GROUP BY number, hour`,
      )
      .toArray();
    const events = sql
      .exec<ReturnType<typeof told> & { seq: number }>("SELECT seq, name, message, original, body FROM events")
      .toArray();
    const turns = [...countTurns(sql).keys()]
      .flatMap((number) => turnsOf(sql, number))
      .sort((one, other) => one.seq - other.seq);
    return {
      memory: {
        hours: hours.map((row) => ({ ...row, delivered: findBucket(sql, row.number, row.hour).delivered })),
        numbers: numbers.map(({ chat }) => ({ chat, number: chatSequence(sql, chat) })),
        messages: rows.map(({ seq }) => recallMessage(sql, seq)),
        isLineLate: waiting.filter(({ number, due_at }) => (lines.get(number) ?? Number.POSITIVE_INFINITY) > due_at),
        said: remembered(ranks.said),
        reported: remembered(ranks.reported),
        turns: turns.map(({ opens: _, ...turn }) => turn),
        staleEvents: events.filter(({ seq, ...row }) => {
          const known = recallEvent(sql, seq);
          return known !== null && JSON.stringify(row) !== JSON.stringify(told(known));
        }),
        falselyOpens: turns.filter(
          ({ opens, chat, seq }) =>
            opens === 1 &&
            sql.exec("SELECT 1 FROM messages WHERE chat = ? AND seq < ?", chat, seq).toArray().length > 0,
        ),
        parked: sql
          .exec<{ sid: string }>("SELECT sid FROM parked")
          .toArray()
          .filter(({ sid }) => !isParked(sql, sid)),
      },
      rows: {
        hours,
        numbers,
        messages: rows,
        isLineLate: [],
        said: owed(ranks.said),
        reported: owed(ranks.reported),
        turns: sql
          .exec(
            `SELECT number, due_at, seq, chat FROM messages WHERE status = 'queued' AND sid IS NULL AND seq NOT IN (SELECT seq FROM agenda) ORDER BY seq`,
          )
          .toArray(),
        staleEvents: [],
        falselyOpens: [],
        parked: [],
      },
    };
  });
}

function told({ name, message, original, body }: EventRow) {
  return { name, message, original, body };
}

/** Whether everything that left was answered, or is known to be unknown: what was interrupted on its way, the status callback settles. */
async function isSettled(pool: Pool): Promise<boolean> {
  const stub = env.POOLS.getByName(pool.id);
  await stub.keepAll(true);
  const query = "SELECT 1 FROM messages WHERE sid IS NULL AND outcome_unknown = 0";
  return runInDurableObject(stub, (_pool, { storage: { sql } }) => sql.exec(query).toArray().length === 0);
}

/** A message's life beside a person's word and what waits on a paced number, step by step. */
async function* live(pool: Pool, person: string) {
  const answers: number[] = [];
  yield "subscribed";
  await send(pool, person, { text: "First" });
  yield "accepted";
  const first = await eventually(async () => pool.carrier.departures.find(({ body }) => body === "First"));
  await eventually(() => isSettled(pool));
  yield "taken";
  for (const status of ["sending", "sent", "delivered"]) {
    answers.push(await report(pool, first, status));
    yield status;
  }
  answers.push(await writeTo(pool, person, pool.numbers[0] ?? "", "A reply"));
  yield "answered";
  expect((await send(pool, person, { text: "Waits", send_at: Date.now() + 2_000 })).status).toBe(202);
  yield "waiting";
  await eventually(async () => pool.carrier.departures.length === 2);
  await eventually(() => isSettled(pool));
  yield "left";
  expect((await send(pool, person, { text: ["Leaves", "Waits its turn"] })).status).toBe(202);
  yield "in turn";
  // Where it ended while the first of them was leaving, the second waits until somebody knows what became of that.
  const leaving = await eventually(async () => pool.carrier.departures.find(({ body }) => body === "Leaves"));
  answers.push(await report(pool, leaving, "sending"));
  await eventually(async () => pool.carrier.departures.length === 4);
  await eventually(() => isSettled(pool));
  yield "both left";
  expect(answers).toEqual([204, 204, 204, 200, 204]);
}

describe("what the object remembers of its rows", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ["goes on", async () => {}],
    ["sleeps", evict],
    ["is killed", crash],
  ])(
    "is what the rows say after every step of a message's life, when it %s between all of them",
    async (_how, rest) => {
      const pool = await makePool([{}]);
      const person = newPerson();
      await call("/v2/api/webhooks", { body: { webhook_url: url, webhook_type: "all" }, token: pool.token });
      for await (const step of live(pool, person)) {
        const before = await compare(pool);
        expect({ step, ...before.memory }).toEqual({ step, ...before.rows });
        await rest(pool);
        const after = await compare(pool);
        expect({ step, ...after.memory }).toEqual({ step, ...after.rows });
      }
      expect(pool.carrier.departures.map(({ body }) => body)).toEqual(["First", "Waits", "Leaves", "Waits its turn"]);
      const page = await call("/v2/api/events", { token: pool.token });
      const events = page.body.events as { event: string; sequence: number }[];
      expect(events.map(({ event }) => event)).toEqual(["message.sent", "message.delivered", "message.received"]);
      expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
      await eventually(async () => (await env.POOLS.getByName(pool.id).stats())?.owedDeliveries === 0);
    },
  );

  it.each([
    ["goes on", async () => {}],
    ["sleeps", evict],
    ["is killed", crash],
  ])("of a line's conversations and words is what the rows say, when it %s between all steps", async (_how, rest) => {
    const mac = standInForMacs().open();
    const key = await makeLineKey(mac);
    const [first = "", second = "", third = "", scheduled = ""] = Array.from({ length: 4 }, () => newPerson());
    const steps: (() => Promise<unknown>)[] = [
      async () => {},
      () => sendFrom(key, first),
      () => sendFrom(key, second, { text: ["Hello", "Hello", "Other"] }),
      () => sendFrom(key, scheduled, { text: "Hello", send_at: Date.now() + 60_000 }),
      async () => {
        mac.receive({ from: third, text: "Hello", isFromMe: true });
        await eventually(async () => (await v2(key, `/chats/${encodeURIComponent(third)}`)).status === 200);
      },
      () => sendFrom(key, first, { text: "Other" }),
    ];
    for (const [at, step] of steps.entries()) {
      await step();
      const { memory, rows } = await compareLine(key);
      expect({ at, ...memory }).toEqual({ at, ...rows });
      await rest({ id: key.id } as Pool);
    }
    expect((await compareLine(key)).rows).toMatchObject({ begun: 3, alike: [4, 2] });
    expect(mac.violations).toEqual([]);
  });
});

describe("what was due when the object went away", () => {
  afterEach(() => vi.restoreAllMocks());

  it("leaves as soon as somebody calls it, not first by its alarm", async () => {
    const pool = await makePool([{}]);
    pool.carrier.twilio.faults.add({ body: "One" }, { kind: "hang", taken: true }, 1);
    expect((await send(pool, newPerson(), { text: ["One", "Two"] })).status).toBe(202);
    await eventually(async () => pool.carrier.departures.length === 1);
    await crash(pool);
    const stub = env.POOLS.getByName(pool.id);
    await runInDurableObject(stub, (_pool, { storage }) => storage.setAlarm(Date.now() + 3_600_000));
    await eventually(async () => pool.carrier.departures.length === 2);
    expect(pool.carrier.departures.map(({ body }) => body)).toEqual(["One", "Two"]);
  });
});

/** What the object remembers of a line, and what it reads of it once it has forgotten. */
function compareLine({ id, line }: LineKey) {
  return runInDurableObject(env.POOLS.getByName(id), (_pool, { storage: { sql } }) => {
    const look = () => {
      const times = [...openingsOf(sql, line, 50)];
      const alike = ["Hello", "Other"].map((text) =>
        countAlike(sql, text, { number: line, chat: "", now: Date.now() }),
      );
      return { begun: times.length, times, alike };
    };
    const memory = look();
    for (const name of ["openings", "alike"]) forgetNamed(sql, name);
    return { memory, rows: look() };
  });
}
