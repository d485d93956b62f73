import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Outcome, Outgoing } from "../../../src/carriers/carrier.ts";
import { sandboxFetch } from "../../../src/carriers/sandbox/fetch.ts";
import { magicRecipients } from "../../../src/carriers/sandbox/magic.ts";
import type { Login } from "../../../src/carriers/twilio/account.ts";
import { twilioCarrier } from "../../../src/carriers/twilio/client.ts";
import { Clock } from "../../../src/carriers/twilio/clock.ts";
import { listMessages } from "../../../src/carriers/twilio/messages.ts";
import { verifyTwilioSignature } from "../../../src/domain/twilio-signature.ts";
import worker from "../../../src/index.ts";

const gateway = "https://gateway.test/twilio/ta_1";
const person = "+15551234567";
const sender = "+15005550100";

type Course = { outcome: string; code?: string; told: string[]; errorCode?: string; reply?: string };
type Knocked = { path: string; form: [string, string][]; genuine: boolean; token: string | null };

let login: Login;
let knocks: Knocked[];
let answers: number[];

beforeEach(async () => {
  const accountSid = `AC${crypto.randomUUID().replaceAll("-", "")}`;
  const authToken = crypto.randomUUID();
  login = { accountSid, apiKeySid: null, apiKeySecret: null, authToken, region: null, edge: null };
  knocks = [];
  answers = [];
  vi.spyOn(worker, "fetch").mockImplementation(async (request: Request) => {
    const url = new URL(request.url);
    const rawBody = new Uint8Array(await request.arrayBuffer());
    const form = [...new URLSearchParams(new TextDecoder().decode(rawBody))];
    if (new Map(form).get("AccountSid") !== accountSid) return new Response(null, { status: 403 });
    const contentType = request.headers.get("content-type");
    const signature = request.headers.get("x-twilio-signature");
    const signed = { url: request.url, params: form, rawBody, contentType, signature, authTokens: [authToken] };
    const token = request.headers.get("i-twilio-idempotency-token");
    knocks.push({ path: url.pathname + url.search, form, genuine: await verifyTwilioSignature(signed), token });
    return new Response(null, { status: answers.shift() ?? 204 });
  });
  expect(await sandbox().open({ accountSid, authToken, block: 0 })).toEqual({ ok: true, value: null });
});

function sandbox() {
  return env.SANDBOX.getByName(login.accountSid);
}

function carrier(timeoutMs = 2_000) {
  return twilioCarrier({ fetch: sandboxFetch(env.SANDBOX), apiUrl: "https://api.twilio.com", timeoutMs });
}

function list(to: string) {
  const outside = { fetch: sandboxFetch(env.SANDBOX), apiUrl: "https://api.twilio.com", timeoutMs: 2_000 };
  return listMessages({ ...outside, now: Date.now, clock: new Clock() }, login, { to, since: 0 });
}

function outgoing(to: string, change: Partial<Outgoing> = {}): Outgoing {
  const reference = { messageId: "msg_1", callbackUrl: `${gateway}/status?pool=key_1&message=msg_1` };
  return { to, from: sender, text: "Hello", mediaUrls: [], reference, extras: {}, ...change };
}

function statuses() {
  return knocks.map(({ form }) => new Map(form).get("MessageStatus"));
}

function knocksOf(contact: string) {
  const all = knocks.map(({ form }) => new Map(form));
  return all.filter((form) => form.get("To") === contact || form.get("From") === contact);
}

function describeCourse(outcome: Outcome, forms: Map<string, string>[]): Course {
  const told = forms.flatMap((form) => form.get("MessageStatus") ?? []);
  const errorCode = forms.at(-1)?.get("ErrorCode");
  const reply = forms.at(-1)?.get("Body");
  return {
    outcome: outcome.kind,
    ...(outcome.kind === "refused" ? { code: String(outcome.code) } : {}),
    told,
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(reply === undefined ? {} : { reply }),
  };
}

async function importNumber(phoneNumber: string, smsUrl = `${gateway}/inbound#rc=2&rp=all`) {
  const found = await carrier()(login).findNumber(phoneNumber);
  const id = found.ok ? (found.value?.providerId ?? "") : "";
  return carrier()(login).updateNumber(id, { smsUrl, smsMethod: "POST", smsApplicationSid: "" });
}

