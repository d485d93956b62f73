import { runDurableObjectAlarm } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { computeSignature } from "../../../support/node/fake-twilio-webhooks.ts";
import { call, eventually } from "../../../support/workers/gateway.ts";
import {
  type LiveKey,
  makeLiveKey,
  type Outside,
  readMessage,
  sendTaken,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const to = "+15551234567";
const hour = 60 * 60_000;
const customer = "https://customer.example/status";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
  await call("/v2/api/webhooks", { body: { webhook_url: customer }, token: key.token });
});

afterEach(() => {
  expect(twilio.violations).toEqual([]);
  vi.useRealTimers();
});

function tell(sid: string, status: string, extras: Parameters<FakeAccount["sendStatus"]>[2] = {}) {
  return twilio.sendStatus(sid, status, extras);
}

function looks() {
  return twilio.log.filter((entry) => entry.kind === "request" && /Messages\/SM\w+\.json$/.test(entry.path)).length;
}

function eventsOf(id: string) {
  return outside.told.filter(({ url, body }) => url === customer && body.message_id === id).map(({ body }) => body);
}

/** Lets time pass, and the alarm ring as often as the platform would until nothing more comes of it. */
async function pass(ms: number) {
  vi.setSystemTime(Date.now() + ms);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
  await outside.calm();
}

function ordersOf<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) => ordersOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

/** Posts a callback of one's own making, signed with the account's token unless told otherwise. */
async function post(
  sid: string,
  query: Record<string, string>,
  change: Record<string, string> = {},
  token?: string,
  without: string[] = [],
) {
  const search = Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query)}`;
  const url = `https://gateway.test/twilio/${key.integrationId}/status${search}`;
  const whole: Record<string, string> = {
    MessageSid: sid,
    SmsSid: sid,
    MessageStatus: "delivered",
    SmsStatus: "delivered",
    To: to,
    From: key.numbers[0] ?? "",
    AccountSid: twilio.options.accountSid,
    ApiVersion: "2010-04-01",
    ...change,
  };
  const form = Object.fromEntries(Object.entries(whole).filter(([name]) => !without.includes(name)));
  const response = await exports.default.fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": computeSignature(url, Object.entries(form), token ?? twilio.options.authToken),
    },
    body: new URLSearchParams(form).toString(),
  });
  return response.status;
}

/** The query of the callback URL that was given to Twilio with a message. */
function queryOf(sid: string): Record<string, string> {
  const url = new URL(twilio.messages.find((message) => message.sid === sid)?.statusCallback ?? "");
  return Object.fromEntries(url.searchParams);
}

function settled(message: Record<string, unknown>): Record<string, unknown> | null {
  return message.outcome_unknown === false ? message : null;
}

