import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminOf, clientOf, eventually, senderOf } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { computeSignature } from "../support/node/fake-twilio-webhooks.ts";
import { type Sink, startSink } from "../support/node/sink.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const accountSid = `AC${"a1".repeat(16)}`;
const authToken = "f0e1d2c3b4a5968778695a4b3c2d1e0f";
const apiKey = { sid: `SK${"b2".repeat(16)}`, secret: "a-secret-of-the-stand-in" };
const first = "+15559876543";
const second = "+15552220001";
const spare = "+15553330001";
const person = "+15551234567";
const before = { smsUrl: "https://before.example/sms", smsApplicationSid: `AP${"c3".repeat(16)}` };

let twilio: FakeTwilio;
let sink: Sink;
let gateway: Gateway;
let admin: ReturnType<typeof adminOf>;
let integrationId: string;
let liveKey: { id: string; token: string };
let send: ReturnType<typeof senderOf>;

beforeAll(async () => {
  const numbers = [first, { phoneNumber: second, ...before }, spare];
  twilio = await startFakeTwilio({ accountSid, authToken, apiKeys: [apiKey], numbers });
  sink = await startSink();
  gateway = await startGateway({ env: { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1" } });
  admin = adminOf(gateway);
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  await sink?.stop();
  await twilio?.stop();
});

const fieldsOf = (number: string) => twilio.numbers.find(({ phoneNumber }) => phoneNumber === number)?.fields;
const sentTo = (to: string) => twilio.messages.filter((message) => message.to === to);
const readStatus = async (to: string, messageId: unknown) =>
  (await clientOf(gateway, liveKey.token)("GET", `/chats/${encodeURIComponent(to)}/messages/${messageId}/status`)).body;

describe("connecting a Twilio account by the admin API", () => {
  test("refuses credentials that Twilio refuses, and stores nothing", async () => {
    const wrong = { account_sid: accountSid, api_key_sid: apiKey.sid, api_key_secret: "wrong", auth_token: authToken };
    const refused = await admin("POST", "/integrations/twilio", wrong);
    expect(refused).toMatchObject({ status: 422, body: { code: "twilio_authentication_failed", error: "ApiError" } });
    const { body } = await admin("GET", "/integrations/twilio");
    expect(JSON.stringify(body)).not.toContain(accountSid);
  });

  test("stores the right ones and never shows them again", async () => {
    const right = { account_sid: accountSid, api_key_sid: apiKey.sid, api_key_secret: apiKey.secret };
    const made = await admin("POST", "/integrations/twilio", { ...right, auth_token: authToken });
    expect(made).toMatchObject({
      status: 201,
      body: { account_sid: accountSid, authentication: "api_key", webhooks_verified: true, status: "connected" },
    });
    integrationId = String(made.body.integration_id);
    const shown = JSON.stringify([made.body, (await admin("GET", `/integrations/twilio/${integrationId}`)).body]);
    expect(shown).not.toContain(apiKey.secret);
    expect(shown).not.toContain(authToken);
    const tested = await admin("POST", `/integrations/twilio/${integrationId}/test`);
    expect(tested).toMatchObject({ status: 200, body: { ok: true } });
  });

  test("lists the account's numbers", async () => {
    const { body } = await admin("GET", `/integrations/twilio/${integrationId}/available-numbers`);
    expect(body.numbers).toMatchObject([
      { phone_number: first, imported: false, webhook_ok: false },
      { phone_number: second, imported: false, webhook_ok: false },
      { phone_number: spare, imported: false, webhook_ok: false },
    ]);
  });

  test("imports numbers: the webhook is set at Twilio, the application SID is cleared", async () => {
    const wanted = [first, second, spare, "+15550009999"];
    const { body } = await admin("POST", `/integrations/twilio/${integrationId}/import`, { phone_numbers: wanted });
    expect(body.results).toMatchObject([
      { phone_number: first, status: "imported" },
      { phone_number: second, status: "imported" },
      { phone_number: spare, status: "imported" },
      { phone_number: "+15550009999", status: "failed", code: "not_found" },
    ]);
    for (const number of [first, second, spare]) {
      expect(fieldsOf(number)).toMatchObject({
        sms_url: `${gateway.url}/twilio/${integrationId}/inbound#rc=3&rp=all`,
        sms_method: "POST",
        sms_application_sid: "",
      });
    }
  });
});

describe("a live key", () => {
  test("answers 503 in the documented words while its pool is empty", async () => {
    const made = await admin("POST", "/api-keys", { name: "Journey" });
    expect(made).toMatchObject({ status: 201, body: { mode: "live", protocol: null } });
    liveKey = { id: String(made.body.api_key_id), token: String(made.body.key) };
    expect(liveKey.token).toMatch(/^tl_live_/);
    send = senderOf(gateway, liveKey.token);
    const answer = await send(person, { text: "Too early" });
    expect(answer).toMatchObject({
      status: 503,
      body: { code: "no_numbers_assigned", message: "No numbers assigned to this API key" },
    });
  });

  test("takes imported numbers, in the order of their assignment", async () => {
    for (const [position, number] of [first, second].entries()) {
      const assigned = await admin("PATCH", `/numbers/${encodeURIComponent(number)}`, { api_key_id: liveKey.id });
      expect(assigned).toMatchObject({ status: 200, body: { api_key_id: liveKey.id, position } });
    }
    const { body } = await clientOf(gateway, liveKey.token)("GET", "/me/numbers");
    expect(body.numbers).toMatchObject([{ phone_number: first }, { phone_number: second }]);
  });

  test("cannot hold a sandbox number, nor a test key a real one", async () => {
    const { body } = await admin("GET", "/numbers");
    const numbers = body.numbers as { phone_number: string; api_key_id: string }[];
    const sandbox = numbers.find(({ phone_number }) => phone_number.startsWith("+1500555"));
    const conflict = { status: 409, body: { code: "api_key_mode_conflict" } };
    const move = (number: string, api_key_id: unknown) =>
      admin("PATCH", `/numbers/${encodeURIComponent(number)}`, { api_key_id });
    expect(await move(spare, sandbox?.api_key_id)).toMatchObject(conflict);
    expect(await move(sandbox?.phone_number ?? "", liveKey.id)).toMatchObject(conflict);
  });

  test("gets the documented 403 for a number of another pool", async () => {
    const answer = await send(person, { text: "Not mine", from_number: spare });
    expect(answer).toMatchObject({
      status: 403,
      body: { code: "from_number_not_owned", message: "This API key does not own the specified from_number" },
    });
    expect(sentTo(person)).toEqual([]);
  });
});

describe("sending", () => {
  test("registers the webhook that the rest of the journey watches", async () => {
    const client = clientOf(gateway, liveKey.token);
    const made = await client("POST", "/webhooks", { webhook_url: `${sink.url}/hook`, webhook_type: "all" });
    expect(made).toMatchObject({
      status: 201,
      body: { signing_secret: expect.stringMatching(/^whsec_[0-9a-f]{64}$/) },
    });
    sink.trust(String(made.body.signing_secret), "/hook");
  });

  test("reaches Twilio as documented and goes from queued to delivered, each step to the webhook", async () => {
    const sent = await send("+15557770001", { text: "Hello", metadata: { order: "42" } });
    expect(sent).toMatchObject({
      status: 202,
      body: { message_id: expect.stringMatching(/^msg_/), status: "queued", from_number: first },
    });
    const messageId = sent.body.message_id;
    const delivered = await sink.waitFor(({ payload }) => payload?.event === "message.delivered", 20_000);
    expect(delivered.payload).toMatchObject({
      message_id: messageId,
      external_id: "+15557770001",
      metadata: { order: "42" },
    });
    expect(await readStatus("+15557770001", messageId)).toMatchObject({ status: "delivered", protocol: "sms" });
    expect(sentTo("+15557770001")).toMatchObject([{ from: first, body: "Hello", status: "delivered" }]);
    const callback = new URL(sentTo("+15557770001")[0]?.statusCallback ?? "");
    expect(callback.href).toMatch(`${gateway.url}/twilio/${integrationId}/status?`);
    expect(callback.searchParams.get("message")).toBe(messageId);
    const events = sink.deliveries.filter(({ payload }) => payload?.message_id === messageId);
    expect(events.map(({ payload }) => payload?.event)).toEqual(["message.sent", "message.delivered"]);
    expect(delivered.headers).toMatchObject({
      "x-blooio-event": "message.delivered",
      "x-blooio-message-id": messageId,
      "webhook-id": delivered.payload?.event_id,
    });
  });

  test("carries attachments and the given sender", async () => {
    const body = { text: "Look", attachments: ["https://example.com/a.png"], from_number: second };
    const sent = await send("+15557770002", body);
    expect(sent).toMatchObject({ status: 202, body: { from_number: second } });
    const [message] = await eventually(async () => sentTo("+15557770002").length > 0 && sentTo("+15557770002"));
    expect(message).toMatchObject({ from: second, mediaUrls: ["https://example.com/a.png"] });
  });

  test("makes one message of equal requests with one Idempotency-Key, and refuses another body", async () => {
    const headers = { "idempotency-key": "journey-1" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => send("+15557770003", { text: "Once" }, headers)));
    expect(new Set(answers.map(({ body }) => body.message_id)).size).toBe(1);
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 202]);
    const other = await send("+15557770003", { text: "Twice" }, headers);
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    await eventually(async () => sentTo("+15557770003").length > 0);
    expect(sentTo("+15557770003")).toHaveLength(1);
  });

  test("fails at once with Twilio's code when Twilio refuses", async () => {
    twilio.fault({ to: "+15557770004" }, { kind: "refuse", status: 400, code: 21610, message: "Unsubscribed" });
    const sent = await send("+15557770004", { text: "Sorry" });
    const failed = await sink.waitFor(({ payload }) => payload?.event === "message.failed", 20_000);
    expect(failed.payload).toMatchObject({ message_id: sent.body.message_id, status: "failed", error_code: "21610" });
  });
});