describe("an account", () => {
  test("is closed until it was opened, and to every other token", async () => {
    const stranger = { ...login, accountSid: `AC${"0".repeat(32)}` };
    expect(await carrier()(stranger).send(outgoing(person))).toMatchObject({ kind: "account_refused" });
    const because = expect.stringContaining("20003");
    expect(await carrier()({ ...login, authToken: "x" }).send(outgoing(person))).toMatchObject({ because });
    expect((await carrier()(login).probe("credentials")).ok).toBe(true);
  });

  test("opens under its own name only, and keeps its numbers when it is opened again", async () => {
    const other = env.SANDBOX.getByName(`AC${"1".repeat(32)}`);
    expect((await other.open({ accountSid: login.accountSid, authToken: "x", block: 0 })).ok).toBe(false);
    const before = await carrier()(login).listNumbers();
    await sandbox().open({ accountSid: login.accountSid, authToken: String(login.authToken), block: 0 });
    expect(await carrier()(login).listNumbers()).toEqual(before);
  });

  test("has numbers that can be imported like real ones, one of them without pictures", async () => {
    const listed = await carrier()(login).listNumbers();
    const numbers = listed.ok ? listed.value : [];
    expect(numbers.length).toBeGreaterThanOrEqual(12);
    expect(numbers.every(({ phoneNumber }) => /^\+1500555\d{4}$/.test(phoneNumber))).toBe(true);
    expect(numbers.filter(({ capabilities }) => !capabilities.mms)).toHaveLength(1);
    expect(await importNumber(sender)).toMatchObject({
      ok: true,
      value: { webhooks: { smsUrl: `${gateway}/inbound#rc=2&rp=all` } },
    });
    expect(await carrier()(login).findNumber(sender)).toMatchObject({ value: { webhooks: { smsMethod: "POST" } } });
  });
});

describe("a message to anybody", () => {
  test("goes from queued over sending and sent to delivered, told by signed callbacks in Twilio's form", async () => {
    const outcome = await carrier()(login).send(outgoing(person));
    expect(outcome).toMatchObject({ kind: "accepted", from: sender });
    const providerId = outcome.kind === "accepted" ? outcome.providerId : "";
    await vi.waitFor(() => expect(statuses()).toEqual(["sending", "sent", "delivered"]), 5_000);
    expect(knocks.every(({ genuine }) => genuine)).toBe(true);
    expect(knocks[0]?.path).toBe("/twilio/ta_1/status?pool=key_1&message=msg_1");
    expect(Object.fromEntries(knocks[1]?.form ?? [])).toEqual({
      MessageSid: providerId,
      SmsSid: providerId,
      MessageStatus: "sent",
      SmsStatus: "sent",
      To: person,
      From: sender,
      AccountSid: login.accountSid,
      ApiVersion: "2010-04-01",
    });
    const states = await carrier()(login).states([providerId]);
    expect(states.get(providerId)).toMatchObject({ status: "delivered" });
    const listed = await list(person);
    expect(listed).toMatchObject({ ok: true, value: [{ providerId, text: "Hello" }] });
  });

  test("reaches its end though the object is evicted on the way", async () => {
    await carrier()(login).send(outgoing(person));
    await evictDurableObject(sandbox());
    await vi.waitFor(() => expect(statuses()).toEqual(["sending", "sent", "delivered"]), 5_000);
  });

  test("is refused as Twilio refuses it when something is wrong with it", async () => {
    const cases: [Partial<Outgoing>, string][] = [
      [{ to: "12" }, "21211"],
      [{ from: "+15005550007" }, "21606"],
      [{ from: "+15005550008" }, "21611"],
      [{ from: "+15005550001" }, "21212"],
      [{ from: "+14155550100" }, "21606"],
      [{ from: "+15005550149", mediaUrls: ["https://example.com/a.png"] }, "21621"],
      [{ text: null }, "21602"],
      [{ text: "x".repeat(1601) }, "21617"],
      [{ to: `whatsapp:${person}` }, "21910"],
    ];
    for (const [change, code] of cases) {
      const outcome = await carrier()(login).send(outgoing(person, change));
      expect(outcome).toMatchObject({ kind: "refused", code });
    }
    expect(knocks).toEqual([]);
  });
});

