import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { macWords } from "../../../support/node/fake-bluebubbles-faults.ts";
import { doCampaign, newPeople, readCampaign, resultsOf, runCampaign } from "../../../support/workers/campaigns.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { addLine, ringIn, sendFrom, v2 } from "../../../support/workers/mac.ts";
import { changeNumber, newPerson, report, ring, writeTo } from "../../../support/workers/pool.ts";
import { openTwoNetworks, setFallback, type TwoNetworks } from "../../../support/workers/two-networks.ts";

let stage: TwoNetworks;
let person: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  person = newPerson();
  stage = await openTwoNetworks({ notOnIMessage: [person] });
});
afterEach(() => {
  expect(stage.mac.violations).toEqual([]);
  vi.useRealTimers();
});

type Body = Record<string, unknown>;
const departures = () => stage.texts.carrier.departures.filter(({ to }) => to === person);
const told = (event: string) => stage.world.told.filter(({ body }) => body.event === event).map(({ body }) => body);
const chat = () => `/chats/${encodeURIComponent(person)}`;

async function storyOf(messageId: unknown, key: { id: string } = stage.line): Promise<Body> {
  return (await admin(`/api-keys/${key.id}/messages/${messageId}`)).body;
}

/** Sends from the line, and waits until it has left by SMS. */
async function fall(body: Body = { text: "Hello" }, times = 1): Promise<string> {
  const sent = await sendFrom(stage.line, person, body);
  expect(sent.status).toBe(202);
  await eventually(async () => {
    await ringIn(stage.line, 1_000);
    return departures().length === times;
  });
  return String(sent.body.message_id);
}

async function ended(messageId: unknown): Promise<Body> {
  return eventually(async () => {
    await ring({ ...stage.texts, id: stage.line.id });
    const story = await storyOf(messageId);
    return story.status === "failed" && story;
  });
}

/** Nothing more leaves, however often both keys' alarms ring. */
async function nothingMoreLeaves(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await ringIn(stage.line, 61_000);
    await ring(stage.texts);
  }
  await stage.world.quiet();
}