describe("an inbound message", () => {
  test("signed by Twilio reaches the webhook field by field as documented", async () => {
    const [answer] = await twilio.sendInbound({ from: person, to: second, text: "Incoming SMS" });
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining("<Response") });
    expect(answer?.contentType).toContain("text/xml");
    const received = await sink.waitFor(({ payload }) => payload?.event === "message.received");
    expect(received.payload).toMatchObject({
      event: "message.received",
      message_id: expect.stringMatching(/^msg_/),
      external_id: person,
      internal_id: second,
      protocol: "sms",
      text: "Incoming SMS",
      sender: person,
      is_group: false,
      timestamp: expect.any(Number),
      verified: true,
    });
  });

  test("that Twilio repeats is one message and one event", async () => {
    const answers = await twilio.sendInbound({ from: "+15557770010", to: first, text: "Again", times: 5 });
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await sink.waitFor(({ payload }) => payload?.external_id === "+15557770010");
    const { body } = await clientOf(gateway, liveKey.token)("GET", "/chats/%2B15557770010/messages");
    expect(body.pagination).toMatchObject({ total: 1 });
  });

  test.each([
    ["forged", { signing: "wrong" }],
    ["unsigned", { signing: "none" }],
  ] as const)("that is %s is refused and leaves no trace", async (_, how) => {
    const stranger = "+15557770011";
    const [answer] = await twilio.sendInbound({ from: stranger, to: first, text: "Evil", ...how });
    expect(answer).toMatchObject({ status: 403 });
    await expectNoTrace(stranger);
  });

  test.each([
    ["to a number that is not ours", { To: "+15550008888" }],
    ["of another account", { AccountSid: `AC${"d4".repeat(16)}` }],
  ])("%s is refused and leaves no trace, though the signature holds", async (_, change) => {
    const stranger = "+15557770012";
    const form = {
      MessageSid: `SM${"e5".repeat(16)}`,
      AccountSid: accountSid,
      From: stranger,
      To: first,
      Body: "Evil",
    };
    const params = Object.entries({ ...form, NumMedia: "0", ...change });
    const url = `${gateway.url}/twilio/${integrationId}/inbound`;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "x-twilio-signature": computeSignature(url, params, authToken) },
      body: new URLSearchParams(params),
    });
    expect(answer.status).toBe(403);
    await expectNoTrace(stranger);
  });

  async function expectNoTrace(stranger: string) {
    const chat = await clientOf(gateway, liveKey.token)("GET", `/chats/${encodeURIComponent(stranger)}`);
    expect(chat.status).toBe(404);
    expect(sink.deliveries.some(({ payload }) => payload?.external_id === stranger)).toBe(false);
  }
});

