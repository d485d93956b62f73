import { evictDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { computeSignature } from "../../../support/node/fake-twilio-webhooks.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  assignTo,
  freshNumber,
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendTaken,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const to = "+15551234567";
let customer: string;

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  // An endpoint of its own: what an earlier story still owed does not arrive here.
  customer = `https://customer.example/sync/${crypto.randomUUID()}`;
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
  const webhook = { webhook_url: customer, api_key_id: key.id, organization_id: key.organizationId, events: ["*"] };
  expect((await admin("/webhooks", { body: webhook })).status).toBe(201);
});

afterEach(() => {
  vi.useRealTimers();
  expect(twilio.violations).toEqual([]);
});

async function sync(settings: Record<string, unknown>) {
  const path = `/integrations/twilio/${key.integrationId}`;
  expect((await admin(path, { method: "PATCH", body: { sync: settings } })).status).toBe(200);
}

async function write(text: string, more: Partial<Parameters<FakeAccount["sendInbound"]>[0]> = {}) {
  const [answer] = await twilio.sendInbound({ from: to, to: key.numbers[0] ?? "", text, ...more });
  expect(answer?.status).toBe(200);
}

async function trySend(body: Record<string, unknown> = {}, recipient = to) {
  const path = `/v2/api/chats/${encodeURIComponent(recipient)}/messages`;
  return call(path, { body: { text: "Hello", ...body }, token: key.token });
}

function names() {
  return outside.told.filter(({ url }) => url === customer).map(({ body }) => body.event);
}

async function settle() {
  await new Promise((resolve) => setTimeout(resolve, 150));
}

describe("the direction of an account", () => {
  it("inbound sends nothing through it, and says why", async () => {
    await sync({ direction: "inbound" });
    expect(await trySend()).toMatchObject({ status: 400, body: { code: "capability_missing" } });
    await write("Still heard");
    await eventually(async () => names().includes("message.received"));
    expect(twilio.creates).toBe(0);
  });

  it("outbound keeps no inbound message, but a STOP is a person's wish and no matter of settings", async () => {
    await sync({ direction: "outbound" });
    await write("Not kept");
    await write("STOP");
    await settle();
    expect(names()).not.toContain("message.received");
    expect((await call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { token: key.token })).status).toBe(404);
    expect(await trySend()).toMatchObject({ status: 403, body: { code: "recipient_opted_out" } });
  });
});

describe("the channels of an account", () => {
  it("without sms neither send nor keep text messages", async () => {
    await sync({ channels: ["whatsapp"] });
    expect(await trySend()).toMatchObject({ status: 400, body: { code: "capability_missing" } });
    await write("Not kept");
    await settle();
    expect(names()).toEqual([]);
  });
});