const normal = ["sending", "sent", "delivered"];
const courses: Record<string, Course> = {
  "+15005550001": { outcome: "refused", code: "21211", told: [] },
  "+15005550002": { outcome: "refused", code: "21612", told: [] },
  "+15005550003": { outcome: "refused", code: "21408", told: [] },
  "+15005550004": { outcome: "refused", code: "21610", told: [] },
  "+15005550009": { outcome: "refused", code: "21614", told: [] },
  "+15005551606": { outcome: "refused", code: "21606", told: [] },
  "+15005551611": { outcome: "refused", code: "21611", told: [] },
  "+15005553003": { outcome: "accepted", told: ["sending", "sent", "undelivered"], errorCode: "30003" },
  "+15005553005": { outcome: "accepted", told: ["sending", "sent", "undelivered"], errorCode: "30005" },
  "+15005553006": { outcome: "accepted", told: ["sending", "sent", "undelivered"], errorCode: "30006" },
  "+15005553007": { outcome: "accepted", told: ["sending", "sent", "undelivered"], errorCode: "30007" },
  "+15005553008": { outcome: "accepted", told: ["sending", "failed"], errorCode: "30008" },
  "+15005553016": { outcome: "accepted", told: ["sending", "failed"], errorCode: "63016" },
  "+15005553036": { outcome: "accepted", told: ["sending", "sent", "undelivered"], errorCode: "63036" },
  "+15005554001": { outcome: "accepted", told: normal },
  "+15005554002": { outcome: "accepted", told: ["sending", "sent", "sent", "delivered", "delivered", "delivered"] },
  "+15005554003": { outcome: "accepted", told: ["delivered", "sent", "sending"] },
  "+15005554004": { outcome: "accepted", told: ["sending", "sent"] },
  "+15005554005": { outcome: "accepted", told: ["sent", "delivered"] },
  "+15005554290": { outcome: "wait", told: [] },
  "+15005554291": { outcome: "wait", told: [] },
  "+15005555001": { outcome: "unknown", told: normal },
  "+15005555002": { outcome: "unknown", told: [] },
  "+15005555003": { outcome: "unknown", told: normal },
  "+15005555004": { outcome: "unknown", told: [] },
  "+15005555005": { outcome: "unknown", told: normal },
  "+15005556001": { outcome: "accepted", told: normal, reply: "Hello back" },
  "+15005556002": { outcome: "accepted", told: normal, reply: "STOP" },
  "+15005556003": { outcome: "accepted", told: normal, reply: "START" },
  "+15005556004": { outcome: "accepted", told: normal, reply: "HELP" },
  "+15005556005": { outcome: "accepted", told: normal, reply: "Look at this" },
  "+15005556006": { outcome: "accepted", told: [...normal, "read"] },
};

describe("a magic recipient", () => {
  test("has its course in the table below, every one of them", () => {
    expect(Object.keys(courses).sort()).toEqual(Object.keys(magicRecipients).sort());
  });

  test("ends as the table says, all of them side by side", async () => {
    await importNumber(sender);
    const ends = Object.entries(courses).map(async ([to, course]) => {
      const outcome = await carrier(2_500)(login).send(outgoing(to));
      const count = course.told.length + (course.reply === undefined ? 0 : 1);
      await vi.waitFor(() => expect(knocksOf(to)).toHaveLength(count), 12_000);
      return [to, describeCourse(outcome, knocksOf(to))];
    });
    expect(Object.fromEntries(await Promise.all(ends))).toEqual(courses);
    expect(knocks.every(({ genuine }) => genuine)).toBe(true);
  });

  test("that says 429 first takes the message afterwards", async () => {
    const first = await carrier()(login).send(outgoing("+15005554290"));
    expect(first).toMatchObject({ kind: "wait", retryAfterSeconds: 1 });
    expect((await carrier()(login).send(outgoing("+15005554290"))).kind).toBe("accepted");
    const slow = outgoing("+15005554291");
    expect(await carrier()(login).send(slow)).toMatchObject({ kind: "wait", retryAfterSeconds: null });
    expect((await carrier()(login).send(slow)).kind).toBe("wait");
    expect((await carrier()(login).send(slow)).kind).toBe("accepted");
  });

  test("that answers 500 has taken the message or not, and the list knows", async () => {
    for (const [to, count] of [
      ["+15005555001", 1],
      ["+15005555002", 0],
      ["+15005555004", 1],
    ] as const) {
      await carrier()(login).send(outgoing(to));
      const listed = await list(to);
      expect(listed.ok && listed.value.length).toBe(count);
    }
  });

  test("that answers STOP is not written to again until START, from this number", async () => {
    await importNumber(sender);
    const to = "+15005556002";
    await carrier()(login).send(outgoing(to));
    await vi.waitFor(() => expect(knocks).toHaveLength(4), 5_000);
    expect(await carrier()(login).send(outgoing(to))).toMatchObject({ kind: "refused", code: "21610" });
    expect((await carrier()(login).send(outgoing(to, { from: "+15005550101" }))).kind).toBe("accepted");
    await sandbox().composeInbound({ from: to, to: sender, text: " start " });
    expect((await carrier()(login).send(outgoing(to))).kind).toBe("accepted");
  });
});