describe("a status report", () => {
  test("that is forged changes nothing", async () => {
    const sent = await send("+15557770020", { text: "Sound" });
    await eventually(async () => (await readStatus("+15557770020", sent.body.message_id)).status === "delivered");
    const sid = sentTo("+15557770020")[0]?.sid ?? "";
    expect(await twilio.sendStatus(sid, "failed", { signing: "wrong", errorCode: 30007 })).toMatchObject({
      status: 403,
    });
    expect(await twilio.sendStatus(sid, "failed", { signing: "none", errorCode: 30007 })).toMatchObject({
      status: 403,
    });
    expect(await readStatus("+15557770020", sent.body.message_id)).toMatchObject({ status: "delivered" });
  });

  test("that comes late or twice changes nothing and owes nothing", async () => {
    const sent = await send("+15557770021", { text: "In order" });
    await eventually(async () => (await readStatus("+15557770021", sent.body.message_id)).status === "delivered");
    const sid = sentTo("+15557770021")[0]?.sid ?? "";
    for (const status of ["sent", "delivered", "sending"])
      expect((await twilio.sendStatus(sid, status))?.status).toBe(204);
    expect(await readStatus("+15557770021", sent.body.message_id)).toMatchObject({ status: "delivered" });
    const events = await eventually(async () => {
      const own = sink.deliveries.filter(({ payload }) => payload?.message_id === sent.body.message_id);
      return own.length >= 2 && own;
    });
    expect(events).toHaveLength(2);
  });
});

describe("at the end of the journey", () => {
  test("every webhook carried both signatures, and Twilio was never used wrongly", () => {
    expect(sink.deliveries.length).toBeGreaterThan(10);
    expect(sink.forgeries()).toEqual([]);
    expect(twilio.violations).toEqual([]);
  });

  test("what left came straight from the Worker: no simulator's worker stood between", () => {
    expect(sink.deliveries.filter(({ headers }) => headers["cf-worker"] !== undefined)).toEqual([]);
  });

  test("a released number gets back what stood at Twilio before", async () => {
    const released = await admin("DELETE", `/numbers/${encodeURIComponent(second)}`);
    expect(released.status).toBe(200);
    expect(fieldsOf(second)).toMatchObject({ sms_url: before.smsUrl, sms_application_sid: before.smsApplicationSid });
  });

  test("a revoked key is refused at once", async () => {
    expect((await admin("DELETE", `/api-keys/${liveKey.id}`)).status).toBe(200);
    expect(await send(person, { text: "Too late" })).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  });
});
