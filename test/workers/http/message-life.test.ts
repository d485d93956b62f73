import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readRowId } from "../../../src/domain/ids.ts";
import { findMessage, stepMessage } from "../../../src/pool/ledger/messages.ts";
import type { FakeAccount } from "../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import {
  acceptedBy,
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendTaken,
  sendText,
  standInForTheOutside,
} from "../../support/workers/twilio.ts";

type Attempt = {
  webhook_id: string;
  attempt: number;
  at: number;
  state: string;
  status: number | null;
  error: string | null;
};
type Entry = { at: number; kind: string; words: string; event_id?: string; attempts?: Attempt[] };

const to = "+15553334444";
let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function lifeOf(id: string): Promise<Entry[]> {
  const read = await admin(`/api-keys/${key.id}/messages/${id}`);
  expect(read.status).toBe(200);
  return read.body.timeline as Entry[];
}

async function kindsOf(id: string): Promise<string[]> {
  return (await lifeOf(id)).map(({ kind }) => kind);
}

function reach(id: string, kind: string): Promise<Entry> {
  return eventually(async () => (await lifeOf(id)).find((entry) => entry.kind === kind));
}

async function pass(ms: number) {
  vi.setSystemTime(Date.now() + ms);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
}

async function subscribe(url: string, more: Record<string, unknown> = {}): Promise<string> {
  const made = await call("/v2/api/webhooks", { body: { webhook_url: url, ...more }, token: key.token });
  return String(made.body.webhook_id);
}

