import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Row } from "../../../src/domain/transfer.ts";
import { findGivenAway, findMessageBySid, findMessageOfChat } from "../../../src/pool/ledger/by-sid.ts";
import { forgetRows } from "../../../src/pool/ledger/memory.ts";
import { dropRecent, stepMessage, updateMessage } from "../../../src/pool/ledger/messages.ts";
import { writeRows } from "../../../src/pool/ledger/transfer.ts";
import type { FakeAccount } from "../../support/node/fake-twilio-account.ts";
import { computeSignature } from "../../support/node/fake-twilio-webhooks.ts";
import { countCost } from "../../support/workers/counts.ts";
import { admin } from "../../support/workers/gateway.ts";
import { ask } from "../../support/workers/ledger.ts";
import {
  type LiveKey,
  makeLiveKey,
  readMessage,
  sendTaken,
  standInForTheOutside,
} from "../../support/workers/twilio.ts";

const to = "+15551234567";
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  twilio = standInForTheOutside().open();
  key = await makeLiveKey(twilio);
});
afterEach(() => vi.restoreAllMocks());

/** A status report as Twilio posts it at the URL that was pasted by hand: it names its id alone. */
async function post(sid: string, status: string): Promise<number> {
  const url = `https://gateway.test/twilio/${key.integrationId}/status`;
  const named = { MessageSid: sid, SmsSid: sid, MessageStatus: status, SmsStatus: status };
  const form = { ...named, To: to, From: key.numbers[0] ?? "", AccountSid: twilio.options.accountSid };
  const signature = computeSignature(url, Object.entries(form), twilio.options.authToken);
  const headers = { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature };
  const body = new URLSearchParams(form).toString();
  return (await exports.default.fetch(url, { method: "POST", headers, body })).status;
}

/** Lets as many messages have left after the newest as if their callbacks had named them, and the object sleep. */
async function writeNewer(count: number): Promise<void> {
  await ask(
    key,
    `INSERT INTO messages (seq, chat, direction, number, channel, account, status, text, sid, created_at, detail)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     SELECT seq + i, '+1555444' || i, direction, number, channel, account, 'delivered', 'Newer', 'SM' || printf('%032d', i), created_at, detail
     FROM n, (SELECT * FROM messages ORDER BY seq DESC LIMIT 1)`,
  );
  await evictDurableObject(env.POOLS.getByName(key.id));
}

function atLedger<T>(work: (sql: SqlStorage) => T): Promise<T> {
  return runInDurableObject(env.POOLS.getByName(key.id), (_pool, { storage }) => work(storage.sql));
}

describe("a message that is named by its carrier's id alone", () => {
  it("is found among the pool's newest 2,000 by a report at the URL that was pasted, and left to the sweep behind them", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Told by a service", to);
    await writeNewer(1_999);
    expect(await post(sid, "sent")).toBe(204);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "sent" });
    await writeNewer(1);
    expect(await post(sid, "delivered")).toBe(204);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "sent" });
  });

  it("is not looked for among the rows again and again: reports of what others sent read nothing of the messages, once the newest ids are known", async () => {
    await sendTaken(twilio, key, "Ours", to);
    await writeNewer(5_000);
    expect(await post(`SM${"7".repeat(32)}`, "sent")).toBe(204);
    const counter = await countCost(key.id);
    for (const n of ["8", "9"]) expect(await post(`SM${n.repeat(32)}`, "sent")).toBe(204);
    const read = counter.statements().filter(({ query }) => /FROM messages/.test(query));
    counter.stop();
    expect(read.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThanOrEqual(2);
    const { id, sid } = await sendTaken(twilio, key, "After they are known", "+15551234568");
    expect(await post(sid, "sent")).toBe(204);
    expect(await readMessage(key, id, "+15551234568")).toMatchObject({ status: "sent" });
  });

  it("is found in its chat however many messages others got since, and by a search", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Quoted later", to);
    await writeNewer(3_000);
    const found = await atLedger((sql) => [
      findMessageBySid(sql, sid),
      findMessageOfChat(sql, "+15550000000", sid),
      findMessageOfChat(sql, to, sid)?.text,
    ]);
    expect(found).toEqual([null, null, "Quoted later"]);
    const { body } = await admin(`/api-keys/${key.id}/messages?q=${sid}`);
    expect((body.messages as { message_id: string }[]).map(({ message_id }) => message_id)).toEqual([id]);
  });
});

