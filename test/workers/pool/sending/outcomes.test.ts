import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reconcileMs } from "../../../../src/domain/retry.ts";
import type { FakeAccount, FakeTwilioOptions } from "../../../support/node/fake-twilio-account.ts";
import type { Fault } from "../../../support/node/fake-twilio-faults.ts";
import type { FakeMessage } from "../../../support/node/fake-twilio-store.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { type LiveKey, makeLiveKey, type Outside, standInForTheOutside } from "../../../support/workers/twilio.ts";

const to = "+15551234567";
const minute = 60_000;

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
  expect(twilio.violations).toEqual([]);
  vi.useRealTimers();
});

async function send(text: string, recipient = to): Promise<string> {
  const sent = await call(`/v2/api/chats/${encodeURIComponent(recipient)}/messages`, {
    body: { text },
    token: key.token,
  });
  expect(sent.status).toBe(202);
  return String(sent.body.message_id);
}

async function read(id: string, recipient = to) {
  return (await call(`/v2/api/chats/${encodeURIComponent(recipient)}/messages/${id}`, { token: key.token })).body;
}

function accepted() {
  return twilio.log.filter((entry) => entry.kind === "accepted");
}

function creates() {
  return twilio.log.filter(
    (entry) => entry.kind === "request" && entry.method === "POST" && /Messages\.json$/.test(entry.path),
  );
}

/** Lets time pass and the pool's alarm ring. */
async function pass(ms: number) {
  vi.setSystemTime(Date.now() + ms);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
  await outside.calm();
}

async function settled(id: string) {
  return eventually(async () => {
    const message = await read(id);
    return message.status === "failed" || message.status === "sent" || message.status === "delivered" ? message : null;
  });
}

async function unknown(id: string, recipient = to) {
  return eventually(async () => {
    const message = await read(id, recipient);
    return message.outcome_unknown === true ? message : null;
  });
}

async function tell(sid: string, ...statuses: string[]) {
  for (const status of statuses) expect(await twilio.sendStatus(sid, status)).toMatchObject({ status: 204 });
}

async function firstAccepted() {
  return eventually(async () => accepted()[0]);
}

describe("a send whose outcome is known", () => {
  it("is taken once, and callbacks lead it to its end", async () => {
    const id = await send("Hello");
    const taken = await firstAccepted();
    await tell(taken.sid, "sent", "delivered");
    expect(await read(id)).toMatchObject({ status: "delivered", outcome_unknown: false });
    expect(accepted()).toHaveLength(1);
  });

  it("is refused for good after one request, with the code's name, meaning and whether to try again", async () => {
    twilio.faults.add({}, { kind: "refuse", status: 400, code: 21614, message: "To number is not a mobile number" }, 1);
    const failed = await settled(await send("To a landline"));
    expect(failed).toMatchObject({
      status: "failed",
      error_code: "21614",
      error: "To number is not a mobile number",
      error_name: expect.stringMatching(/^[a-z_]+$/),
      error_meaning: expect.stringContaining("mobile"),
      retry: expect.stringContaining("Do not send again"),
    });
    expect(creates()).toHaveLength(1);
  });

  it("waits as long as a 429 asks and is then taken, once", async () => {
    twilio.faults.add({}, { kind: "rate_limit", retryAfter: "2" }, 1);
    const id = await send("Not so fast");
    await eventually(async () => creates().length === 1);
    expect(await read(id)).toMatchObject({ status: "queued", outcome_unknown: false });
    await pass(1_000);
    expect(creates()).toHaveLength(1);
    await pass(2_000);
    await eventually(async () => accepted().length === 1);
    expect(creates()).toHaveLength(2);
  });

  it("keeps its id and its status when the callback comes before the answer", async () => {
    twilio.faults.add({}, { kind: "callback_first", answerAfterMs: 300 }, 1);
    const id = await send("Early");
    const taken = await firstAccepted();
    await tell(taken.sid, "sent", "delivered");
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await read(id)).toMatchObject({ status: "delivered", outcome_unknown: false });
    expect(await twilio.sendStatus(taken.sid, "delivered")).toMatchObject({ status: 204 });
  });

  it("keeps what the callback said when the answer is an error all the same", async () => {
    twilio.faults.add({}, { kind: "error", status: 500, taken: true }, 1);
    const id = await send("Taken after all");
    const taken = await firstAccepted();
    await unknown(id);
    await tell(taken.sid, "sent", "delivered");
    expect(await read(id)).toMatchObject({ status: "delivered", outcome_unknown: false });
    expect(accepted()).toHaveLength(1);
  });
});