describe("the events of an account", () => {
  it("messages: what people write is told, how our messages fare is kept to read", async () => {
    await sync({ events: "messages" });
    const { id, sid } = await sendTaken(twilio, key, "Quietly", to);
    await twilio.sendStatus(sid, "delivered");
    await write("Loudly");
    await eventually(async () => names().includes("message.received"));
    await settle();
    expect(names()).toEqual(["message.received"]);
    const read = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages/${id}`, { token: key.token });
    expect(read.body.status).toBe("delivered");
  });

  it("statuses: the other way round", async () => {
    await sync({ events: "statuses" });
    const { sid } = await sendTaken(twilio, key, "Loudly", to);
    await write("Quietly");
    await twilio.sendStatus(sid, "delivered");
    await eventually(async () => names().includes("message.delivered"));
    await settle();
    expect(names()).not.toContain("message.received");
    const listed = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { token: key.token });
    expect((listed.body.messages as { text: string }[]).map(({ text }) => text)).toContain("Quietly");
  });
});

describe("the media of an account", () => {
  it("switched off, files are left where they are", async () => {
    await sync({ media: false });
    await write("Look", { media: [{ contentType: "image/png", bytes: new Uint8Array([1]) }] });
    const event = await eventually(
      async () => outside.told.find(({ body }) => body.event === "message.received")?.body,
    );
    expect(event).toMatchObject({ text: "Look", attachments: [] });
  });
});

describe("the voice channel", () => {
  async function ring(token = twilio.options.authToken) {
    const url = `https://gateway.test/twilio/${key.integrationId}/voice`;
    const form: [string, string][] = [
      ["CallSid", `CA${"1".repeat(32)}`],
      ["AccountSid", twilio.options.accountSid],
      ["From", to],
      ["To", key.numbers[0] ?? ""],
      ["CallStatus", "ringing"],
      ["Direction", "inbound"],
      ["ApiVersion", "2010-04-01"],
    ];
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": computeSignature(url, form, token),
    };
    const response = await exports.default.fetch(url, { method: "POST", headers, body: new URLSearchParams(form) });
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  }

  it("off, leaves calls to whom they belonged: the import does not touch their webhook", async () => {
    expect(twilio.numbers[0]?.fields.voice_url).toBe("");
    await ring();
    await settle();
    expect(names()).toEqual([]);
  });

  it("on, answers a call with nothing, tells of it, and gives the number's voice webhook back on release", async () => {
    const fields = twilio.numbers[0]?.fields ?? {};
    fields.voice_url = "https://old.example/voice";
    await sync({ channels: ["sms", "whatsapp", "voice"] });
    await admin(`/integrations/twilio/${key.integrationId}/import`, { body: { phone_numbers: key.numbers } });
    expect(fields.voice_url).toBe(`https://gateway.test/twilio/${key.integrationId}/voice`);
    expect(await ring()).toEqual({
      status: 200,
      type: "text/xml",
      text: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
    });
    const event = await eventually(async () => outside.told.find(({ body }) => body.event === "call.received")?.body);
    expect(event).toMatchObject({ external_id: to, internal_id: key.numbers[0], forwarded_to: null });
    expect((await ring("forged")).status).toBe(403);
    await admin(`/numbers/${encodeURIComponent(key.numbers[0] ?? "")}`, { method: "DELETE" });
    expect(fields.voice_url).toBe("https://old.example/voice");
  });

  it("on, forwards a call where that is configured", async () => {
    await sync({ channels: ["sms", "voice"] });
    const path = `/integrations/twilio/${key.integrationId}`;
    const changed = await admin(path, { method: "PATCH", body: { voice_forward: "+14155550199" } });
    expect(changed.body.voice_forward).toBe("+14155550199");
    expect((await ring()).text).toContain("<Dial>+14155550199</Dial>");
    const event = await eventually(async () => outside.told.find(({ body }) => body.event === "call.received")?.body);
    expect(event.forwarded_to).toBe("+14155550199");
    expect((await ring()).text).toContain("<Dial>");
    await settle();
    expect(outside.told.filter(({ body }) => body.event === "call.received")).toHaveLength(1);
    for (const wrong of ["4155550199", "+1415</Dial><Say>hi</Say>", ""]) {
      expect((await admin(path, { method: "PATCH", body: { voice_forward: wrong } })).status).toBe(400);
    }
  });
});