describe("the life of a message", () => {
  it("is told from its acceptance to its last report, with the time of each", async () => {
    const begun = Date.now();
    const { id, sid } = await sendTaken(twilio, key, "Hello", to);
    await reach(id, "taken");
    vi.setSystemTime(begun + 4_000);
    await twilio.sendStatus(sid, "sent");
    vi.setSystemTime(begun + 9_000);
    await twilio.sendStatus(sid, "delivered");
    await twilio.sendStatus(sid, "delivered");
    const life = await lifeOf(id);
    expect(life.map(({ at, kind }) => [at - begun, kind])).toEqual([
      [0, "accepted"],
      [0, "chosen"],
      [0, "left"],
      [0, "taken"],
      [4_000, "sent"],
      [9_000, "delivered"],
    ]);
    for (const { words } of life) expect(words).toMatch(/^\S.{8,}[.]$/);
    expect(life[0]?.words).toBe(`Accepted for ${to}, in 1 part.`);
    expect(life[1]?.words).toContain(`${key.numbers[0]} speaks: `);
    expect(life[3]?.words).toContain(sid);
  });

  it("has each event that was told of it, and every attempt to deliver that, due ones included", async () => {
    outside.answerAs = (url) => (url.includes("broken") ? 500 : 200);
    const good = await subscribe("https://good.example/hook");
    const broken = await subscribe("https://broken.example/hook", { webhook_type: "status" });
    const { id, sid } = await sendTaken(twilio, key, "Hello", to);
    await reach(id, "taken");
    await twilio.sendStatus(sid, "sent");
    const isTold = (entry: Entry | undefined) =>
      entry?.attempts?.filter(({ state }) => state !== "waiting").length === 2 ? entry : null;
    const told = await eventually(async () => isTold((await lifeOf(id)).find(({ kind }) => kind === "sent")));
    const { webhook_id: _, ...failed } = told.attempts?.find(({ webhook_id }) => webhook_id === broken) ?? {};
    expect(failed).toMatchObject({ attempt: 1, state: "failed", status: 500 });
    expect(told.attempts?.find(({ webhook_id }) => webhook_id === good)).toMatchObject({
      state: "delivered",
      status: 200,
    });
    const due = told.attempts?.find(({ state }) => state === "waiting");
    expect(due).toMatchObject({ webhook_id: broken, attempt: 2, status: null });
    expect(due?.at).toBeGreaterThan(Date.now());
    const logs = await admin(`/webhooks/${good}/logs`);
    expect((logs.body.logs as { event_id: string }[]).map(({ event_id }) => event_id)).toContain(told.event_id);
    const silent = (await lifeOf(id)).filter(({ kind }) => kind !== "sent");
    expect(silent.flatMap(({ attempts }) => attempts ?? [])).toEqual([]);
  });

  it("finds the event of a step also where the clock ticked between the two", async () => {
    await subscribe("https://ticking.example/hook");
    const { id, sid } = await sendTaken(twilio, key, "Hello", to);
    await reach(id, "taken");
    let now = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => ++now);
    await twilio.sendStatus(sid, "delivered");
    const told = (await lifeOf(id)).find(({ kind }) => kind === "delivered");
    expect(told?.event_id).toBeDefined();
  });

  it("finds its own attempts among those of hundreds of other messages", async () => {
    const hook = await subscribe("https://busy.example/hook");
    const { id, sid } = await sendTaken(twilio, key, "Mine", to);
    await reach(id, "taken");
    await twilio.sendStatus(sid, "delivered");
    const isWritten = ({ kind, attempts = [] }: Entry) => kind === "delivered" && attempts[0]?.state === "delivered";
    await eventually(async () => (await lifeOf(id)).some(isWritten));
    const seq = await runInDurableObject(env.POOLS.getByName(key.id), (_, { storage }) => {
      const { event } = storage.sql
        .exec<{ event: number }>("SELECT max(seq) AS event FROM events WHERE message IS NOT NULL")
        .one();
      storage.sql.exec("DELETE FROM owed");
      storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO attempts (webhook, seq, event, attempt, attempted_at, duration_ms, status, url)
         SELECT ?1, ?2 + 100 + n.i, iif(n.i = 2900, ?2, ?2 + n.i), 1, n.i, 1, 200, 'https://busy.example/hook' FROM n`,
        hook,
        event,
      );
      return event;
    });
    const told = (await lifeOf(id)).find(({ kind }) => kind === "delivered");
    expect(told?.event_id).toBeDefined();
    expect(seq).toBeGreaterThan(0);
    expect(told?.attempts?.filter(({ at }) => at === 2900)).toHaveLength(1);
  });

  it("says of a failure what the code means and what to do", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Hello", to);
    await reach(id, "taken");
    await twilio.sendStatus(sid, "undelivered", { errorCode: 30003 });
    const failed = await reach(id, "failed");
    const read = await admin(`/api-keys/${key.id}/messages/${id}`);
    expect(failed.words).toBe(`Failed with 30003: ${read.body.error_meaning} Send again? ${read.body.retry}`);
  });

  it("never fails without words, also where no code came", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Hello", to);
    await reach(id, "taken");
    await twilio.sendStatus(sid, "failed");
    expect((await reach(id, "failed")).words).toMatch(/^Failed: [A-Z].+\. Send again\? [A-Z].+\.$/);
    const read = (await admin(`/api-keys/${key.id}/messages/${id}`)).body;
    for (const field of ["error", "error_meaning", "retry"]) expect(read[field], field).toMatch(/\w{4}/);
    const [found] = (await admin(`/api-keys/${key.id}/messages`)).body.messages as Record<string, unknown>[];
    expect(found?.error).toBe(read.error);
  });

  it("shows that the carrier asked to wait, and the next try", async () => {
    twilio.faults.add({}, { kind: "rate_limit", retryAfter: "2" }, 1);
    const id = await sendText(key, "Not so fast", to);
    await reach(id, "put_back");
    await pass(3_000);
    await reach(id, "taken");
    expect(await kindsOf(id)).toEqual(["accepted", "chosen", "left", "put_back", "left", "taken"]);
    expect((await lifeOf(id))[4]?.words).toContain("try 2");
  });

  it("shows an event where it was told: that a message is queued when it is accepted, not when it is put back", async () => {
    await subscribe("https://good.example/hook", { events: ["message.queued"] });
    twilio.faults.add({}, { kind: "rate_limit", retryAfter: "2" }, 1);
    const id = await sendText(key, "Told once", to);
    await reach(id, "put_back");
    const told = (await lifeOf(id)).filter((entry) => entry.event_id !== undefined);
    expect(told.map(({ kind }) => kind)).toEqual(["accepted"]);
  });

  it("shows that an answer was lost", async () => {
    twilio.faults.add({}, { kind: "reset", taken: false }, 1);
    const id = await sendText(key, "Lost", to);
    await reach(id, "unknown");
    expect(await kindsOf(id)).toEqual(["accepted", "chosen", "left", "unknown"]);
  });

  it("shows when it was to leave, and that it was cancelled", async () => {
    const sendAt = Date.now() + 3_600_000;
    const id = await sendText(key, "Later", to, { send_at: sendAt });
    await admin(`/api-keys/${key.id}/messages/${id}`, { method: "DELETE" });
    const life = await lifeOf(id);
    expect(life.map(({ kind }) => kind)).toEqual(["accepted", "chosen", "cancelled"]);
    expect(life[0]?.words).toContain(`to leave at ${new Date(sendAt).toISOString()}`);
  });

  it("of an inbound message is its arrival, with whom it was told", async () => {
    await subscribe("https://inbound.example/hook");
    const [number] = key.numbers;
    const url = `${env.PUBLIC_URL}/twilio/${key.integrationId}/inbound`;
    await twilio.sendInbound({ from: to, to: String(number), text: "Hi", url });
    const [message] = (await admin(`/api-keys/${key.id}/messages`)).body.messages as { message_id: string }[];
    const id = String(message?.message_id);
    await eventually(async () => (await lifeOf(id))[0]?.attempts?.[0]?.state === "delivered");
    expect(await lifeOf(id)).toMatchObject([
      { kind: "received", words: `${to} wrote to ${number}.`, attempts: [{ attempt: 1, status: 200 }] },
    ]);
  });

  it("that was put back a thousand times stays a short story with a true end", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Hello", to);
    await reach(id, "taken");
    await runInDurableObject(env.POOLS.getByName(key.id), (_, { storage }) => {
      const row = findMessage(storage.sql, readRowId("msg", id, id.slice(-8)) ?? 0);
      for (let index = 0; index < 1_000; index += 1) {
        stepMessage(storage.sql, row?.seq ?? 0, { outcome_unknown: 0 }, ["queued", Date.now()]);
      }
    });
    await twilio.sendStatus(sid, "delivered");
    const kinds = await kindsOf(id);
    expect(kinds.length).toBeLessThan(40);
    expect(kinds.at(-1)).toBe("delivered");
  });

  it("of a message that is older than the list of steps is told by its times", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Hello", to);
    await reach(id, "taken");
    await twilio.sendStatus(sid, "sent");
    await twilio.sendStatus(sid, "undelivered", { errorCode: 30005 });
    await runInDurableObject(env.POOLS.getByName(key.id), (_, { storage }) => {
      storage.sql.exec("UPDATE messages SET detail = json_remove(detail, '$.life')");
    });
    expect(await kindsOf(id)).toEqual(["accepted", "chosen", "sent", "failed"]);
    expect(acceptedBy(twilio)).toHaveLength(1);
  });
});