/** Every way in which a create call can end without saying whether the message was taken. */
const silences: [string, Fault][] = [
  ["HTTP 500", { kind: "error", status: 500, taken: true }],
  ["HTTP 503", { kind: "error", status: 503, taken: true }],
  ["HTTP 408", { kind: "error", status: 408, taken: true }],
  ["a reset", { kind: "reset", taken: true }],
  [
    "a redirect",
    { kind: "answer", status: 307, body: "", taken: true, headers: { location: "https://evil.example/" } },
  ],
  ["an answer that breaks off", { kind: "truncated" }],
  ["201 without an id", { kind: "bad_sid", sid: null }],
  ["201 with an empty id", { kind: "bad_sid", sid: "" }],
  ["201 with another thing's id", { kind: "bad_sid", sid: `PN${"0".repeat(32)}` }],
];

describe("a send whose outcome is unknown", () => {
  it.each(silences)(
    "by %s, but taken, is found in the carrier's list after the grace and never sent again",
    async (_, fault) => {
      twilio.faults.add({}, fault, 1);
      const id = await send("Was it taken?");
      expect(await unknown(id)).toMatchObject({ status: "queued", outcome_unknown: true });
      const [taken] = accepted();
      await twilio.sendStatus(taken?.sid ?? "", "delivered", { silent: true });
      await pass(reconcileMs.grace - minute);
      expect(await read(id)).toMatchObject({ outcome_unknown: true });
      await pass(minute + 1_000);
      expect(await settled(id)).toMatchObject({ status: "delivered", outcome_unknown: false });
      expect(accepted()).toHaveLength(1);
    },
  );

  it.each([
    ["HTTP 500", { kind: "error", status: 500, taken: false }],
    ["a reset", { kind: "reset", taken: false }],
  ] satisfies [string, Fault][])(
    "by %s and not taken fails after two looks, since nobody asked to send it again",
    async (_, fault) => {
      twilio.faults.add({}, fault, 1);
      const id = await send("Was it taken?");
      await unknown(id);
      await pass(reconcileMs.grace + 1_000);
      expect(await read(id)).toMatchObject({ outcome_unknown: true });
      await pass(reconcileMs.secondLook + 1_000);
      expect(await settled(id)).toMatchObject({ status: "failed", error_code: "outcome_unknown" });
      expect(creates()).toHaveLength(1);
    },
  );

  it("and not taken is sent again, once, where the key asked for that", async () => {
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { resend_unknown: true } });
    twilio.faults.add({}, { kind: "reset", taken: false }, 1);
    const id = await send("Please do arrive");
    await unknown(id);
    await pass(reconcileMs.grace + 1_000);
    expect(creates()).toHaveLength(1);
    await pass(reconcileMs.secondLook + 1_000);
    const taken = await firstAccepted();
    await tell(taken.sid, "delivered");
    expect(await read(id)).toMatchObject({ status: "delivered", outcome_unknown: false });
    expect(creates()).toHaveLength(2);
  });

  it("by silence is unknown once the time is up, whether it was taken or not", async () => {
    const { setTimeout: wait } = globalThis;
    const hurry = (work: () => void, ms?: number) => wait(work, ms === 20_000 ? 200 : ms);
    vi.spyOn(globalThis, "setTimeout").mockImplementation(hurry as typeof setTimeout);
    twilio.faults.add({ body: "taken" }, { kind: "hang", taken: true }, 1);
    const id = await send("taken");
    expect(await unknown(id)).toMatchObject({ outcome_unknown: true });
    await pass(reconcileMs.grace + 1_000);
    await eventually(async () => (await read(id)).outcome_unknown === false);
    expect(accepted()).toHaveLength(1);
  });

  it("by an id that another message of ours has is held apart from it", async () => {
    const first = await send("First");
    const taken = await firstAccepted();
    twilio.faults.add({}, { kind: "bad_sid", sid: taken.sid }, 1);
    const second = await send("Second");
    await unknown(second);
    await pass(reconcileMs.grace + 1_000);
    await eventually(async () => (await read(second)).outcome_unknown === false);
    const [, other] = accepted();
    await tell(other?.sid ?? "", "delivered");
    expect([(await read(first)).status, (await read(second)).status]).toEqual(["queued", "delivered"]);
  });

  it("is not taken for absent while the list fails, and is found when it works again", async () => {
    twilio.faults.add({}, { kind: "error", status: 500, taken: true }, 1);
    twilio.faults.add({ call: "list" }, { kind: "error", status: 500, taken: false }, 2);
    const id = await send("Patience");
    await unknown(id);
    await pass(reconcileMs.grace + 1_000);
    await pass(2 * minute);
    expect(await read(id)).toMatchObject({ outcome_unknown: true });
    await pass(30 * minute);
    await eventually(async () => (await read(id)).outcome_unknown === false);
    expect(creates()).toHaveLength(1);
  });

  it("and never to be had from the list is given up after a day, and says that nobody knows", async () => {
    twilio.faults.add({}, { kind: "error", status: 500, taken: true }, 1);
    twilio.faults.chooseBy(({ call: kind }) => (kind === "list" ? { kind: "error", status: 500, taken: false } : null));
    const id = await send("Nobody knows");
    await unknown(id);
    await pass(reconcileMs.grace + 1_000);
    await pass(reconcileMs.giveUp);
    expect(await settled(id)).toMatchObject({
      status: "failed",
      error_code: "outcome_unknown",
      outcome_unknown: true,
    });
    expect(creates()).toHaveLength(1);
  });

  it("of several equal messages is matched by count: each acceptance belongs to one of them", async () => {
    twilio.faults.add({ index: 1 }, { kind: "error", status: 500, taken: true }, 1);
    twilio.faults.add({ index: 2 }, { kind: "error", status: 500, taken: false }, 1);
    twilio.faults.add({ index: 3 }, { kind: "reset", taken: true }, 1);
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await send("Same words"));
    await eventually(async () => creates().length === 5);
    await pass(reconcileMs.grace + 1_000);
    await pass(reconcileMs.secondLook + 1_000);
    const messages = await Promise.all(ids.map((id) => read(id)));
    expect(messages.filter((message) => message.status === "failed")).toHaveLength(1);
    expect(accepted()).toHaveLength(4);
    const sids = new Set(accepted().map((entry) => entry.sid));
    for (const sid of sids) await tell(sid, "delivered");
    const ends = await Promise.all(ids.map((id) => read(id)));
    expect(ends.map((message) => message.status).sort()).toEqual([
      "delivered",
      "delivered",
      "delivered",
      "delivered",
      "failed",
    ]);
  });
});