describe("an inbound message", () => {
  test("is written by one call and arrives signed, its picture can be fetched", async () => {
    await importNumber(sender);
    const media = ["https://example.com/any.png"];
    const composed = await sandbox().composeInbound({ from: person, to: sender, text: "Hi", media });
    expect(composed.ok).toBe(true);
    await vi.waitFor(() => expect(knocks).toHaveLength(1), 5_000);
    const form = new Map(knocks[0]?.form);
    expect(knocks[0]).toMatchObject({ path: "/twilio/ta_1/inbound", genuine: true });
    expect(form.get("MessageSid")).toBe(composed.ok ? composed.value.messageSid : "");
    expect([form.get("From"), form.get("To"), form.get("NumMedia")]).toEqual([person, sender, "1"]);
    const headers = { authorization: `Basic ${btoa(`${login.accountSid}:${login.authToken}`)}` };
    const picture = await sandboxFetch(env.SANDBOX)(String(form.get("MediaUrl0")), { headers });
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect((await picture.arrayBuffer()).byteLength).toBeGreaterThan(60);
  });

  test("by WhatsApp goes where the numbers' messages go", async () => {
    await importNumber(sender);
    const to = "whatsapp:+15005550020";
    await sandbox().composeInbound({ from: `whatsapp:${person}`, to, text: "Hi" });
    await vi.waitFor(() => expect(knocks).toHaveLength(1), 5_000);
    expect(new Map(knocks[0]?.form).get("WaId")).toBe("15551234567");
  });

  test("by RCS comes from the person's rcs: address to the agent, with no place", async () => {
    await importNumber(sender);
    await sandbox().composeInbound({ from: person, to: "rcs:sandbox", text: "STOP" });
    await vi.waitFor(() => expect(knocks).toHaveLength(1), 5_000);
    const form = new Map(knocks[0]?.form);
    expect([form.get("From"), form.get("To"), form.has("FromCountry")]).toEqual([
      `rcs:${person}`,
      "rcs:sandbox",
      false,
    ]);
    const again = await carrier()(login).send(outgoing(person, { from: "rcs:sandbox" }));
    expect(again).toMatchObject({ kind: "refused", code: "21610" });
  });

  test("is repeated as the webhook's fragment asks, under one token", async () => {
    await importNumber(sender);
    answers = [503, 500];
    await sandbox().composeInbound({ from: person, to: sender, text: "Hi" });
    await vi.waitFor(() => expect(knocks).toHaveLength(3), 8_000);
    expect(new Set(knocks.map(({ token }) => token)).size).toBe(1);
  });

  test("to a number without a webhook, or to none of ours, is refused", async () => {
    expect((await sandbox().composeInbound({ from: person, to: sender, text: "Hi" })).ok).toBe(false);
    const elsewhere = await sandbox().composeInbound({ from: person, to: "+14155550100", text: "Hi" });
    expect(elsewhere).toMatchObject({ ok: false, failure: { code: "not_found" } });
  });
});