describe("a contact who is not on iMessage", () => {
  it("gets the message by SMS of the other key, under the one id, followed to the end and told once", async () => {
    const id = await fall();
    expect(stage.mac.reached()).toEqual([]);
    const [departure] = departures();
    if (departure === undefined) throw new Error("It has left.");
    expect(departure).toMatchObject({ from: stage.texts.numbers[0], body: "Hello" });
    await report(stage.texts, departure, "sent");
    await report(stage.texts, departure, "delivered");
    await eventually(async () => told("message.delivered").length === 1);
    expect((await v2(stage.line, `${chat()}/messages/${id}/status`)).body).toMatchObject({
      status: "delivered",
      protocol: "sms",
      error: null,
    });
    await nothingMoreLeaves();
    for (const event of ["message.queued", "message.sending", "message.sent", "message.delivered"])
      expect(told(event).map(({ message_id }) => message_id)).toEqual([id]);
    expect(told("message.delivered")[0]).toMatchObject({ internal_id: stage.line.line, protocol: "sms" });
    expect(told("message.failed")).toEqual([]);
    expect(departures()).toHaveLength(1);
  });

  it("the one message tells why it went that way, what carries it and from which number, and both keys show it", async () => {
    const id = await fall();
    const story = await eventually(async () => {
      const { timeline } = await storyOf(id);
      return JSON.stringify(timeline).includes("There it is msg_") && storyOf(id);
    });
    const [number = ""] = stage.texts.numbers;
    const words = (story.timeline as { kind: string; words: string }[]).find(({ kind }) => kind === "handed_on")?.words;
    expect(words).toContain("The recipient is not on iMessage: it is handed to API key");
    expect(words).toContain(stage.texts.id);
    expect(words).toContain(number);
    expect(JSON.stringify(story.trace)).toContain(`There it leaves from ${number}`);
    const theirs = (await v2(stage.texts, `${chat()}/messages`)).body.messages as Body[];
    expect(theirs).toMatchObject([{ text: "Hello", protocol: "sms", internal_id: number }]);
    expect((await v2(stage.line, `${chat()}/messages`)).body.messages).toMatchObject([
      { message_id: id, protocol: "sms" },
    ]);
  });

  it("is not asked about at Apple anew for each message, and what is for them leaves in order", async () => {
    await fall({ text: "One" });
    await fall({ text: "Two" }, 2);
    await fall({ text: ["Three", "Four"] }, 4);
    expect(departures().map(({ body }) => body)).toEqual(["One", "Two", "Three", "Four"]);
    const asked = stage.mac.log.filter((entry) => entry.kind === "request" && /availability/.test(entry.path));
    expect(asked).toHaveLength(1);
  });

  it("whose message fails there is told so once, with the reason of the network that carried it", async () => {
    const id = await fall();
    const [departure] = departures();
    if (departure === undefined) throw new Error("It has left.");
    await report(stage.texts, departure, "undelivered", 30006);
    expect(await ended(id)).toMatchObject({ status: "failed", error_code: "30006" });
    await eventually(async () => told("message.failed").length > 0);
    await nothingMoreLeaves();
    expect(told("message.failed")).toMatchObject([{ message_id: id, error_code: "30006", protocol: "sms" }]);
  });

  it("who left iMessage is found by Apple's number 22 after a good answer: the row is nobody's, and what was told to be sent is not told again", async () => {
    stage.mac.notOnIMessage.clear();
    stage.mac.receive({ from: person, text: "Hi" });
    await eventually(async () => told("message.received").length === 1);
    stage.mac.faults.add({ text: "Hello" }, { kind: "failed", error: 22, afterMs: 20 }, 1);
    const sent = await sendFrom(stage.line, person);
    await eventually(async () => told("message.sent").length === 1);
    await eventually(async () => {
      await ringIn(stage.line, 16_000);
      return departures().length === 1;
    });
    const path = `${chat()}/messages/${sent.body.message_id}`;
    expect((await v2(stage.line, path)).body).toMatchObject({ status: "sent" });
    const refused = await v2(stage.line, path, undefined, "DELETE");
    expect(refused).toMatchObject({ status: 409, body: { code: "message_not_cancellable" } });
    expect(refused.body.message).toContain(`is with API key ${stage.texts.id} now`);
    await nothingMoreLeaves();
    expect(told("message.sent")).toHaveLength(1);
    expect(told("message.device_sent")).toEqual([]);
    expect((await v2(stage.line, `${chat()}/messages?direction=outbound`)).body.messages).toHaveLength(1);
    expect(departures()).toHaveLength(1);
  });
});

it("a campaign from a line reaches who is not on iMessage by SMS, and counts them as what they came to", async () => {
  const people = [person, newPerson(), newPerson()];
  for (const one of people) stage.mac.notOnIMessage.add(one);
  const id = await runCampaign(stage.line, people, { text: "Hello" });
  const left = () => stage.texts.carrier.departures.filter(({ to }) => people.includes(to));
  await eventually(async () => {
    await ringIn(stage.line, 2_000);
    return left().length === people.length;
  });
  for (const departure of left()) await report(stage.texts, departure, "delivered");
  await eventually(async () => told("message.delivered").length === people.length);
  expect((await readCampaign(stage.line, id)).numbers.statuses).toMatchObject({ delivered: people.length });
  await writeTo(stage.texts, person, String(stage.texts.numbers[0]), "Nice");
  await eventually(async () => {
    await ringIn(stage.line, 61_000);
    return (await readCampaign(stage.line, id)).numbers.replied === 1;
  });
});

