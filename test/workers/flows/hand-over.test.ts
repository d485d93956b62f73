import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { makeDeps } from "../../../src/deps.ts";
import { openDatabase } from "../../../src/directory/database.ts";
import { assignNumber } from "../../../src/directory/numbers.ts";
import { forgetUnclaimed, keepUnclaimed, listHandOvers, listUnclaimed } from "../../../src/directory/unclaimed.ts";
import type { InboundMessage } from "../../../src/domain/calls/inbound.ts";
import { finishHandOvers } from "../../../src/flows/messages/hand-over.ts";
import worker from "../../../src/index.ts";
import { readSettings } from "../../../src/settings.ts";
import { admin, eventually } from "../../support/workers/gateway.ts";
import { ask } from "../../support/workers/ledger.ts";
import {
  type Carrier,
  changeNumber,
  connectCarrier,
  makeKey,
  newNumber,
  newPerson,
  type Pool,
  writeTo,
} from "../../support/workers/pool.ts";

const db = openDatabase(env.DB);
const day = 24 * 60 * 60_000;

function cron(): Promise<void> {
  return Promise.resolve(worker.scheduled(createScheduledController(), env));
}

function composeInbound(carrier: Carrier, to: string, text: string): InboundMessage {
  return {
    providerId: `SM${to}${text}`,
    accountId: carrier.integrationId,
    from: "+15557770001",
    to,
    channel: "sms",
    text,
    attachments: [],
    verified: true,
    optOutType: null,
    detail: {},
  };
}

/** Keeps as many messages to a number as they came in while nobody held it, one a millisecond. */
async function keepMany(carrier: Carrier, to: string, total: number): Promise<void> {
  const since = Date.now() - day;
  const texts = Array.from({ length: total }, (_, index) => String(index));
  const insert = env.DB.prepare(
    "INSERT INTO unclaimed_inbound (provider_id, number, body, received_at) VALUES (?, ?, ?, ?)",
  );
  for (let start = 0; start < total; start += 500) {
    const slice = texts.slice(start, start + 500).map((text) => {
      const message = composeInbound(carrier, to, text);
      return insert.bind(message.providerId, to, JSON.stringify(message), since + Number(text));
    });
    await env.DB.batch(slice);
  }
}

async function textsOf(pool: Pool, number: string): Promise<string[]> {
  const rows = await ask<{ text: string }>(
    { ...pool, organizationId: "", integrationId: "" },
    "SELECT text FROM messages WHERE direction = 'inbound' AND number = ? ORDER BY seq",
    number,
  );
  return rows.map(({ text }) => text);
}

function upTo(total: number): string[] {
  return Array.from({ length: total }, (_, index) => String(index));
}

async function makeUnheld(): Promise<{ carrier: Carrier; pool: Pool; number: string }> {
  const [held, number] = [newNumber(), newNumber()];
  const carrier = await connectCarrier({ [held]: {}, [number]: {} });
  return { carrier, pool: await makeKey(carrier, { [held]: {} }), number };
}

