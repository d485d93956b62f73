import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FakeTwilio, startFakeTwilio } from "../../../test/support/node/fake-twilio.ts";
import type { Outgoing } from "../carrier.ts";
import type { Login } from "./account.ts";
import { twilioCarrier } from "./client.ts";
import { Clock } from "./clock.ts";
import { fetchMessage, listMessages } from "./messages.ts";

const accountSid = `AC${"a".repeat(32)}`;
const authToken = "token-with-ümlaut-0123456789";
const apiKey = { sid: `SK${"b".repeat(32)}`, secret: "key-secret-9876543210" };
const number = "+14155550100";
const tokenLogin: Login = { accountSid, apiKeySid: null, apiKeySecret: null, authToken, region: null, edge: null };
const keyLogin: Login = { ...tokenLogin, apiKeySid: apiKey.sid, apiKeySecret: apiKey.secret };
const outgoing: Outgoing = {
  to: "+15551234567",
  from: number,
  text: "Hello",
  mediaUrls: [],
  reference: { messageId: "msg_1", callbackUrl: "http://127.0.0.1:1/twilio/ta_1/status?pool=key_1&message=msg_1" },
  extras: {},
};

let twilio: FakeTwilio;

beforeEach(async () => {
  const numbers = [number, { phoneNumber: "+14155550101", mms: false }];
  twilio = await startFakeTwilio({ accountSid, authToken, apiKeys: [apiKey], numbers, lifeCycle: () => [] });
});

afterEach(async () => {
  await twilio.stop();
});

function client(timeoutMs = 2_000) {
  return twilioCarrier({ fetch, apiUrl: twilio.url, timeoutMs });
}

function wire() {
  return { fetch, apiUrl: twilio.url, timeoutMs: 2_000, now: Date.now, clock: new Clock() };
}

function message(change: Partial<Outgoing> = {}): Outgoing {
  return { ...outgoing, ...change };
}

describe("a message that Twilio takes", () => {
  test.each([
    ["an auth token", tokenLogin],
    ["an API key", keyLogin],
  ])("is accepted once, sent with %s, and breaks none of Twilio's rules", async (_, login) => {
    const outcome = await client()(login).send(message());
    expect(outcome).toMatchObject({ kind: "accepted", from: number, providerId: expect.stringMatching(/^SM/) });
    expect(outcome.requestId).toMatch(/^RQ[0-9a-f]{32}$/);
    expect(twilio.accepted()).toHaveLength(1);
    expect(twilio.violations).toEqual([]);
  });

  test("carries text, media, callback and every extra in Twilio's own words", async () => {
    const extras = {
      messagingServiceSid: `MG${"c".repeat(32)}`,
      contentSid: `HX${"d".repeat(32)}`,
      contentVariables: '{"1":"a & b + c"}',
      validityPeriodSeconds: 600,
      smartEncoded: true,
      contentRetention: "discard",
    } as const;
    const mediaUrls = ["https://example.com/a.png?x=1&y=2", "https://example.com/b.png"];
    const sent = message({ text: "50% off & more + 👍\n", mediaUrls, extras });
    expect((await client()(tokenLogin).send(sent)).kind).toBe("accepted");
    expect(twilio.violations).toEqual([]);
    const { messagingServiceSid } = extras;
    expect(twilio.messages[0]).toMatchObject({ body: sent.text, mediaUrls, messagingServiceSid, from: number });
    expect(twilio.messages[0]?.statusCallback).toBe(sent.reference.callbackUrl);
  });

  test("is accepted too when its callback overtakes the answer", async () => {
    twilio.fault({}, { kind: "callback_first", answerAfterMs: 100 });
    expect((await client()(tokenLogin).send(message())).kind).toBe("accepted");
  });
});