describe("what a person answers to the key that carried a message", () => {
  const say = (text: string) => writeTo(stage.texts, person, String(stage.texts.numbers[0]), text);
  const optInsOf = async (key: { id: string }) =>
    (await admin(`/api-keys/${key.id}/contacts/${encodeURIComponent(person)}/opt-ins`)).body.opt_ins;
  const optOutsOf = async (key: { id: string }) =>
    (await admin(`/api-keys/${key.id}/opt-outs?contact=${encodeURIComponent(person)}`)).body.opt_outs as Body[];
  const inTheEnd = (isSo: () => Promise<boolean>) =>
    eventually(async () => {
      await ringIn(stage.line, 61_000);
      await ring(stage.texts);
      return isSo();
    });

  it("is the answer to its campaign's question: a yes is kept with the words of the question, and the message follows", async () => {
    const confirm = { text: "Reply YES to hear from us", words: null, days: 7 };
    const id = await runCampaign(stage.line, [person], { text: "Welcome", confirm });
    await inTheEnd(async () => departures().length === 1);
    const saidAt = Date.now();
    await say("Yes!");
    await inTheEnd(async () => departures().length === 2);
    expect(departures().map(({ body }) => body)).toEqual([confirm.text, "Welcome"]);
    expect(await optInsOf(stage.line)).toMatchObject([
      { agreed_at: saidAt, words: confirm.text, answer: "Yes!", recorded_by: "reply", campaign_id: id },
    ]);
    expect(await optInsOf(stage.texts)).toEqual([]);
  });

  it("and STOP holds at both keys, until they say START to the same number; what they said to the line itself stays", async () => {
    await fall();
    await say("STOP");
    await inTheEnd(async () => (await optOutsOf(stage.line)).length === 1);
    expect(await optOutsOf(stage.line)).toMatchObject([{ source: "fallback_keyword" }]);
    expect((await sendFrom(stage.line, person)).body.code).toBe("recipient_opted_out");
    await say("START");
    await inTheEnd(async () => (await optOutsOf(stage.line)).length === 0);
    await admin(`/api-keys/${stage.line.id}/opt-outs`, { body: { contact: person } });
    await say("START");
    await nothingMoreLeaves();
    expect(await optOutsOf(stage.line)).toMatchObject([{ source: "admin" }]);
  });
});

describe("nothing falls back", () => {
  it("unless the key says so", async () => {
    await setFallback(stage.line, null);
    const sent = await sendFrom(stage.line, person);
    expect(await ended(sent.body.message_id)).toMatchObject({ error_code: "recipient_not_on_imessage" });
    await nothingMoreLeaves();
    expect(departures()).toEqual([]);
  });

  it("whose outcome is not known, nor what Apple may have: only what surely did not go", async () => {
    stage.mac.notOnIMessage.clear();
    const unknown = { kind: "error", message: macWords.transactionTimeout, taken: false } as const;
    stage.mac.faults.add({ text: "Lost" }, unknown, 1);
    stage.mac.faults.add({ text: "Late" }, { kind: "failed", error: 4, afterMs: 0 }, 1);
    const late = await sendFrom(stage.line, newPerson(), { text: "Late" });
    expect(await ended(late.body.message_id)).toMatchObject({ error_code: "4" });
    const lost = await sendFrom(stage.line, person, { text: "Lost" });
    for (let turn = 0; turn < 8; turn += 1) {
      await ringIn(stage.line, 61_000);
      await stage.world.quiet();
    }
    expect(await ended(lost.body.message_id)).toMatchObject({ error_code: "outcome_unknown" });
    await nothingMoreLeaves();
    expect(stage.texts.carrier.departures).toEqual([]);
  });

  it("of a group, nor to an e-mail address, and the failure says why", async () => {
    const email = "ann@example.com";
    stage.mac.notOnIMessage.add(email);
    const alone = await sendFrom(stage.line, email);
    expect((await ended(alone.body.message_id)).error).toContain("an e-mail address, which has no SMS");
    await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { offline_limit_seconds: 60 } });
    stage.mac.tunnel = { status: 530, body: "error code: 1033" };
    const group = await sendFrom(stage.line, `${person},${newPerson()}`);
    await ringIn(stage.line, 61_000);
    await ringIn(stage.line, 61_000);
    expect(await ended(group.body.message_id)).toMatchObject({
      error: expect.stringContaining("a group, which never falls back"),
      carrier_detail: { no_fallback: "group" },
    });
    expect(stage.texts.carrier.departures).toEqual([]);
  });

  it("to who opted out at either key, not even after it was handed on", async () => {
    await writeTo(stage.texts, person, String(stage.texts.numbers[0]), "STOP");
    const there = await sendFrom(stage.line, person);
    expect(await ended(there.body.message_id)).toMatchObject({
      error_code: "recipient_not_on_imessage",
      error: expect.stringContaining("opted out"),
    });
    const other = newPerson();
    stage.mac.notOnIMessage.add(other);
    await changeNumber(String(stage.texts.numbers[0]), { messages_per_second: 1 });
    await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { quiet_hours: allDay() } });
    vi.setSystemTime(Date.now() + 2_000);
    const held = await sendFrom(stage.line, other);
    await eventually(async () => (await v2(stage.texts, `/chats/${encodeURIComponent(other)}`)).status === 200);
    await admin(`/api-keys/${stage.line.id}/opt-outs`, { body: { contact: other } });
    expect(await ended(held.body.message_id)).toMatchObject({ error_code: "recipient_opted_out" });
    await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { quiet_hours: null } });
    await nothingMoreLeaves();
    expect(stage.texts.carrier.departures).toEqual([]);
    expect((await sendFrom(stage.line, other)).body.code).toBe("recipient_opted_out");
  });
});

