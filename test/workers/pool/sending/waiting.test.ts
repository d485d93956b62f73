import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { countRowsRead } from "../../../support/workers/rows.ts";
import {
  acceptedBy,
  freshNumber,
  joinAccount,
  type LiveKey,
  makeLiveKey,
  readMessage,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const minute = 60_000;
const hour = 60 * minute;

let twilio: FakeAccount;
let key: LiveKey;
let person = 0;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  twilio = standInForTheOutside().open({ numbers: [freshNumber(), freshNumber()] });
  key = await makeLiveKey(twilio);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function newPerson(): string {
  person += 1;
  return `+1555321${String(person).padStart(4, "0")}`;
}

async function next(id: string) {
  return (await admin(`/api-keys/${key.id}/messages/${id}`)).body.next as {
    at: number | null;
    until: number | null;
    why: string | null;
    words: string;
  } | null;
}

function waitsFor(id: string, why: string) {
  return eventually(async () => {
    const what = await next(id);
    return what?.why === why ? what : null;
  });
}

const changeKey = (body: Record<string, unknown>) => admin(`/api-keys/${key.id}`, { method: "PATCH", body });
const changeNumber = (body: Record<string, unknown>, number = key.numbers[0] ?? "") =>
  admin(`/numbers/${encodeURIComponent(number)}`, { method: "PATCH", body });

async function pass(ms: number) {
  vi.setSystemTime(Date.now() + ms);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
}

/** Damages what is stored of the account's token, as a lost master key does, and lets the pool learn it. */
async function damageCredentials() {
  await env.DB.prepare("UPDATE twilio_accounts SET auth_token = 'v1.lost.AAAAAAAAAAAAAAAA.AAAA' WHERE id = ?")
    .bind(key.integrationId)
    .run();
  await changeKey({ name: "Learns it" });
}

const limited = () => twilio.faults.chooseBy(({ call: kind }) => (kind === "create" ? { kind: "rate_limit" } : null));

describe("a message that waits says why, and until when", () => {
  it("paced: the time of its turn", async () => {
    await changeNumber({ messages_per_second: 0.1 });
    await sendText(key, "First", newPerson());
    const id = await sendText(key, "Second", newPerson());
    const what = await waitsFor(id, "paced");
    expect(what.at).toBeGreaterThan(Date.now() + 5_000);
    expect(what.until).toBe((what.at ?? 0) + 24 * hour);
    expect(what.words).toContain(new Date(what.at ?? 0).toISOString());
  });

  it("rate limited: the time of the next try", async () => {
    limited();
    const id = await sendText(key, "Too many", newPerson());
    const what = await waitsFor(id, "rate_limited");
    expect(what.at).toBeGreaterThan(Date.now());
    expect(what.words).toContain("429");
  });

  it("messages of 24 hours used up: the time of the next try, a quarter of an hour on, and Twilio's own code at the end", async () => {
    const message = "Account exceeded the 50 daily messages limit";
    const spent = { kind: "refuse", status: 429, code: 63038, message } as const;
    twilio.faults.chooseBy(({ call: kind }) => (kind === "create" ? spent : null));
    const to = newPerson();
    const id = await sendText(key, "Too many today", to);
    const what = await waitsFor(id, "daily_limit");
    expect(what.at).toBe(Date.now() + 15 * minute);
    expect(what.words).toContain("63038");
    await pass(24 * hour + minute);
    const ended = await readMessage(key, id, to);
    expect(ended).toMatchObject({ status: "failed", error_code: "63038", error_name: "account_daily_limit_reached" });
    expect(ended.error).toContain("has sent all that it may within 24 hours");
  });

  it("messages of 24 hours used up: it leaves once the window has moved on", async () => {
    const message = "Account exceeded the 50 daily messages limit";
    twilio.faults.add({}, { kind: "refuse", status: 429, code: 63038, message }, 1);
    const id = await sendText(key, "Too many for now", newPerson());
    await waitsFor(id, "daily_limit");
    await pass(14 * minute);
    expect(acceptedBy(twilio)).toHaveLength(0);
    await pass(2 * minute);
    await eventually(async () => acceptedBy(twilio).length === 1);
  });

  it("account refused: no time, for a person has to mend it", async () => {
    twilio.options.authToken = "another";
    const id = await sendText(key, "Refused", newPerson());
    await eventually(async () => (await next(id))?.words.includes("once that is mended"));
    expect(await next(id)).toMatchObject({ at: null, why: "account_refused" });
  });

  it("credentials unreadable: the time of the next try", async () => {
    await damageCredentials();
    const to = newPerson();
    const id = await sendText(key, "Sealed", to);
    expect((await waitsFor(id, "credentials_unreadable")).at).toBeGreaterThan(Date.now());
    expect((await readMessage(key, id, to)).status).toBe("queued");
  });

  it("an opt-out meanwhile: that it fails when it would leave, until the person opts in again", async () => {
    const person = newPerson();
    const later = Date.now() + 60 * minute;
    const id = await sendText(key, "Later", person, { send_at: new Date(later).toISOString() });
    const path = `/api-keys/${key.id}/opt-outs`;
    await admin(path, { body: { contact: person } });
    const said = await next(id);
    expect(said).toMatchObject({ at: later, why: "scheduled" });
    expect(said?.words).toContain("has opted out");
    expect(said?.words).toContain(new Date(later).toISOString());
    await admin(`${path}?contact=${encodeURIComponent(person)}`, { method: "DELETE" });
    expect((await next(id))?.words).toContain("It is scheduled");
  });

  it("key paused, number paused, scheduled, in order", async () => {
    limited();
    const to = newPerson();
    const first = await sendText(key, "First", to);
    await waitsFor(first, "rate_limited");
    const later = Date.now() + 2 * hour;
    const scheduled = await sendText(key, "Later", newPerson(), { send_at: new Date(later).toISOString() });
    expect(await next(scheduled)).toMatchObject({ why: "scheduled", at: later, until: null });
    await changeNumber({ is_active: false });
    expect(await next(first)).toMatchObject({ why: "number_paused", at: null });
    await changeNumber({ is_active: true });
    await changeKey({ status: "paused" });
    expect(await next(first)).toMatchObject({ why: "key_paused", at: null });
    expect((await next(first))?.words).toMatch(
      /leaves once the key is resumed; if that does not help, it ends as failed at 2/,
    );
  });

  it("in order: also behind a message that the carrier takes its time to answer", async () => {
    twilio.faults.add({ body: "Slow" }, { kind: "hang", taken: true }, 1);
    const to = newPerson();
    const slow = await sendText(key, "Slow", to);
    await eventually(async () => (await next(slow))?.words.includes("on its way"));
    const behind = await sendText(key, "Behind", to);
    expect(await next(behind)).toMatchObject({ at: null, why: "in_order" });
  });

  it("settling: the time of the next look, and a day at the longest", async () => {
    twilio.faults.add({}, { kind: "reset", taken: false }, 1);
    const id = await sendText(key, "Lost", newPerson());
    const what = await waitsFor(id, "settling");
    expect(what.at).toBeGreaterThan(Date.now());
    expect(what.until).toBeGreaterThan(Date.now() + 23 * hour);
  });

  it("and no more once the carrier has it", async () => {
    const id = await sendText(key, "Gone", newPerson());
    await eventually(async () => acceptedBy(twilio).length === 1);
    await eventually(async () => (await next(id)) === null);
  });
});

describe("nothing waits for ever", () => {
  const holds: [name: string, hold: () => unknown, cause: RegExp][] = [
    ["429 for days", limited, /takes no more messages of this account/],
    ["credentials that cannot be opened", damageCredentials, /credentials cannot be opened/],
    ["a paused number", () => undefined, /number is paused/],
    ["a paused key", () => undefined, /API key is paused/],
  ];
  it.each(holds)("%s: the message ends after a day and says why", async (name, hold, cause) => {
    await hold();
    if (name === "a paused number" || name === "a paused key") limited();
    const to = newPerson();
    const id = await sendText(key, "Waits", to);
    await eventually(async () => (await next(id))?.why != null);
    if (name === "a paused number") await changeNumber({ is_active: false });
    if (name === "a paused key") await changeKey({ status: "paused" });
    await pass(24 * hour - minute);
    expect((await readMessage(key, id, to)).status).toBe("queued");
    await pass(2 * minute);
    const ended = await readMessage(key, id, to);
    expect(ended).toMatchObject({ status: "failed", error_code: "waiting_limit_reached" });
    expect(ended.error).toMatch(/^It waited 24 hours and could not leave, so it was not sent\. /);
    expect(ended.error).toMatch(cause);
    expect(await next(id)).toBeNull();
  });

  it("a key sets its own limit, counted from when the message could first have left, and an object that slept keeps it", async () => {
    expect((await changeKey({ waiting_limit_seconds: 59 })).status).toBe(400);
    expect((await changeKey({ waiting_limit_seconds: 600 })).body).toMatchObject({ waiting_limit_seconds: 600 });
    const to = newPerson();
    const at = new Date(Date.now() + hour).toISOString();
    const [from_number] = key.numbers;
    const id = await sendText(key, "Ten minutes", to, { send_at: at, from_number });
    await changeNumber({ is_active: false });
    await pass(hour + 9 * minute);
    expect(await next(id)).toMatchObject({ why: "number_paused" });
    await evictDurableObject(env.POOLS.getByName(key.id));
    expect((await readMessage(key, id, to)).status).not.toBe("failed");
    await pass(2 * minute);
    expect(await readMessage(key, id, to)).toMatchObject({
      status: "failed",
      error: expect.stringContaining("It waited 10 minutes"),
    });
  });
});

describe("a backlog that is held", () => {
  /** Lets as many messages stand on a number as if they had been accepted there and fallen due. */
  async function hold(number: string, account: string, count: number) {
    const [{ seq = 0 } = {}] = await ask<{ seq: number }>(key, "SELECT max(seq) AS seq FROM messages");
    await ask(
      key,
      `INSERT INTO messages (seq, chat, direction, number, channel, account, status, text, created_at, due_at, detail)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
       SELECT ${seq} - 2000000 - ${count} * 10 + i, '+1555444' || i, 'outbound', '${number}', 'sms', '${account}', 'queued', 'Held', ${Date.now()}, ${Date.now()}, detail
       FROM n, (SELECT detail FROM messages WHERE seq = ${seq})`,
    );
    await ask(
      key,
      "INSERT INTO agenda SELECT number, due_at, seq FROM messages WHERE status = 'queued' AND number = ? ON CONFLICT DO NOTHING",
      number,
    );
    await evictDurableObject(env.POOLS.getByName(key.id));
    await env.POOLS.getByName(key.id).stats();
  }

  /** The rows that the accepting of a message, its sending and two reports read: the least of three times, for an alarm may ring beside one. */
  async function readsOfOneSend(): Promise<number> {
    const reads = [await countOneSend(), await countOneSend(), await countOneSend()];
    return Math.min(...reads);
  }

  async function countOneSend(): Promise<number> {
    const before = acceptedBy(twilio).length;
    const rows = await countRowsRead(key.id);
    await sendText(key, "Passes by", newPerson());
    const taken = await eventually(async () => acceptedBy(twilio)[before]);
    for (const status of ["sent", "delivered"]) {
      expect((await twilio.sendStatus(taken.sid, status))?.status).toBe(204);
    }
    return rows();
  }

  /** Gives the key a number on an account of its own. */
  async function addAccount(): Promise<{ account: FakeAccount; number: string; integrationId: string }> {
    const account = standInForTheOutside().open();
    const integrationId = await joinAccount(key, account);
    return { account, number: account.numbers[0]?.phoneNumber ?? "", integrationId };
  }

  async function beRefused(account: FakeAccount, number: string, integrationId: string) {
    account.options.authToken = "another";
    await sendText(key, "Held", newPerson(), { from_number: number });
    await eventually(async () => (await admin(`/integrations/twilio/${integrationId}`)).body.status === "unhealthy");
  }

  it.each(["paused number", "refused account"])(
    "on a %s costs a send and its reports the look at its head: 40,000 messages are not read",
    async (kind) => {
      const { account, number, integrationId } = await addAccount();
      await readsOfOneSend();
      if (kind === "paused number") await changeNumber({ is_active: false }, number);
      else await beRefused(account, number, integrationId);
      const without = await readsOfOneSend();
      expect(without).toBeGreaterThan(3);
      await hold(number, integrationId, 1);
      const withOne = await readsOfOneSend();
      await hold(number, integrationId, 40_000);
      const withBacklog = await readsOfOneSend();
      expect(Math.abs(withBacklog - withOne)).toBeLessThan(8);
      expect(withBacklog - without).toBeLessThan(50);
    },
  );
});