describe("a message that Twilio refuses", () => {
  test.each([
    [400, 21211],
    [400, 21408],
    [400, 21606],
    [400, 21610],
    [400, 21614],
    [400, 21617],
    [400, 30450],
    [403, 20403],
    [404, 20404],
    [422, 20001],
  ])("with %i and %i is refused for good after one request", async (status, code) => {
    twilio.fault({}, { kind: "refuse", status, code, message: "No." });
    const outcome = await client()(tokenLogin).send(message());
    expect(outcome).toMatchObject({ kind: "refused", code: String(code), message: "No." });
    expect(twilio.log.filter((entry) => entry.kind === "request")).toHaveLength(1);
  });

  test("for wrong credentials is refused with 20003", async () => {
    const outcome = await client()({ ...tokenLogin, authToken: "wrong" }).send(message());
    expect(outcome).toMatchObject({ kind: "account_refused", because: expect.stringContaining("HTTP 401, 20003") });
  });

  test("never tells a secret, even where Twilio echoes it", async () => {
    const echo = JSON.stringify({ code: 20001, message: `bad ${authToken} and ${apiKey.secret}` });
    twilio.fault({}, { kind: "answer", status: 400, body: echo, taken: false });
    const outcome = await client()(keyLogin).send(message());
    expect(outcome.kind).toBe("refused");
    expect(JSON.stringify(outcome)).not.toContain(authToken);
    expect(JSON.stringify(outcome)).not.toContain(apiKey.secret);
  });

  test("is not even asked for without credentials", async () => {
    const outcome = await client()({ ...tokenLogin, authToken: null }).send(message());
    expect(outcome).toMatchObject({
      kind: "account_refused",
      because: expect.stringContaining("The account holds no credentials."),
    });
    expect(twilio.log).toEqual([]);
  });
});

test.each([
  [undefined, null],
  ["0", 0],
  ["7", 7],
  ["3600", 3600],
  ["-1", null],
  ["soon", null],
])("a 429 with Retry-After %s waits %s seconds and is known not to be taken", async (retryAfter, seconds) => {
  twilio.fault({}, retryAfter === undefined ? { kind: "rate_limit" } : { kind: "rate_limit", retryAfter });
  const outcome = await client()(tokenLogin).send(message());
  expect(outcome).toMatchObject({ kind: "wait", retryAfterSeconds: seconds });
  expect(twilio.accepted()).toEqual([]);
});

describe("what cannot be known is said", () => {
  test.each([
    ["408", { kind: "answer", status: 408, body: "", taken: true }],
    ["500 after taking it", { kind: "error", status: 500, taken: true }],
    ["500 without taking it", { kind: "error", status: 500, taken: false }],
    ["503", { kind: "error", status: 503, taken: false }],
    ["a reset after taking it", { kind: "reset", taken: true }],
    ["a reset without taking it", { kind: "reset", taken: false }],
    ["silence after taking it", { kind: "hang", taken: true }],
    ["silence without taking it", { kind: "hang", taken: false }],
    ["201 without a sid", { kind: "bad_sid", sid: null }],
    ["201 with an empty sid", { kind: "bad_sid", sid: "" }],
    ["201 with a call's sid", { kind: "bad_sid", sid: `CA${"0".repeat(32)}` }],
    ["201 with a short sid", { kind: "bad_sid", sid: "SM123" }],
    ["201 with upper-case hex", { kind: "bad_sid", sid: `SM${"A".repeat(32)}` }],
    ["truncated JSON", { kind: "truncated" }],
    ["HTML", { kind: "answer", status: 200, contentType: "text/html", body: "<h1>Hi</h1>", taken: true }],
    ["an empty 201", { kind: "answer", status: 201, body: "", taken: true }],
    ["a 1 MB answer", { kind: "answer", status: 201, body: `{"sid":"${"x".repeat(1_000_000)}"}`, taken: true }],
    ["a body that drips for ever", { kind: "drip", everyMs: 50 }],
  ] as const)("%s leaves the outcome unknown after one request", async (_, fault) => {
    twilio.fault({}, fault);
    const outcome = await client(300)(tokenLogin).send(message());
    expect(outcome.kind).toBe("unknown");
    expect(twilio.log.filter((entry) => entry.kind === "accepted").length).toBeLessThanOrEqual(1);
  });

  test("a refused connection too, since workerd does not tell it from a lost one", async () => {
    const carrier = twilioCarrier({ fetch, apiUrl: "http://127.0.0.1:1" });
    expect(await carrier(tokenLogin).send(message())).toMatchObject({ kind: "unknown" });
  });

  test("a dripping answer is given up after the time-out, headers and body together", async () => {
    twilio.fault({}, { kind: "drip", everyMs: 50 });
    const start = Date.now();
    await client(300)(tokenLogin).send(message());
    expect(Date.now() - start).toBeLessThan(1_000);
  });

  test("a redirect is not followed: the other host never sees the credentials", async () => {
    const strangers: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      strangers.push(request.headers.authorization);
      response.end();
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    for (const status of [301, 302, 307, 308]) {
      twilio.fault({}, { kind: "answer", status, body: "", taken: false, headers: { location } });
      expect((await client()(tokenLogin).send(message())).kind).toBe("unknown");
    }
    twilio.fault({ call: "list" }, { kind: "answer", status: 307, body: "", taken: false, headers: { location } });
    expect((await listMessages(wire(), tokenLogin, { to: "+1", since: 0 })).ok).toBe(false);
    other.close();
    expect(strangers).toEqual([]);
  });
});