/** Quiet hours that hold now and for eleven hours more, wherever the recipient is in the United States. */
function allDay() {
  const hour = (at: number) => `${String(new Date(at).getUTCHours()).padStart(2, "0")}:00`;
  return { from: hour(Date.now() - 14 * 3_600_000), to: hour(Date.now() + 4 * 3_600_000) };
}

describe("quiet hours", () => {
  it("of the key that carries it hold a message there, and those of its own key where that has none", async () => {
    await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { quiet_hours: allDay() } });
    const sent = await sendFrom(stage.line, person);
    const theirs = await eventually(async () => {
      const { messages } = (await v2(stage.texts, `${chat()}/messages`)).body as { messages?: Body[] };
      return messages?.length === 1 && messages[0];
    });
    expect(theirs).toMatchObject({ quiet_until: expect.any(Number) });
    expect(departures()).toEqual([]);
    await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { quiet_hours: null } });
    await eventually(async () => departures().length === 1);
    expect((await storyOf(sent.body.message_id)).status).not.toBe("failed");
  });

  it("that begin while a line is tried hold the message before it is handed on", async () => {
    stage.mac.tunnel = { status: 530, body: "error code: 1033" };
    await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { offline_limit_seconds: 60 } });
    const sent = await sendFrom(stage.line, person);
    await eventually(async () => ((await storyOf(sent.body.message_id)).next as Body | null)?.why === "line_offline");
    await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { quiet_hours: allDay() } });
    for (let turn = 0; turn < 4; turn += 1) await ringIn(stage.line, 61_000);
    await stage.world.quiet();
    expect(departures()).toEqual([]);
    await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { quiet_hours: null } });
    await eventually(async () => {
      await ringIn(stage.line, 61_000);
      return departures().length === 1;
    });
  });

  it("of either key let what comes right behind another of its send go with it", async () => {
    await admin(`/numbers/${encodeURIComponent(stage.line.line)}`, {
      method: "PATCH",
      body: { caps: { per_second: 0.005 } },
    });
    await fall({ text: ["One", "Two"] });
    for (const { id } of [stage.line, stage.texts]) {
      await admin(`/api-keys/${id}`, { method: "PATCH", body: { quiet_hours: allDay() } });
    }
    await sendFrom(stage.line, person, { text: "Another" });
    await ringIn(stage.line, 205_000);
    await eventually(async () => {
      await ringIn(stage.line, 1_000);
      return departures().length === 2;
    });
    await nothingMoreLeaves();
    expect(departures().map(({ body }) => body)).toEqual(["One", "Two"]);
  });
});

