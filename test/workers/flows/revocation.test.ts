import {
  createScheduledController,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "../../../src/directory/database.ts";
import { insertWebhook, type WebhookRow } from "../../../src/directory/webhooks.ts";
import worker from "../../../src/index.ts";
import type { FakeAccount } from "../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import { ask, owed } from "../../support/workers/ledger.ts";
import {
  acceptedBy,
  assignTo,
  freshNumber,
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendTaken,
  sendText,
  standInForTheOutside,
} from "../../support/workers/twilio.ts";

const to = "+15551234567";
const ofOrganization = "https://customer.example/organization";
const ofKey = "https://thief.example/key";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  outside = standInForTheOutside();
  twilio = outside.open({ numbers: [freshNumber(), freshNumber()] });
  key = await makeLiveKey(twilio);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const first = () => String(key.numbers[0]);
const toldTo = (url: string) => outside.told.filter((told) => told.url === url).map(({ body }) => body);
const stub = () => env.POOLS.getByName(key.id);
const isAlive = async () => (await call("/v2/api/me", { token: key.token })).status === 200;

function revoke() {
  return admin(`/api-keys/${key.id}`, { method: "DELETE" });
}

async function subscribe(): Promise<void> {
  const organization = { webhook_url: ofOrganization, webhook_type: "all", organization_id: key.organizationId };
  expect((await admin("/webhooks", { body: organization })).status).toBe(201);
  const own = { webhook_url: ofKey, webhook_type: "all" };
  expect((await call("/v2/api/webhooks", { body: own, token: key.token })).status).toBe(201);
}

async function makeKey(): Promise<{ id: string; token: string }> {
  const made = await admin("/api-keys", { body: { name: "Next", organization_id: key.organizationId } });
  return { id: String(made.body.api_key_id), token: String(made.body.key) };
}

async function holderOf(number: string): Promise<unknown> {
  const listed = await admin("/numbers?limit=1000");
  const numbers = listed.body.numbers as { phone_number: string; api_key_id: string | null }[];
  return numbers.find(({ phone_number }) => phone_number === number)?.api_key_id;
}

describe("a revoked key", () => {
  it("tells its own webhooks nothing more, not even what they were owed; what is under way ends and is told to the organization", async () => {
    await subscribe();
    outside.answerAs = (url) => (url === ofKey ? 503 : 200);
    const { sid } = await sendTaken(twilio, key, "Under way", to);
    await twilio.sendStatus(sid, "sent");
    await eventually(async () => toldTo(ofKey).length > 0 && toldTo(ofOrganization).length > 0);
    const before = toldTo(ofKey).length;
    expect((await revoke()).status).toBe(200);
    expect(await twilio.sendStatus(sid, "delivered")).toMatchObject({ status: 204 });
    await eventually(async () => toldTo(ofOrganization).some(({ event }) => event === "message.delivered"));
    await runDurableObjectAlarm(stub());
    expect(toldTo(ofKey)).toHaveLength(before);
    expect(await owed(key)).toEqual([]);
    const shown = await admin(`/webhooks?organization_id=${key.organizationId}`);
    const webhooks = shown.body.webhooks as { webhook_url: string; is_active: boolean; inactive_because: string }[];
    expect(webhooks.map((one) => [one.webhook_url, one.is_active, one.inactive_because])).toEqual([
      [ofOrganization, true, null],
      [ofKey, false, "Its API key was revoked."],
    ]);
  });

  it("sends nothing by the admin's hand either, and a preview says the same", async () => {
    await revoke();
    const asked = { body: { to, text: "Hello" } };
    const [sent, previewed] = await Promise.all([
      admin(`/api-keys/${key.id}/messages`, asked),
      admin(`/api-keys/${key.id}/pool/preview`, asked),
    ]);
    expect(sent).toMatchObject({ status: 404, body: { code: "not_found", message: "This API key was revoked." } });
    expect(previewed).toMatchObject({ status: 404, body: { message: sent.body.message } });
  });

  it("frees its numbers: what comes in is told to the organization at once and waits for the next key", async () => {
    await subscribe();
    await revoke();
    expect(await holderOf(first())).toBeNull();
    const unassigned = await admin("/numbers?unassigned=true&limit=1000");
    expect(JSON.stringify(unassigned.body)).toContain(first());
    await twilio.sendInbound({ from: to, to: first(), text: "Who reads this?" });
    await eventually(async () => toldTo(ofOrganization).some(({ text }) => text === "Who reads this?"));
    const next = await makeKey();
    await assignTo(next.id, first());
    const messages = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { token: next.token });
    expect(messages.body.messages).toMatchObject([{ text: "Who reads this?" }]);
    expect(toldTo(ofKey)).toEqual([]);
  });

  it.each([
    ["a change", () => admin(`/api-keys/${key.id}`, { method: "PATCH", body: { status: "active" } })],
    ["a pause", () => admin(`/api-keys/${key.id}`, { method: "PATCH", body: { status: "paused", name: "Renamed" } })],
    ["a rotation", () => admin(`/api-keys/${key.id}/rotate`, { method: "POST", body: {} })],
    [
      "an assignment",
      () => admin(`/numbers/${encodeURIComponent(first())}`, { method: "PATCH", body: { api_key_id: key.id } }),
    ],
  ])("stays revoked whatever comes at the same time: %s", async (_, act) => {
    for (let round = 0; round < 5; round += 1) {
      if (round > 0) key = await makeLiveKey(outside.open({ numbers: [freshNumber()] }));
      await assignTo(null, first());
      const order = round % 2 === 0 ? [act(), revoke()] : [revoke(), act()];
      const answers = await Promise.all(order);
      expect(answers.map(({ status }) => status)).toContain(200);
      expect((await admin(`/api-keys/${key.id}`)).body.status).toBe("revoked");
      expect(await holderOf(first())).toBeNull();
      expect(await isAlive()).toBe(false);
      expect((await act()).status).toBe(404);
    }
  });

  it("is in force with a snapshot larger than any row, in memory and when the object wakes again", async () => {
    const numbers = Array.from({ length: 1_000 }, (_, index) => `${index}`.padStart(62, "😀"));
    for (let index = 0; index < 60; index += 1) await insertWebhook(openDatabase(env.DB), rowOf(index, numbers));
    expect((await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { name: "Large" } })).status).toBe(200);
    await evictDurableObject(stub());
    expect(await isAlive()).toBe(true);
    expect((await revoke()).status).toBe(200);
    expect(await isAlive()).toBe(false);
    await evictDurableObject(stub());
    expect(await isAlive()).toBe(false);
  });

  it("is in force where its snapshot cannot be stored, also when the object wakes again, and the watchdog finishes it", async () => {
    await runInDurableObject(stub(), (_, state) => {
      const prototype = Object.getPrototypeOf(state.storage) as DurableObjectStorage;
      vi.spyOn(prototype, "transactionSync").mockImplementation(() => {
        throw new Error("The storage is full.");
      });
    });
    expect(await revoke()).toMatchObject({ status: 503, body: { code: "publish_failed" } });
    expect(await isAlive()).toBe(false);
    await evictDurableObject(stub());
    expect(await isAlive()).toBe(false);
    vi.mocked(Object.getPrototypeOf(await storageOf()).transactionSync).mockRestore();
    await worker.scheduled(createScheduledController(), env);
    const listed = await admin(`/api-keys/${key.id}`);
    expect(listed.body.status).toBe("revoked");
    const [stored] = await ask<{ body: string }>(key, "SELECT body FROM snapshot");
    expect(JSON.parse(stored?.body ?? "{}")).toMatchObject({ apiKey: { status: "revoked" }, numbers: [] });
  });

  it("cancels what waits a slice at a time, and none of it leaves meanwhile", async () => {
    await scheduleMany(key, 1_200);
    // Ahead of the runtime's own clock, so that no alarm rings by itself.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30 * 60_000 });
    await revoke();
    const waiting = "SELECT count(*) AS total FROM messages WHERE status = 'scheduled'";
    expect(await ask(key, waiting)).toEqual([{ total: 700 }]);
    vi.setSystemTime(Date.now() + 2 * 60 * 60_000);
    for (let alarm = 0; alarm < 2; alarm += 1) await runDurableObjectAlarm(stub());
    expect(await ask(key, waiting)).toEqual([{ total: 0 }]);
    expect(acceptedBy(twilio)).toEqual([]);
  });
});