describe("the index by the carrier's id", () => {
  it("holds no row of a message that left through Twilio, and one of each that came in", async () => {
    const { sid } = await sendTaken(twilio, key, "Out", to);
    const inbound = `SM${"5".repeat(32)}`;
    const url = `${env.PUBLIC_URL}/twilio/${key.integrationId}/inbound`;
    await twilio.sendInbound({ from: to, to: key.numbers[0] ?? "", text: "In", sid: inbound, url });
    const { plan, found } = await atLedger((sql) => {
      forgetRows(sql);
      const query = "SELECT seq FROM messages WHERE sid = ? AND (direction = 'inbound' OR by_sid = 1)";
      return {
        plan: sql.exec(`EXPLAIN QUERY PLAN ${query}`, sid).toArray(),
        found: [sid, inbound].map((one) => findMessageBySid(sql, one)?.text ?? null),
      };
    });
    expect(JSON.stringify(plan)).toMatch(/SEARCH messages USING (COVERING )?INDEX messages_by_sid/);
    expect(found).toEqual([null, "In"]);
  });

  it("holds what a line sent also where an export from before says nothing of it", async () => {
    await sendTaken(twilio, key, "Out", to);
    const found = await atLedger((sql) => {
      const [row] = sql.exec<Row>("SELECT * FROM messages").toArray();
      const { by_sid: _, ...before } = row ?? {};
      const written = ["SM0a", "p:0/5F1C"].map((sid, at) => ({
        table: "messages",
        row: { ...before, seq: Number(before.seq) + 1 + at, sid },
      }));
      expect(writeRows(sql, written)).toBe(null);
      return ["SM0a", "p:0/5F1C"].map((sid) => findMessageBySid(sql, sid)?.sid ?? null);
    });
    expect(found).toEqual([null, "p:0/5F1C"]);
  });

  it("keeps an id that a look gave to one message from another, also when its own answer brings it", async () => {
    await sendTaken(twilio, key, "Lost", to);
    await sendTaken(twilio, key, "Lost too", to);
    const given = await atLedger((sql) => {
      const [first = 0, second = 0] = sql
        .exec<{ seq: number }>("SELECT seq FROM messages ORDER BY seq")
        .toArray()
        .map(({ seq }) => seq);
      sql.exec("UPDATE messages SET sid = NULL");
      forgetRows(sql);
      updateMessage(sql, first, { sid: "SMfound", by_sid: 1 });
      forgetRows(sql);
      const own = stepMessage(sql, second, { sid: "SMfound" }, ["taken", 1]);
      return { own, holder: findMessageBySid(sql, "SMfound")?.seq === first };
    });
    expect(given).toEqual({ own: false, holder: true });
  });

  it("finds who was given the id that an answer brings, though memory alone is asked where no look gave one since the object woke", async () => {
    await sendTaken(twilio, key, "Lost", to);
    await evictDurableObject(env.POOLS.getByName(key.id));
    await ask(key, "SELECT 1");
    const counter = await countCost(key.id);
    const found = await atLedger((sql) => {
      const [{ seq = 0 } = {}] = sql.exec<{ seq: number }>("SELECT seq FROM messages").toArray();
      counter.since();
      const before = findGivenAway(sql, "SMfound");
      const asked = counter.statements().length;
      updateMessage(sql, seq, { sid: "SMfound", by_sid: 1 });
      dropRecent(sql, seq);
      const given = findGivenAway(sql, "SMfound")?.seq === seq;
      forgetRows(sql);
      return { before, asked, given, afterwards: findGivenAway(sql, "SMfound")?.seq === seq };
    });
    counter.stop();
    expect(found).toEqual({ before: null, asked: 0, given: true, afterwards: true });
  });
});