describe("messages that came in while nobody held their number", () => {
  it("are handed over when it is assigned: all of them, in order, each once, however many", {
    timeout: 60_000,
  }, async () => {
    const { carrier, pool, number } = await makeUnheld();
    await keepMany(carrier, number, 2_350);
    await changeNumber(number, { api_key_id: pool.id });
    await eventually(async () => (await listUnclaimed(db, number, 1)).length === 0);
    expect(await textsOf(pool, number)).toEqual(upTo(2_350));
  });

  it("are handed over by the watchdog when everything ended right after the assignment", async () => {
    const { carrier, pool, number } = await makeUnheld();
    await keepMany(carrier, number, 120);
    await assignNumber(db, number, { keyId: pool.id, protocol: "twilio" }, []);
    expect(await textsOf(pool, number)).toEqual([]);
    await cron();
    expect(await textsOf(pool, number)).toEqual(upTo(120));
    expect(await listUnclaimed(db, number, 1)).toEqual([]);
  });

  it("are handed over when the assignment is asked for again", async () => {
    const { carrier, pool, number } = await makeUnheld();
    await keepMany(carrier, number, 20);
    await assignNumber(db, number, { keyId: pool.id, protocol: "twilio" }, []);
    await changeNumber(number, { api_key_id: pool.id });
    expect(await textsOf(pool, number)).toEqual(upTo(20));
    await changeNumber(number, { api_key_id: pool.id });
    expect(await textsOf(pool, number)).toEqual(upTo(20));
  });

  it("are handed over past those that no pool can take, which stay, and the log names each by its id alone", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const { carrier, pool, number } = await makeUnheld();
    const poisoned = upTo(120).map((text) => composeInbound(carrier, number, `p${text}`));
    await keepMany(carrier, number, 230);
    for (const message of poisoned)
      await keepUnclaimed(db, { ...message, from: null as unknown as string }, Date.now() - 2 * day);
    await changeNumber(number, { api_key_id: pool.id });
    await eventually(async () => (await textsOf(pool, number)).length === 230);
    expect(await textsOf(pool, number)).toEqual(upTo(230));
    expect((await listUnclaimed(db, number, 300)).length).toBe(120);
    const lines = log.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("inbound_failed"));
    expect(lines.length).toBeGreaterThanOrEqual(120);
    expect(JSON.parse(String(lines[0]))).toMatchObject({ level: "error", sid: expect.stringMatching(/^SM/) });
    await forgetUnclaimed(
      db,
      poisoned.map(({ providerId }) => providerId),
    );
    log.mockRestore();
  });

  it("are kept once by the pool that had them when the end came before they were struck", async () => {
    const { carrier, pool, number } = await makeUnheld();
    await keepMany(carrier, number, 30);
    await changeNumber(number, { api_key_id: pool.id });
    await keepMany(carrier, number, 40);
    await cron();
    expect(await textsOf(pool, number)).toEqual(upTo(40));
  });

  it("go to the key that holds it last, none to two keys", async () => {
    const { carrier, pool, number } = await makeUnheld();
    const other = await makeKey(carrier, {});
    await keepMany(carrier, number, 30);
    await changeNumber(number, { api_key_id: pool.id });
    await keepUnclaimed(db, composeInbound(carrier, number, "late"), Date.now());
    await changeNumber(number, { api_key_id: other.id });
    expect(await textsOf(pool, number)).toEqual([...upTo(30), "late"]);
    expect(await textsOf(other, number)).toEqual([]);
  });

  it("are handed over also while another number's pool answers nothing", async () => {
    const { carrier, pool, number } = await makeUnheld();
    const stuck = await makeUnheld();
    await changeNumber(number, { api_key_id: pool.id });
    await changeNumber(stuck.number, { api_key_id: stuck.pool.id });
    await keepMany(carrier, number, 10);
    await keepMany(stuck.carrier, stuck.number, 10);
    const settings = readSettings(env);
    if (!settings.ok) throw new Error("The settings of the tests are incomplete.");
    const deps = makeDeps(env, settings.value);
    const broken = () => {
      throw new Error("storage is corrupt");
    };
    await finishHandOvers({ ...deps, pool: (id) => (id === stuck.pool.id ? broken() : deps.pool(id)) });
    expect(await textsOf(pool, number)).toEqual(upTo(10));
    expect(await listHandOvers(db, 10)).toEqual([{ number: stuck.number, keyId: stuck.pool.id }]);
  });

  it("keep the time at which they came in: it opens no window anew, and moves nothing that the person has said since", async () => {
    const { carrier, pool, number } = await makeUnheld();
    const [held = ""] = pool.numbers;
    const person = newPerson();
    const cameIn = Date.now() - 2 * day;
    const write = (text: string, at: number, channel: "sms" | "whatsapp" = "sms") =>
      keepUnclaimed(db, { ...composeInbound(carrier, number, text), from: person, channel }, at);
    await write("Two days ago", cameIn, "whatsapp");
    await write("START", cameIn + 1);
    expect(await writeTo(pool, person, held, "STOP")).toBe(200);
    await changeNumber(number, { api_key_id: pool.id });
    const key = { ...pool, organizationId: "", integrationId: "" };
    expect(await ask(key, "SELECT last_at FROM heard WHERE number = ?", number)).toEqual([{ last_at: cameIn }]);
    const [message] = await ask(key, "SELECT created_at FROM messages WHERE text = 'Two days ago'");
    expect(message).toEqual({ created_at: cameIn });
    const [chat] = await ask(key, "SELECT first_at, last_inbound_at, replied_number, opted_out_at FROM chats");
    expect(chat).toMatchObject({ first_at: cameIn, replied_number: held });
    expect(Number(chat?.last_inbound_at)).toBeGreaterThan(cameIn + day);
    expect(Number(chat?.opted_out_at)).toBeGreaterThan(cameIn + day);
  });

  it("are not handed to another organization that has the number now", async () => {
    const { carrier, number } = await makeUnheld();
    await keepMany(carrier, number, 10);
    expect((await admin(`/numbers/${encodeURIComponent(number)}`, { method: "DELETE" })).status).toBe(200);
    const other = await connectCarrier({ [number]: {} });
    const pool = await makeKey(other, { [number]: {} });
    await keepUnclaimed(db, composeInbound(other, number, "its own"), Date.now());
    await cron();
    expect(await textsOf(pool, number)).toEqual(["its own"]);
  });

  it("are forgotten after seven days, however many there are", async () => {
    await env.DB.batch(
      Array.from({ length: 40 }, (_, part) =>
        env.DB.prepare(
          `INSERT INTO unclaimed_inbound SELECT 'SM' || ?1 || '-' || value, '+12125550000', '{}', 1000 FROM
             (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 100) SELECT value FROM n)`,
        ).bind(part),
      ),
    );
    const { carrier } = await makeUnheld();
    await keepUnclaimed(db, composeInbound(carrier, "+12125550000", "young"), Date.now());
    await cron();
    const left = await env.DB.prepare("SELECT provider_id FROM unclaimed_inbound WHERE number = '+12125550000'").all();
    expect(left.results).toEqual([{ provider_id: "SM+12125550000young" }]);
  });
});