async function storageOf(): Promise<DurableObjectStorage> {
  return runInDurableObject(stub(), (_, state) => state.storage);
}

function rowOf(index: number, numbers: string[]): WebhookRow {
  const { organizationId } = key;
  const id = `wh_large${organizationId.slice(4)}${index}`;
  const nothing = { previousSecret: null, previousValidUntil: null, deprecatedAt: null, disabledAt: null };
  return {
    ...nothing,
    id,
    organizationId,
    apiKeyId: null,
    url: `https://customer.example/${index}`,
    type: "all",
    events: null,
    numbers,
    format: "blooio",
    eventName: "campaign",
    secret: "sealed",
    rotationCount: 0,
    validUntil: -1,
    disabledBecause: null,
    createdAt: Date.now(),
  };
}

/** Schedules messages in an hour, 50 a request. */
async function scheduleMany(from: LiveKey, total: number): Promise<void> {
  const send_at = Date.now() + 60 * 60_000;
  for (let sent = 0; sent < total; sent += 50) {
    const messages = Array.from({ length: 50 }, (_, index) => ({
      chat_id: to,
      text: `Later ${sent + index}`,
      send_at,
    }));
    const answer = await call("/v2/api/messages/bulk", { body: { messages }, token: from.token });
    expect(answer.status).toBeLessThan(300);
  }
}