/** Makes the pool anew behind an account with these habits; the next create call is taken and its answer lost. */
async function beginWith(options: Partial<FakeTwilioOptions>, taken = true) {
  twilio = outside.open(options);
  key = await makeLiveKey(twilio);
  await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { resend_unknown: true } });
  twilio.faults.add({}, { kind: "reset", taken }, 1);
}

async function lookTwice() {
  await pass(reconcileMs.grace + 1_000);
  await pass(reconcileMs.secondLook + 1_000);
}

const service = `MG${"5".repeat(32)}`;
/** What Twilio's list shows of "Hi “Ada”, https://shop.example/a/long/path?of=it" after the fact. */
const rewritings: [string, Partial<FakeMessage>][] = [
  [
    "a trial account's prefix",
    { body: "Sent from your Twilio trial account - Hi “Ada”, https://shop.example/a/long/path?of=it" },
  ],
  ["Smart Encoding", { body: 'Hi "Ada", https://shop.example/a/long/path?of=it' }],
  ["a Messaging Service's short links", { body: 'Hi "Ada", https://s.example/abc123', messagingServiceSid: service }],
  ["a service that has not picked a sender", { from: null, messagingServiceSid: service }],
  ["a discarded or redacted text", { body: "" }],
  ["padding", { body: "Hi “Ada”, https://shop.example/a/long/path?of=it\r\n " }],
];