/** Lets the person's message fail on a line that is offline, and hold it for quiet hours that have begun meanwhile: no other key was asked for it. */
async function holdHere(): Promise<void> {
  await eventually(async () => {
    const { messages } = (await v2(stage.line, `${chat()}/messages`)).body as { messages?: Body[] };
    const id = messages?.[0]?.message_id;
    return id !== undefined && ((await storyOf(id)).next as Body | null)?.why === "line_offline";
  });
  await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { quiet_hours: allDay() } });
  for (let turn = 0; turn < 4; turn += 1) await ringIn(stage.line, 61_000);
  await stage.world.quiet();
}

/** Starts a campaign that is not through its list for half an hour, or one that is completed once its only message waits. */
const campaigns = {
  "runs on": () => runCampaign(stage.line, [person, ...newPeople(30)], { pacePerMinute: 1 }),
  "is completed": () => runCampaign(stage.line, [person]),
};
const inEitherState = Object.entries(campaigns);

async function cancelCampaign(id: string): Promise<void> {
  const cancelled = await doCampaign<"cancel">(stage.line, { kind: "cancel", id });
  expect(cancelled.state).toBe("cancelled");
  expect(await doCampaign<"cancel">(stage.line, { kind: "cancel", id })).toMatchObject({ state: "cancelled" });
}

async function beOffline(): Promise<void> {
  stage.mac.tunnel = { status: 530, body: "error code: 1033" };
  await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { offline_limit_seconds: 60 } });
}

async function nothingLeavesInTheMorning(): Promise<void> {
  for (const { id } of [stage.line, stage.texts])
    await admin(`/api-keys/${id}`, { method: "PATCH", body: { quiet_hours: null } });
  await nothingMoreLeaves();
  expect(departures()).toEqual([]);
}

it("a message whose Mac was asked in vain waits for the Mac, not for the pace of its line", async () => {
  await changeNumber(stage.line.line, { messages_per_second: 0.1 });
  stage.mac.tunnel = { status: 530, body: "error code: 1033" };
  const { body } = await sendFrom(stage.line, person);
  const next = async () => (await storyOf(body.message_id)).next as Body;
  await eventually(async () => (await next()).why === "line_offline");
  vi.setSystemTime(Date.now() + 3_000);
  expect(await next()).toMatchObject({ why: "line_offline", at: expect.any(Number) });
});

describe("a message that no other key was asked for yet", () => {
  it("says what it waits for, and can be cancelled like any that has not left", async () => {
    await beOffline();
    const { body } = await sendFrom(stage.line, person);
    await holdHere();
    expect((await storyOf(body.message_id)).next).toMatchObject({ why: "quiet_hours", at: expect.any(Number) });
    await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { status: "paused" } });
    await ringIn(stage.line, 61_000);
    const cancelled = await v2(stage.line, `${chat()}/messages/${body.message_id}`, undefined, "DELETE");
    expect(cancelled).toMatchObject({ status: 200, body: { status: "cancelled" } });
    await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { status: "active" } });
    await nothingLeavesInTheMorning();
    expect(await storyOf(body.message_id)).toMatchObject({ status: "cancelled" });
  });

  it.each(inEitherState)("is cancelled with its campaign, which %s", async (_, run) => {
    await beOffline();
    const id = await run();
    await holdHere();
    await cancelCampaign(id);
    await nothingLeavesInTheMorning();
    expect((await resultsOf(stage.line, id))[0]).toMatchObject({ to: person, status: "cancelled" });
  });
});