describe("lists", () => {
  test("of messages follow every page, newest first, and end at the first page that is too old", async () => {
    for (let count = 0; count < 410; count += 1) twilio.messages.push(stored(count));
    const all = await listMessages(wire(), tokenLogin, { to: outgoing.to, since: 0 });
    expect(all.ok && all.value.length).toBe(410);
    expect(all.ok && all.value[0]?.text).toBe("text 409");
    twilio.log.length = 0;
    const recent = await listMessages(wire(), tokenLogin, { to: outgoing.to, since: stored(300).createdAt });
    expect(recent.ok && recent.value.length).toBe(110);
    expect(twilio.log).toHaveLength(2);
    expect(twilio.violations).toEqual([]);
  });

  test("keep to one recipient, whoever sent: a service that has not picked a sender yet names none", async () => {
    twilio.messages.push(stored(1), { ...stored(2), to: "+15550000000" }, { ...stored(3), from: null });
    const listed = await listMessages(wire(), tokenLogin, { to: outgoing.to, since: 0 });
    expect(listed.ok && listed.value.map(({ text }) => text)).toEqual(["text 3", "text 1"]);
  });

  test("that break off in the middle fail whole: a part never passes for all", async () => {
    for (let count = 0; count < 210; count += 1) twilio.messages.push(stored(count));
    let pages = 0;
    twilio.faultBy(({ call }) => {
      if (call === "list") pages += 1;
      return pages === 2 ? { kind: "error", status: 500, taken: false } : null;
    });
    const listed = await listMessages(wire(), tokenLogin, { to: outgoing.to, since: 0 });
    expect(listed).toMatchObject({ ok: false, refusal: { status: 500 } });
  });

  test("never follow a next page out of the account", async () => {
    const body = JSON.stringify({
      messages: [],
      next_page_uri: "http://evil.example/2010-04-01/Accounts/ACx/Messages.json",
    });
    twilio.fault({ call: "list" }, { kind: "answer", status: 200, body, taken: false });
    const listed = await listMessages(wire(), tokenLogin, { to: "+1", since: 0 });
    expect(listed).toMatchObject({ ok: false });
  });

  test("of numbers hold all pages, and one number is found by its exact digits", async () => {
    const numbers = Array.from({ length: 203 }, (_, index) => `+1415556${String(index).padStart(4, "0")}`);
    const many = await startFakeTwilio({ accountSid, authToken, numbers: ["+14155560", ...numbers] });
    const carrier = twilioCarrier({ fetch, apiUrl: many.url });
    const all = await carrier(tokenLogin).listNumbers();
    expect(all.ok && all.value.map(({ phoneNumber }) => phoneNumber)).toEqual(["+14155560", ...numbers]);
    const found = await carrier(tokenLogin).findNumber("+14155560202");
    expect(found).toMatchObject({ ok: true, value: { phoneNumber: "+14155560202" } });
    expect(await carrier(tokenLogin).findNumber("+141555602")).toEqual({ ok: true, value: null });
    expect(many.violations).toEqual([]);
    await many.stop();
  });

  function stored(count: number) {
    const base = { direction: "outbound-api", from: number, to: outgoing.to, errorCode: null } as const;
    const sid = `SM${String(count).padStart(32, "0")}`;
    const createdAt = Date.UTC(2026, 0, 1) + count * 1000;
    return {
      ...base,
      mediaUrls: [],
      sid,
      body: `text ${count}`,
      status: "sent",
      createdAt,
      statusCallback: null,
      messagingServiceSid: null,
    };
  }
});