describe("a lost message that the carrier's list shows otherwise than it was sent", () => {
  it.each(rewritings)("by %s is found, and never sent again though the key asked for that", async (_, shown) => {
    await beginWith({ shows: () => shown });
    const id = await send("Hi “Ada”, https://shop.example/a/long/path?of=it");
    await unknown(id);
    await twilio.sendStatus(accepted()[0]?.sid ?? "", "delivered", { silent: true });
    await lookTwice();
    expect(await settled(id)).toMatchObject({ status: "delivered", outcome_unknown: false });
    expect(creates()).toHaveLength(1);
  });

  it("in a way that fits two of ours stays unknown, says why, and is not sent again while that stands there", async () => {
    await beginWith({ shows: () => ({ body: "" }) });
    twilio.faults.add({}, { kind: "reset", taken: false }, 1);
    const ids = [await send("One of these was taken"), await send("and one was not")];
    for (const id of ids) await unknown(id);
    await lookTwice();
    for (const id of ids) expect(await read(id)).toMatchObject({ status: "queued", outcome_unknown: true });
    const told = await admin(`/api-keys/${key.id}/messages/${ids[0]}`);
    expect(JSON.stringify(told.body)).toContain("may be this one");
    await pass(reconcileMs.giveUp);
    for (const id of ids) {
      expect(await settled(id)).toMatchObject({
        status: "failed",
        error_code: "outcome_unknown",
        outcome_unknown: true,
      });
    }
    expect(creates()).toHaveLength(2);
  });

  it("is not called absent while another message to the person stands there that nobody has claimed", async () => {
    await beginWith({}, false);
    twilio.accept(new URLSearchParams({ To: to, From: key.numbers[0] ?? "", Body: "Written by hand" }));
    const id = await send("Not taken");
    await unknown(id);
    await lookTwice();
    expect(await read(id)).toMatchObject({ status: "queued", outcome_unknown: true });
    expect(creates()).toHaveLength(1);
  });
});

describe("a clock that differs from the carrier's", () => {
  it.each([-20_000, 20_000, -5 * minute, 5 * minute])(
    "by %i ms loses no message and sends none twice",
    async (clockAheadMs) => {
      await beginWith({ clockAheadMs });
      const ids: string[] = [];
      for (let index = 0; index < 3; index += 1) ids.push(await send("Taken", `+1555123460${index}`));
      await eventually(async () => accepted().length === 3);
      const [lost] = ids;
      await unknown(lost ?? "", "+15551234600");
      await lookTwice();
      await eventually(async () => (await read(lost ?? "", "+15551234600")).outcome_unknown === false);
      expect(creates()).toHaveLength(3);
    },
  );
});

describe("an object that goes away while messages leave", () => {
  it("holds them as unknown when it wakes, sends none again, and finds those that were taken", async () => {
    twilio.faults.chooseBy(({ body }) =>
      body.startsWith("pending") ? { kind: "hang", taken: body.endsWith("taken") } : null,
    );
    const ids = await Promise.all(
      ["pending 1 taken", "pending 2 lost", "pending 3 taken"].map((text, index) => send(text, `+1555123450${index}`)),
    );
    await eventually(async () => creates().length + accepted().length >= 2 && accepted().length === 2);
    await abortAllDurableObjects();
    twilio.faults.chooseBy(() => null);
    for (const [index, id] of ids.entries()) expect((await read(id, `+1555123450${index}`)).outcome_unknown).toBe(true);
    await pass(reconcileMs.grace + 1_000);
    await pass(reconcileMs.secondLook + 1_000);
    const states = await Promise.all(ids.map((id, index) => read(id, `+1555123450${index}`)));
    expect(states.map((message) => message.error_code)).toEqual([null, "outcome_unknown", null]);
    expect(accepted()).toHaveLength(2);
  });
});

describe("a late acceptance", () => {
  beforeEach(async () => {
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { resend_unknown: true } });
  });

  /** Loses the answer, and lets Twilio take the message only `lag` after the request. */
  async function sendWithLag(text: string, lag: number): Promise<void> {
    twilio.faults.add({ body: text }, { kind: "reset", taken: false }, 1);
    await unknown(await send(text));
    vi.setSystemTime(Date.now() + lag);
    const form = { To: to, From: key.numbers[0] ?? "", Body: text, StatusCallback: "https://gateway.test/" };
    twilio.accept(new URLSearchParams(form));
  }

  it("within the grace makes no second message", async () => {
    await sendWithLag("late", reconcileMs.grace - minute);
    await pass(minute + 1_000);
    await pass(reconcileMs.secondLook + 1_000);
    expect(accepted()).toHaveLength(1);
  });

  it("after the grace makes a second one, which the stand-in's log shows: the oracle sees what it is for", async () => {
    twilio.faults.add({ body: "too late" }, { kind: "reset", taken: false }, 1);
    const id = await send("too late");
    await unknown(id);
    await pass(reconcileMs.grace + 1_000);
    await pass(reconcileMs.secondLook + 1_000);
    await firstAccepted();
    const form = { To: to, From: key.numbers[0] ?? "", Body: "too late", StatusCallback: "https://gateway.test/" };
    twilio.accept(new URLSearchParams(form));
    expect(accepted()).toHaveLength(2);
  });
});