describe("status callbacks", () => {
  it("end alike in whatever order they come, twice or once, and owe each event once", async () => {
    for (const order of ordersOf(["queued", "sending", "sent", "delivered"])) {
      const { id, sid } = await sendTaken(twilio, key, "In any order", to);
      for (const status of order) {
        expect((await tell(sid, status))?.status).toBe(204);
        expect((await tell(sid, status))?.status).toBe(204);
      }
      expect(await readMessage(key, id, to)).toMatchObject({ status: "delivered", outcome_unknown: false });
      const events = await eventually(async () => (eventsOf(id).length >= 2 ? eventsOf(id) : null));
      const inOrder = events.toSorted((left, right) => Number(left.sequence) - Number(right.sequence));
      expect(inOrder.map(({ event }) => event)).toEqual(["message.sent", "message.delivered"]);
      expect(inOrder[0]).toMatchObject({ status: "sent", sent_at: expect.any(Number), delivered_at: null });
    }
  });

  it("that overtake each other tell whoever waits for the step before of it first, with its time", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Read at once", to);
    for (const status of ["read", "delivered", "sent"]) await tell(sid, status);
    const events = await eventually(async () => (eventsOf(id).length >= 3 ? eventsOf(id) : null));
    const inOrder = events.toSorted((left, right) => Number(left.sequence) - Number(right.sequence));
    expect(inOrder.map(({ event, status }) => [event, status])).toEqual([
      ["message.sent", "sent"],
      ["message.delivered", "delivered"],
      ["message.read", "read"],
    ]);
    expect(inOrder[2]).toMatchObject({ sent_at: expect.any(Number), delivered_at: expect.any(Number) });
  });

  it.each([
    ["another sender", { From: "+14155559999" }],
    ["an empty sender", { From: "" }],
    ["no recipient", { To: "" }],
  ])("that name %s are taken all the same: the signature, the pool and the message's id decide", async (_, change) => {
    const { id, sid } = await sendTaken(twilio, key, "Picked by a service", to);
    expect(await post(sid, queryOf(sid), change)).toBe(204);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "delivered" });
  });

  it("that lack a sender, or say the status only by its older name, are taken all the same", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Older names", to);
    expect(await post(sid, queryOf(sid), {}, undefined, ["From", "To", "MessageStatus", "MessageSid"])).toBe(204);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "delivered" });
  });

  it("that lack what decides are refused: a value may have been cut into other fields under the same signature", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Cut", to);
    for (const names of [["MessageStatus", "SmsStatus"], ["MessageSid", "SmsSid"], ["AccountSid"]]) {
      expect(await post(sid, queryOf(sid), {}, undefined, names)).toBe(403);
    }
    expect(await readMessage(key, id, to)).toMatchObject({ status: "queued" });
  });

  it("at the account's own URL, pasted by hand, find the message by its id; a forged one finds nothing", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Told by a service", to);
    expect(await post(sid, {}, { MessageStatus: "sent", From: "" })).toBe(204);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "sent" });
    expect(await post(sid, {}, {}, "a forger's token")).toBe(403);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "sent" });
    expect(await post(`SM${"7".repeat(32)}`, {})).toBe(204);
  });

  it("of a failure without a code teach it the code that comes later, and an opt-out with it, without another event", async () => {
    const { id, sid } = await sendTaken(twilio, key, "No code", "+15551237777");
    const failed = (change: Record<string, string>) => post(sid, queryOf(sid), { MessageStatus: "failed", ...change });
    await failed({});
    await failed({ ErrorCode: "21610" });
    await failed({ ErrorCode: "30003" });
    expect(await readMessage(key, id, "+15551237777")).toMatchObject({ status: "failed", error_code: "21610" });
    const refused = await call("/v2/api/chats/%2B15551237777/messages", { body: { text: "Again" }, token: key.token });
    expect(refused).toMatchObject({ status: 403 });
    await eventually(async () => eventsOf(id).length === 1);
  });

  it("that come a hundred at once owe one event for each status", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Storm", to);
    const words = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? "sent" : "delivered"));
    await Promise.all(words.map((word) => tell(sid, word)));
    await eventually(async () => eventsOf(id).some(({ event }) => event === "message.delivered"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const names = eventsOf(id).map(({ event }) => event);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    ["undelivered", "delivered", "delivered"],
    ["delivered", "undelivered", "delivered"],
    ["undelivered", "delivered", "undelivered"],
    ["failed", "read", "read"],
  ])(
    "that contradict each other (%s, then %s) are settled by one look at the carrier: %s",
    async (first, second, truth) => {
      const { id, sid } = await sendTaken(twilio, key, "Which is it?", to);
      await twilio.sendStatus(sid, truth, { silent: true });
      for (const word of [first, second, second]) {
        expect(
          await post(sid, queryOf(sid), { MessageStatus: word, ErrorCode: word === "undelivered" ? "30003" : "" }),
        ).toBe(204);
      }
      await pass(2_000);
      await eventually(async () => looks() === 1);
      await pass(2_000);
      expect(looks()).toBe(1);
      const wanted = truth === "undelivered" ? "failed" : "delivered";
      await eventually(async () => (await readMessage(key, id, to)).status === wanted);
    },
  );

  it("that contradict each other are asked about until the carrier has said which is true", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Which is it?", to);
    await twilio.sendStatus(sid, "delivered", { silent: true });
    twilio.faults.add({ call: "fetch" }, { kind: "error", status: 500, taken: false }, 2);
    for (const word of ["undelivered", "delivered"]) await post(sid, queryOf(sid), { MessageStatus: word });
    for (const [made, waitMs] of [2_000, 60_000, 120_000].entries()) {
      await pass(waitMs);
      await eventually(async () => looks() === made + 1);
    }
    await eventually(async () => (await readMessage(key, id, to)).status === "delivered");
    await pass(24 * hour);
    expect(looks()).toBe(3);
  });

  it("count for four days, and a later one changes nothing", async () => {
    const early = await sendTaken(twilio, key, "Within four days", to);
    const late = await sendTaken(twilio, key, "After four days", to);
    vi.setSystemTime(Date.now() + 96 * hour - 1_000);
    expect((await tell(early.sid, "delivered"))?.status).toBe(204);
    vi.setSystemTime(Date.now() + 2_000);
    expect((await tell(late.sid, "delivered"))?.status).toBe(204);
    expect((await readMessage(key, early.id, to)).status).toBe("delivered");
    expect((await readMessage(key, late.id, to)).status).toBe("queued");
    expect(outside.lines.some((line) => line.includes("report_too_late"))).toBe(true);
  });

  it("about no message, another's, or with an id that is not the message's have no effect, and give nothing away", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Mine", to);
    const other = await sendTaken(twilio, key, "Other", "+15551234568");
    const { pool = "", message = "" } = queryOf(sid);
    const foreign = queryOf(other.sid).message ?? "";
    const stranger = `SM${"9".repeat(32)}`;
    expect(await post(sid, { pool, message: "msg_doesnotexist" })).toBe(204);
    expect(await post(stranger, { pool, message })).toBe(204);
    expect(await post(sid, { pool, message: foreign })).toBe(204);
    expect(await post(stranger, { pool })).toBe(204);
    for (const one of [id, other.id]) {
      expect((await readMessage(key, one, one === id ? to : "+15551234568")).status).toBe("queued");
    }
    expect(outside.lines.some((line) => line.includes("report_disagrees"))).toBe(true);
    expect(await post(sid, { pool })).toBe(204);
    expect((await readMessage(key, id, to)).status).toBe("delivered");
  });

  it("that name no message are kept until a message learns their id", async () => {
    twilio.faults.add({}, { kind: "error", status: 500, taken: true }, 1);
    const id = await sendText(key, "Whose is it?", to);
    const taken = await eventually(async () => twilio.messages.find((message) => message.body === "Whose is it?"));
    await eventually(async () => (await readMessage(key, id, to)).outcome_unknown === true);
    expect(await post(taken.sid, { pool: queryOf(taken.sid).pool ?? "" })).toBe(204);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "queued", outcome_unknown: true });
    await pass(11 * 60_000);
    expect(await eventually(async () => settled(await readMessage(key, id, to)))).toMatchObject({
      status: "delivered",
    });
  });

  it("that nobody signed, or somebody else, are refused and change nothing", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Sealed", to);
    const query = queryOf(sid);
    expect((await tell(sid, "delivered", { signing: "none" }))?.status).toBe(403);
    expect((await tell(sid, "delivered", { signing: "wrong" }))?.status).toBe(403);
    expect(await post(sid, query, { AccountSid: `AC${"0".repeat(32)}` })).toBe(403);
    expect(await post(sid, { ...query, pool: "0".repeat(24) })).toBe(403);
    expect(await post(sid, query, {}, "the token of another account")).toBe(403);
    expect((await readMessage(key, id, to)).status).toBe("queued");
  });

  it("with a word that we do not know, or none, are answered and kept out of the way", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Words", to);
    const query = queryOf(sid);
    for (const word of ["", "receiving", "accepted", "scheduled", "beamed", "DELIVERED", "delivered ", "💌"]) {
      expect(await post(sid, query, { MessageStatus: word, SmsStatus: word })).toBe(204);
    }
    expect((await readMessage(key, id, to)).status).toBe("queued");
    expect(await post(sid, query, { MessageStatus: "partially_delivered" })).toBe(204);
    expect((await readMessage(key, id, to)).status).toBe("delivered");
  });

  it.each([
    ["30003", "30003", "unreachable_handset"],
    ["30007", "30007", "message_filtered"],
    ["99999", "99999", "unknown_error"],
    ["0", null, "no_reason_given"],
    ["abc", null, "no_reason_given"],
    ["9223372036854775808", null, "no_reason_given"],
  ])("with error code %s say %s, and always in words (%s)", async (code, shown, name) => {
    const { id, sid } = await sendTaken(twilio, key, "Lost", to);
    expect(await post(sid, queryOf(sid), { MessageStatus: "undelivered", ErrorCode: code })).toBe(204);
    const message = await readMessage(key, id, to);
    expect(message).toMatchObject({ status: "failed", error_code: shown });
    const words = { error_name: name, error_meaning: expect.any(String), retry: expect.any(String) };
    expect(message).toMatchObject(words);
    const failed = await eventually(async () => eventsOf(id).find(({ event }) => event === "message.failed"));
    expect(failed).toMatchObject({ error_code: shown, error_message: expect.any(String), ...words });
  });
});