describe("a message that another key still holds for the morning", () => {
  const holdThere = async (begin: () => Promise<unknown>) => {
    await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { quiet_hours: allDay() } });
    const begun = await begin();
    const theirs = await eventually(async () => {
      await ringIn(stage.line, 1_000);
      const { messages } = (await v2(stage.texts, `${chat()}/messages`)).body as { messages?: Body[] };
      return messages?.length === 1 && messages[0];
    });
    return { begun, theirs };
  };
  const inTheEnd = (isSo: () => Promise<boolean>) =>
    eventually(async () => {
      await ringIn(stage.line, 61_000);
      await ring(stage.texts);
      return isSo();
    });

  it.each(inEitherState)("is called back with its campaign, which %s", async (_, run) => {
    const { begun } = await holdThere(run);
    const id = String(begun);
    await cancelCampaign(id);
    await inTheEnd(async () => (await resultsOf(stage.line, id))[0]?.status === "cancelled");
    await nothingLeavesInTheMorning();
  });

  const cancel = (messageId: unknown) => v2(stage.line, `${chat()}/messages/${messageId}`, undefined, "DELETE");

  it("is cancelled at its own key, and with it there, in one call", async () => {
    const { begun, theirs } = await holdThere(() => sendFrom(stage.line, person));
    const { message_id } = (begun as { body: Body }).body;
    expect(await cancel(message_id)).toMatchObject({ status: 200, body: { cancelled: true, status: "cancelled" } });
    expect(await storyOf(message_id)).toMatchObject({ internal_status: "cancelled" });
    expect(await storyOf(theirs.message_id, stage.texts)).toMatchObject({ internal_status: "cancelled" });
    expect(await cancel(message_id)).toMatchObject({ status: 200, body: { status: "cancelled" } });
    await nothingLeavesInTheMorning();
    expect(await storyOf(message_id)).toMatchObject({ internal_status: "cancelled" });
    expect(told("message.failed")).toEqual([]);
  });

  it("is cancelled as soon as that key can be asked, where it could not", async () => {
    const { begun } = await holdThere(() => sendFrom(stage.line, person));
    const { message_id } = (begun as { body: Body }).body;
    const silent = vi.spyOn(env.POOLS, "getByName").mockImplementation((name) => {
      if (name === stage.texts.id) throw new Error("The object is gone.");
      return env.POOLS.get(env.POOLS.idFromName(name));
    });
    const asked = await cancel(message_id);
    expect(asked).toMatchObject({ status: 200, body: { cancelled: false, status: "cancellation_requested" } });
    expect(asked.body.message).toContain(stage.texts.id);
    silent.mockRestore();
    await inTheEnd(async () => (await storyOf(message_id)).status === "cancelled");
    await nothingLeavesInTheMorning();
  });

  it("cannot be cancelled once it has left there, and the refusal says so; it is followed to its end", async () => {
    const messageId = await fall();
    const refused = await cancel(messageId);
    expect(refused).toMatchObject({ status: 409, body: { code: "message_not_cancellable" } });
    expect(refused.body.message).toContain(`API key ${stage.texts.id} carries it`);
    const [departure] = departures();
    if (departure === undefined) throw new Error("It has left.");
    await report(stage.texts, departure, "delivered");
    await eventually(async () => told("message.delivered").length === 1);
    expect(await cancel(messageId)).toMatchObject({ status: 409, body: { message_status: "delivered" } });
    await nothingMoreLeaves();
    expect(departures()).toHaveLength(1);
  });

  it("is called back with its key when that is revoked", async () => {
    const { begun } = await holdThere(() => sendFrom(stage.line, person));
    const { message_id } = (begun as { body: Body }).body;
    await admin(`/api-keys/${stage.line.id}`, { method: "DELETE" });
    await inTheEnd(async () => (await storyOf(message_id)).status === "cancelled");
    await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { quiet_hours: null } });
    await nothingMoreLeaves();
    expect(departures()).toEqual([]);
  });

  it("waits there for the end of its campaign's quiet hours too", async () => {
    const hour = (ahead: number) =>
      `${new Intl.DateTimeFormat("en-GB", { timeZone: "America/Los_Angeles", hour: "2-digit", hourCycle: "h23" }).format(Date.now() + ahead * 3_600_000)}:00`;
    await admin(`/api-keys/${stage.texts.id}`, {
      method: "PATCH",
      body: { quiet_hours: { from: hour(-1), to: hour(3) } },
    });
    await runCampaign(stage.line, [person], { quietHours: { from: hour(2), to: hour(12) } });
    const theirs = await eventually(async () => {
      await ringIn(stage.line, 1_000);
      const { messages } = (await v2(stage.texts, `${chat()}/messages`)).body as { messages?: Body[] };
      return messages?.length === 1 && messages[0];
    });
    expect(Number(theirs.quiet_until) - Date.now()).toBeGreaterThan(10 * 3_600_000);
  });
});