test("one message is fetched in our words, an unknown one is a refusal", async () => {
  const sent = await client()(tokenLogin).send(message());
  const providerId = sent.kind === "accepted" ? sent.providerId : "";
  await twilio.sendStatus(providerId, "undelivered", { errorCode: 30003, silent: true });
  const fetched = await fetchMessage(wire(), keyLogin, providerId);
  expect(fetched).toMatchObject({ ok: true, value: { status: "undelivered", errorCode: "30003", text: "Hello" } });
  const missing = await fetchMessage(wire(), keyLogin, `SM${"0".repeat(32)}`);
  expect(missing).toMatchObject({ ok: false, refusal: { status: 404, code: "20404" } });
  const states = await client()(keyLogin).states([`SM${"0".repeat(32)}`, providerId]);
  expect([...states.keys()]).toEqual([providerId]);
});

test("a number's webhooks are set, and cleared with empty strings", async () => {
  const carrier = client();
  const listed = await carrier(tokenLogin).listNumbers();
  const id = listed.ok ? (listed.value[0]?.providerId ?? "") : "";
  const smsUrl = "https://gateway.example/twilio/ta_1/inbound#rc=3&rp=all";
  const set = await carrier(keyLogin).updateNumber(id, { smsUrl, smsMethod: "POST", smsApplicationSid: "" });
  expect(set).toMatchObject({ ok: true, value: { webhooks: { smsUrl, smsMethod: "POST", smsApplicationSid: "" } } });
  const cleared = await carrier(keyLogin).updateNumber(id, { smsUrl: "", smsMethod: "" });
  expect(cleared).toMatchObject({ ok: true, value: { webhooks: { smsUrl: "", smsMethod: "POST" } } });
  expect(twilio.violations).toEqual([]);
});

describe("a login is tried", () => {
  test("per capability", async () => {
    for (const capability of ["credentials", "numbers", "messages"] as const) {
      expect((await client()(tokenLogin).probe(capability)).ok).toBe(true);
      expect((await client()(keyLogin).probe(capability)).ok).toBe(true);
      const wrong = await client()({ ...keyLogin, apiKeySecret: "wrong" }).probe(capability);
      expect(wrong).toMatchObject({ ok: false, refusal: { status: 401, code: "20003" } });
    }
    expect(twilio.violations).toEqual([]);
  });

  test("and a restricted key is told apart by what it may read", async () => {
    const apiKeys = [{ ...apiKey, mayRead: ["messages"] as const }].map((key) => ({
      ...key,
      mayRead: [...key.mayRead],
    }));
    const restricted = await startFakeTwilio({ accountSid, authToken, apiKeys, numbers: [] });
    const carrier = twilioCarrier({ fetch, apiUrl: restricted.url });
    expect((await carrier(keyLogin).probe("credentials")).ok).toBe(true);
    expect((await carrier(keyLogin).probe("messages")).ok).toBe(true);
    expect(await carrier(keyLogin).probe("numbers")).toMatchObject({ ok: false, refusal: { status: 403 } });
    await restricted.stop();
  });

  test("and a suspended account is none that works", async () => {
    const body = JSON.stringify({ friendly_name: "x", status: "suspended", type: "Full", auth_token: authToken });
    twilio.fault({ call: "account" }, { kind: "answer", status: 200, body, taken: false });
    const probed = await client()(tokenLogin).probe("credentials");
    expect(probed).toMatchObject({ ok: false, refusal: { message: "The account is suspended." } });
  });
});