describe("a message that nobody reports", () => {
  it("is asked for at 1, 6, 24, 72 and 96 hours, and then closes as sent without a receipt", {
    timeout: 90_000,
  }, async () => {
    const { id, sid } = await sendTaken(twilio, key, "Silence", to);
    await twilio.sendStatus(sid, "sent", { silent: true });
    const asked: number[] = [];
    let before = 0;
    for (let at = 0; at < 100 * 4; at += 1) {
      await pass(hour / 4);
      if (looks() > before) asked.push((at + 1) / 4);
      before = looks();
    }
    expect(asked.map(Math.floor)).toEqual([1, 6, 24, 72, 96]);
    expect(looks()).toBe(5);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "sent", delivery_report: "missing" });
  });

  it("is known to be delivered once the carrier says so when asked", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Quiet success", to);
    await twilio.sendStatus(sid, "delivered", { silent: true });
    await pass(hour + 1_000);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "delivered", delivery_report: "expected" });
    await pass(6 * hour);
    expect(looks()).toBe(1);
  });

  it("is asked for again within minutes where the carrier did not answer, not at the next age", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Unanswered", to);
    await twilio.sendStatus(sid, "delivered", { silent: true });
    twilio.faults.add({ call: "fetch" }, { kind: "error", status: 500, taken: false }, 2);
    await pass(hour + 1_000);
    expect(looks()).toBe(1);
    for (let minute = 0; minute < 10; minute += 1) await pass(hour / 60);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "delivered" });
    await pass(6 * hour);
    expect(looks()).toBe(3);
  });

  it("is not closed after four days because the carrier does not answer just then", async () => {
    const { id, sid } = await sendTaken(twilio, key, "At last", to);
    for (const hours of [1, 5, 18, 48]) await pass(hours * hour + 1_000);
    await twilio.sendStatus(sid, "delivered", { silent: true });
    twilio.faults.add({ call: "fetch" }, { kind: "rate_limit" }, 3);
    for (let half = 0; half < 60; half += 1) await pass(hour / 2);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "delivered" });
  });

  it("and left days after it was written is asked for by when it left", async () => {
    const sendAt = Date.now() + 48 * hour;
    const id = await sendText(key, "Later", to, { send_at: sendAt });
    await pass(49 * hour);
    const taken = await eventually(async () => twilio.messages[0]);
    await twilio.sendStatus(taken.sid, "delivered", { silent: true });
    await pass(hour / 2);
    expect(looks()).toBe(0);
    await pass(hour);
    await eventually(async () => (await readMessage(key, id, to)).status === "delivered");
  });

  it("goes to a country without delivery reports: sent is final there, said so, and never asked for", async () => {
    const german = "+4915112345678";
    const { id, sid } = await sendTaken(twilio, key, "Hallo", german);
    await tell(sid, "sent");
    for (let day = 0; day < 5; day += 1) await pass(24 * hour);
    expect(looks()).toBe(0);
    expect(await readMessage(key, id, german)).toMatchObject({ status: "sent", delivery_report: "not_expected" });
    expect(eventsOf(id)[0]).toMatchObject({ event: "message.sent", delivery_report: "not_expected" });
  });

  it("of many is swept in rounds, none left open after four days, and none asked for more than five times", async () => {
    const count = 30;
    for (let index = 0; index < count; index += 1) {
      const { sid } = await sendTaken(twilio, key, `Silence ${index}`, `+155512346${String(index).padStart(2, "0")}`);
      await twilio.sendStatus(sid, "sent", { silent: true });
    }
    for (let at = 0; at < 100 * 2; at += 1) await pass(hour / 2);
    expect(looks()).toBe(5 * count);
    for (const message of twilio.messages) {
      const answer = await readMessage(key, queryOf(message.sid).message ?? "", message.to);
      expect(answer).toMatchObject({ status: "sent", delivery_report: "missing" });
    }
  }, 60_000);
});