describe("a number that leaves its key", () => {
  it("ends what waits on it a slice at a time, and none of it leaves meanwhile", async () => {
    await assignTo(null, String(key.numbers[1]));
    await scheduleMany(key, 1_200);
    // Ahead of the runtime's own clock, so that no alarm rings by itself.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30 * 60_000 });
    await assignTo(null, first());
    const waiting = "SELECT count(*) AS total FROM messages WHERE status = 'scheduled'";
    expect(await ask(key, waiting)).toEqual([{ total: 700 }]);
    vi.setSystemTime(Date.now() + 2 * 60 * 60_000);
    for (let alarm = 0; alarm < 2; alarm += 1) await runDurableObjectAlarm(stub());
    expect(await ask(key, waiting)).toEqual([{ total: 0 }]);
    expect(acceptedBy(twilio)).toEqual([]);
  });
});

describe("an account's new token", () => {
  it("holds at once for reports to a revoked key's pool", async () => {
    const { sid } = await sendTaken(twilio, key, "Before", to);
    await revoke();
    twilio.options.authToken = "the-new-token-0123456789abcdef01";
    const changed = await admin(`/integrations/twilio/${key.integrationId}`, {
      method: "PATCH",
      body: { auth_token: twilio.options.authToken },
    });
    expect(changed.status).toBe(200);
    expect(await twilio.sendStatus(sid, "delivered")).toMatchObject({ status: 204 });
    expect(await ask(key, "SELECT status FROM messages")).toEqual([{ status: "delivered" }]);
  });
});

describe("the filters of an organization's webhooks", () => {
  it("have a bound together, so that every pool can keep them", async () => {
    const numbers = Array.from({ length: 1_000 }, (_, index) => `whatsapp:+1415666${1_000 + index}`);
    const body = (index: number) => ({
      webhook_url: `https://customer.example/${index}`,
      organization_id: key.organizationId,
      numbers,
    });
    const statuses: number[] = [];
    for (let index = 0; index < 41; index += 1) statuses.push((await admin("/webhooks", { body: body(index) })).status);
    expect(statuses).toEqual(Array(41).fill(201));
    const refused = await admin("/webhooks", { body: body(41) });
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(await sendText(key, "Still works", to)).toMatch(/^msg_/);
  });
});