it("a message that was sent and forgotten by the key that carried it stays sent when its person opts out", async () => {
  const id = await fall();
  const [departure] = departures();
  if (departure === undefined) throw new Error("It has left.");
  await report(stage.texts, departure, "sent");
  await eventually(async () => (await storyOf(id)).status === "sent");
  const erased = await admin(`/api-keys/${stage.texts.id}/contacts/${encodeURIComponent(person)}/erase`, { body: {} });
  expect(erased.status).toBe(200);
  await admin(`/api-keys/${stage.line.id}/opt-outs`, { body: { contact: person } });
  await nothingMoreLeaves();
  expect(await storyOf(id)).toMatchObject({ status: "sent" });
});

it("a key that is paused hands nothing on, and goes on once it is resumed", async () => {
  stage.mac.tunnel = { status: 530, body: "error code: 1033" };
  await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { offline_limit_seconds: 60 } });
  const sent = await sendFrom(stage.line, person);
  await eventually(async () => ((await storyOf(sent.body.message_id)).next as Body | null)?.why === "line_offline");
  await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { quiet_hours: allDay() } });
  for (let turn = 0; turn < 4; turn += 1) await ringIn(stage.line, 61_000);
  await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { status: "paused" } });
  await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { quiet_hours: null } });
  await nothingMoreLeaves();
  expect(departures()).toEqual([]);
  await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { status: "active" } });
  await eventually(async () => {
    await ringIn(stage.line, 61_000);
    return departures().length === 1;
  });
});

describe("a line whose Mac does not answer", () => {
  it("keeps its people for as long as its key says, and then the message goes by SMS and never by another Apple ID", async () => {
    stage.mac.notOnIMessage.clear();
    stage.mac.receive({ from: person, text: "Hi" });
    await eventually(async () => told("message.received").length === 1);
    await admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { offline_limit_seconds: 120 } });
    const other = stage.world.open();
    const { body } = await admin("/integrations/bluebubbles", {
      body: { organization_id: stage.line.organizationId, url: other.url, password: other.options.password },
    });
    await addLine({ id: stage.line.id, integrationId: String(body.integration_id) }, other.line);
    stage.mac.tunnel = { status: 530, body: "error code: 1033" };
    const sent = await sendFrom(stage.line, person, { text: "Where are you?" });
    await eventually(async () => ((await storyOf(sent.body.message_id)).next as Body | null)?.why === "line_offline");
    expect(departures()).toEqual([]);
    await ringIn(stage.line, 130_000);
    await eventually(async () => departures().length === 1);
    stage.mac.tunnel = "open";
    await nothingMoreLeaves();
    expect(departures().map(({ body }) => body)).toEqual(["Where are you?"]);
    expect([...stage.mac.reached(), ...other.reached()]).toEqual([]);
  });
});

/** Copies a row of a key with other values. */
async function copyRow(table: "api_keys" | "numbers", keyId: string, others: Record<string, string>): Promise<void> {
  const { results } = await env.DB.prepare("SELECT name FROM pragma_table_info(?)").bind(table).all<{ name: string }>();
  const columns = results.map(({ name }) => others[name] ?? name).join(", ");
  const own = table === "api_keys" ? "id" : "api_key_id";
  await env.DB.prepare(`INSERT INTO ${table} SELECT ${columns} FROM ${table} WHERE ${own} = ?`).bind(keyId).run();
}