describe("the limits of a key", () => {
  it("allowed_countries keeps everything else from Twilio, Caribbean area codes too", async () => {
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { allowed_countries: ["US", "CA"] } });
    for (const foreign of ["+18765551234", "+12425551234", "+4915112345678", "+8613912345678", "+882161234567"]) {
      expect(await trySend({}, foreign)).toMatchObject({ status: 403, body: { code: "country_not_allowed" } });
    }
    expect((await trySend({}, "+14165551234")).status).toBe(202);
    await eventually(async () => twilio.creates === 1);
  });

  it("daily_cap counts parts, exactly, in bulk and one by one, across a restart, until midnight UTC", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-21T22:00:00Z") });
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { daily_cap: 10 } });
    expect((await trySend({ text: "x".repeat(161) })).status).toBe(202);
    expect((await trySend({ text: ["one", "two", "three"] })).status).toBe(202);
    await evictDurableObject(env.POOLS.getByName(key.id));
    const messages = Array.from({ length: 6 }, (_, index) => ({ chat_id: `+1555123000${index}`, text: "bulk" }));
    const bulk = await call("/v2/api/messages/bulk", { body: { messages }, token: key.token });
    expect(
      (bulk.body.results as { status: string; code?: string }[]).map(({ status, code }) => code ?? status),
    ).toEqual([...Array.from({ length: 5 }, () => "queued"), "daily_cap_reached"]);
    const refused = await trySend();
    expect(refused).toMatchObject({ status: 429, body: { code: "daily_cap_reached", daily_cap: 10, spent: 10 } });
    expect(refused.headers.get("Retry-After")).toBe(String(2 * 60 * 60));
    vi.setSystemTime(new Date("2026-11-22T00:00:00Z"));
    expect((await trySend()).status).toBe(202);
    expect(await trySend({ text: "x".repeat(1_600) })).toMatchObject({ status: 429, body: { asked: 11 } });
  });

  it("a repeat of an accepted send is no new one, and no second key's cap is touched", async () => {
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { daily_cap: 1 } });
    const path = `/v2/api/chats/${encodeURIComponent(to)}/messages`;
    const again = () =>
      call(path, { body: { text: "Once" }, token: key.token, headers: { "Idempotency-Key": "once" } });
    expect([(await again()).status, (await again()).status, (await trySend()).status]).toEqual([202, 200, 429]);
  });

  it("a bulk request takes fifty and no more", async () => {
    const messages = Array.from({ length: 51 }, (_, index) => ({
      chat_id: `+155512340${String(index).padStart(2, "0")}`,
      text: "Hi",
    }));
    expect(await call("/v2/api/messages/bulk", { body: { messages }, token: key.token })).toMatchObject({
      status: 400,
      body: { code: "bulk_limit_exceeded" },
    });
    const fifty = await call("/v2/api/messages/bulk", { body: { messages: messages.slice(0, 50) }, token: key.token });
    expect((fifty.body.results as unknown[]).length).toBe(50);
    await eventually(async () => twilio.creates === 50);
  });
});

describe("WhatsApp", () => {
  const person = `whatsapp:${to}`;
  let sender: string;

  beforeEach(async () => {
    sender = `whatsapp:${freshNumber()}`;
    await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: sender } });
    await assignTo(key.id, sender);
    twilio.numbers.push({ ...(twilio.numbers[0] as (typeof twilio.numbers)[number]), phoneNumber: sender });
  });

  function hear(text = "Hi") {
    return write(text, { from: person, to: sender, url: twilio.numbers[0]?.fields.sms_url ?? "" });
  }

  it("takes free text within 24 hours of the person's last message, and templates at any time", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    expect(await trySend({}, person)).toMatchObject({ status: 400, body: { code: "content_required" } });
    await hear();
    expect(await trySend({}, person)).toMatchObject({ status: 202, body: { from_number: sender } });
    vi.setSystemTime(Date.now() + 24 * 3_600_000 - 5_000);
    expect((await trySend({}, person)).status).toBe(202);
    vi.setSystemTime(Date.now() + 10_000);
    expect(await trySend({}, person)).toMatchObject({ status: 400, body: { code: "content_required" } });
    expect(twilio.creates).toBe(2);
    const template = { content_sid: `HX${"b".repeat(32)}`, content_variables: { 1: "Ada" } };
    expect((await trySend({ ...template, text: undefined }, person)).status).toBe(202);
    await hear("Hi again");
    expect((await trySend({}, person)).status).toBe(202);
    await eventually(async () => twilio.creates === 4);
  });

  it("does not let a message be scheduled beyond its window", async () => {
    await hear();
    expect((await trySend({ send_at: Date.now() + 25 * 3_600_000 }, person)).body.code).toBe("content_required");
    expect((await trySend({ send_at: Date.now() + 23 * 3_600_000 }, person)).status).toBe(202);
  });

  it("tells when a message was read, once, also long after it was delivered", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    await hear();
    const id = await sendText(key, "Read me", person);
    const message = await eventually(async () => twilio.messages[0]);
    await twilio.sendStatus(message.sid, "delivered");
    vi.setSystemTime(Date.now() + 6 * 86_400_000);
    await twilio.sendStatus(message.sid, "read");
    await twilio.sendStatus(message.sid, "read");
    await eventually(async () => names().includes("message.read"));
    await settle();
    expect(names().filter((name) => name === "message.read")).toHaveLength(1);
    const read = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages/${id}`, { token: key.token });
    expect(read.body).toMatchObject({ status: "delivered", protocol: "whatsapp", read_at: expect.any(Number) });
  });
});