describe("the key that it falls back to", () => {
  it.each([
    [
      "is paused",
      async () => void (await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { status: "paused" } })),
      "paused",
    ],
    ["was revoked", async () => void (await admin(`/api-keys/${stage.texts.id}`, { method: "DELETE" })), "revoked"],
    [
      "has no number any more",
      async () => void (await changeNumber(String(stage.texts.numbers[0]), { api_key_id: null })),
      "No Twilio numbers assigned",
    ],
  ])("and %s takes nothing: the message fails with the line's code and says so", async (_, change, words) => {
    await change();
    const sent = await sendFrom(stage.line, person);
    expect(await ended(sent.body.message_id)).toMatchObject({
      error_code: "recipient_not_on_imessage",
      error: expect.stringContaining(words),
    });
    await eventually(async () => told("message.failed").length > 0);
    expect(told("message.failed")).toHaveLength(1);
    expect(departures()).toEqual([]);
  });

  it("is looked at by the doctor: one that can carry nothing is said, with how to mend it, however many others are well", async () => {
    const check = async () => {
      const { body } = await admin("/status");
      return (body.checks as Body[]).find(({ name }) => name === "fallbacks");
    };
    const name = `Texts ${stage.texts.id}`;
    await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { name } });
    expect((await check())?.detail).not.toContain(name);
    await copyRow("api_keys", stage.texts.id, { id: "'key_well'", short_number: "9000" });
    await copyRow("numbers", stage.texts.id, { address: "'+12125550999'", api_key_id: "'key_well'" });
    const fallback = `'{"to": "api_key", "apiKeyId": "key_well"}'`;
    for (let n = 0; n < 25; n += 1)
      await copyRow("api_keys", stage.line.id, {
        id: `'key_old${n}'`,
        short_number: String(9001 + n),
        created_at: "0",
        fallback,
      });
    await admin(`/api-keys/${stage.texts.id}`, { method: "DELETE" });
    expect(await check()).toMatchObject({
      ok: false,
      detail: expect.stringContaining(`falls back to ${name}, which was revoked: its messages fail instead.`),
      help: expect.stringContaining("fallback of PATCH"),
    });
  });

  it.each(["cancels it", "is revoked"])(
    "and %s before it has left ends it: it fails with the line's code and says so",
    async (how) => {
      await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { quiet_hours: allDay() } });
      const sent = await sendFrom(stage.line, person);
      const theirs = await eventually(async () => {
        const { messages } = (await v2(stage.texts, `${chat()}/messages`)).body as { messages?: Body[] };
        return messages?.length === 1 && messages[0];
      });
      if (how === "is revoked") await admin(`/api-keys/${stage.texts.id}`, { method: "DELETE" });
      else await v2(stage.texts, `${chat()}/messages/${theirs.message_id}`, undefined, "DELETE");
      expect(await ended(sent.body.message_id)).toMatchObject({
        error_code: "recipient_not_on_imessage",
        error: expect.stringContaining("cancelled it before it left"),
      });
      expect(departures()).toEqual([]);
    },
  );

  it("cannot be the key itself, a key of lines, an empty one, or another organization's, and a Twilio key has none", async () => {
    const refuses = async (key: { id: string }, fallback: object, words: string) => {
      const { status, body } = await setFallback(key, fallback);
      expect([400, 404]).toContain(status);
      expect(body.message).toContain(words);
    };
    const to = (id: unknown) => ({ to: "api_key", api_key_id: id });
    await refuses(stage.line, to(stage.line.id), "cannot fall back to itself");
    const made = await admin("/api-keys", { body: { name: "Empty", organization_id: stage.line.organizationId } });
    await refuses(stage.line, to(made.body.api_key_id), "holds no numbers yet");
    await refuses({ id: String(made.body.api_key_id) }, to(stage.line.id), "holds iMessage lines itself");
    await refuses(stage.line, to("key_unknown"), "not found in this organization");
    await refuses(stage.texts, { to: "line_sms" }, "this one holds Twilio numbers");
  });
});
