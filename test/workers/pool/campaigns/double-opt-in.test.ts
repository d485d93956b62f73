import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  askCampaign,
  doCampaign,
  draftCampaign,
  give,
  newPeople,
  readCampaign,
  resultsOf,
  runCampaign,
} from "../../../support/workers/campaigns.ts";
import { countCost } from "../../../support/workers/counts.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { crash, makePool, type Pool, report, ring, send, writeTo } from "../../../support/workers/pool.ts";

const second = 1_000;
const day = 24 * 60 * 60 * second;
const confirm = { text: "Reply YES to hear from us, {first_name|friend}.", words: null, days: 3 };
let pool: Pool;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-21T10:00:00Z") });
  pool = await makePool([{}]);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const answer = (person: string | undefined, text: string) =>
  writeTo(pool, String(person), String(pool.numbers[0]), text);
const written = () => pool.carrier.departures.map(({ to, body }) => [to, body]);
const optInsOf = async (person: string | undefined) =>
  (await admin(`/api-keys/${pool.id}/contacts/${encodeURIComponent(String(person))}/opt-ins`)).body.opt_ins;

async function pass(ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await ring(pool);
}

async function askAll(people: readonly (string | [string, string])[], wishes = {}): Promise<string> {
  const id = await runCampaign(pool, people, { text: "Hello {first_name|there}", confirm, ...wishes });
  await eventually(async () => pool.carrier.departures.length === people.length);
  return id;
}

describe("a campaign that asks first", () => {
  it("writes to those alone who say yes, keeps each yes with its words and both messages, and ends when answers count no longer", async () => {
    const [yes, no, silent] = newPeople(3);
    const id = await askAll([[String(yes), "Ann"], String(no), String(silent)]);
    expect(written()).toEqual([
      [yes, "Reply YES to hear from us, Ann."],
      [no, "Reply YES to hear from us, friend."],
      [silent, "Reply YES to hear from us, friend."],
    ]);
    await answer(yes, "Yes!");
    await answer(no, "No thanks");
    await eventually(async () => pool.carrier.departures.length === 4);
    expect(written()[3]).toEqual([yes, "Hello Ann"]);
    const [kept] = (await optInsOf(yes)) as Record<string, unknown>[];
    expect(kept).toMatchObject({
      agreed_at: Date.now(),
      words: "Reply YES to hear from us, Ann.",
      recorded_by: "reply",
      campaign_id: id,
      answer: "Yes!",
      question_message_id: expect.stringMatching(/^msg_/),
      answer_message_id: expect.stringMatching(/^msg_/),
    });
    expect(await optInsOf(no)).toEqual([]);
    expect(await readCampaign(pool, id)).toMatchObject({
      state: "running",
      progress: { waiting: 0, asked: 2, taken: 1 },
      heldBy: { code: "awaiting_answers" },
    });
    await pass(3 * day + second);
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    await answer(silent, "YES");
    await pass(second);
    expect((await resultsOf(pool, id)).map(({ result, reason }) => [result, reason])).toEqual([
      ["taken", null],
      ["refused", "not_confirmed"],
      ["refused", "not_confirmed"],
    ]);
    expect(pool.carrier.departures).toHaveLength(4);
    expect(await optInsOf(silent)).toEqual([]);
  });

  it("asks nobody twice and loses no answer when its object is killed again and again", async () => {
    const people = newPeople(12).map(String);
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { resend_unknown: true } });
    const id = await askAll(people);
    for (const person of people.slice(0, 6)) {
      await crash(pool);
      await answer(person, "ja");
    }
    await crash(pool);
    await answer(people[0], "YES");
    // What was leaving as its object was killed leaves again once the carrier is known not to have it.
    await eventually(async () => {
      await pass(30 * second);
      return pool.carrier.departures.length === 18;
    });
    for (const person of people) {
      const bodies = written().flatMap(([to, body]) => (to === person ? [body] : []));
      const own = people.indexOf(person) < 6 ? ["Hello there"] : [];
      expect(bodies).toEqual(["Reply YES to hear from us, friend.", ...own]);
    }
    expect((await optInsOf(people[0])) as unknown[]).toHaveLength(1);
    expect((await readCampaign(pool, id)).progress).toMatchObject({ asked: 6, taken: 6 });
  });

  it("takes STOP for what it is: nothing follows, not even after a later YES", async () => {
    const [stopped] = newPeople(1);
    const id = await askAll([String(stopped)]);
    await answer(stopped, "STOP");
    await answer(stopped, "YES");
    await pass(second);
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    expect(pool.carrier.departures).toHaveLength(1);
    expect((await resultsOf(pool, id))[0]).toMatchObject({ result: "refused", reason: "recipient_opted_out" });
    expect(await optInsOf(stopped)).toEqual([]);
  });

  it("takes a STOP after the yes for the last word: a START before the message follows is no consent, whatever was said between", async () => {
    const [silent, talked] = newPeople(2).map(String);
    const id = await askAll([String(silent), String(talked)]);
    await doCampaign<"pause">(pool, { kind: "pause", id });
    for (const person of [silent, talked]) await answer(person, "YES");
    await send(pool, String(talked), { text: "Is it you, Ann?" });
    for (const person of [silent, talked]) for (const word of ["STOP", "START"]) await answer(person, word);
    await doCampaign<"resume">(pool, { kind: "resume", id });
    await pass(second);
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    expect(pool.carrier.departures).toHaveLength(3);
    expect((await resultsOf(pool, id)).map(({ reason }) => reason)).toEqual(Array(2).fill("recipient_opted_out"));
  });

  it("takes no yes to a question that surely never came", async () => {
    const [refused, lost] = newPeople(2).map(String);
    pool.carrier.refuse = ({ to }) => (to === refused ? 30006 : null);
    const id = await runCampaign(pool, [String(refused), String(lost)], { confirm });
    await eventually(async () => (await readCampaign(pool, id)).progress.asked === 2);
    const [departure] = await eventually(async () => pool.carrier.departures.length === 1 && pool.carrier.departures);
    if (departure !== undefined) await report(pool, departure, "undelivered", 30003);
    for (const person of [refused, lost]) {
      await answer(person, "YES");
      expect(await optInsOf(person)).toEqual([]);
    }
    await pass(second);
    expect((await readCampaign(pool, id)).progress).toMatchObject({ asked: 2, taken: 0 });
  });

  it("takes no yes that was said before it asked, and keeps when one was said that is heard later", async () => {
    const [early, late] = newPeople(2).map(String);
    await askAll([String(early), String(late)]);
    const asked = Date.now();
    vi.setSystemTime(asked + 3_600_000);
    const say = (from: string | undefined, receivedAt: number) =>
      env.POOLS.getByName(pool.id).receive({
        providerId: `SM${from}`,
        accountId: pool.carrier.integrationId,
        from: String(from),
        to: String(pool.numbers[0]),
        channel: "sms",
        text: "Yes",
        attachments: [],
        verified: true,
        optOutType: null,
        detail: {},
        receivedAt,
      });
    await say(early, asked - 600_000);
    await say(late, asked + 600_000);
    expect(await optInsOf(early)).toEqual([]);
    expect(await optInsOf(late)).toMatchObject([{ agreed_at: asked + 600_000, recorded_at: Date.now() }]);
  });

  it("hears the yes behind a reminder that has still to leave: what nobody has read is nothing to agree to", async () => {
    const [person] = newPeople(1);
    await askAll([String(person)]);
    await send(pool, String(person), { text: "See you tomorrow", send_at: Date.now() + day });
    await answer(person, "YES");
    await pass(second);
    await eventually(async () => pool.carrier.departures.length === 2);
    expect(written()[1]).toEqual([person, "Hello there"]);
    expect(await optInsOf(person)).toHaveLength(1);
  });

  it("takes no yes to something else that was said after the question", async () => {
    const [person] = newPeople(1);
    await askAll([String(person)]);
    await send(pool, String(person), { text: "Is it you, Ann?" });
    await answer(person, "Yes");
    await pass(second);
    expect(pool.carrier.departures).toHaveLength(2);
    expect(await optInsOf(person)).toEqual([]);
  });

  it("keeps a yes while it is paused, and writes once it goes on; after it was cancelled the yes is kept and nothing follows", async () => {
    const [first, late] = newPeople(2);
    const id = await askAll([String(first), String(late)]);
    await doCampaign<"pause">(pool, { kind: "pause", id });
    await answer(first, "YES");
    await pass(second);
    expect(pool.carrier.departures).toHaveLength(2);
    await doCampaign<"resume">(pool, { kind: "resume", id });
    await pass(second);
    await eventually(async () => pool.carrier.departures.length === 3);
    await doCampaign<"cancel">(pool, { kind: "cancel", id });
    await answer(late, "YES");
    await pass(second);
    expect(pool.carrier.departures).toHaveLength(3);
    expect(await optInsOf(late)).toHaveLength(1);
  });

  it("goes by words of its own, which no opt-out may be, and shows the question in its preview", async () => {
    const made = await askCampaign<"create">(pool, {
      kind: "create",
      plan: { ...(await readPlan()), confirm: { ...confirm, words: ["stop"] } },
    });
    expect(made).toMatchObject({ ok: false, failure: { code: "invalid_request" } });
    const [person, other] = newPeople(2);
    const id = await askAll([String(person), String(other)], { confirm: { ...confirm, words: ["JOIN"] } });
    await answer(person, "yes");
    await answer(other, "join");
    await eventually(async () => pool.carrier.departures.length === 3);
    expect(written()[2]).toEqual([other, "Hello there"]);
    expect((await readCampaign(pool, id)).progress.asked).toBe(1);
  });

  it("takes a yes to a question that was divided into several messages", async () => {
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { split_long_texts: true } });
    const [person] = newPeople(1);
    const long = { ...confirm, text: `${"What you agree to, at length. ".repeat(60)}Reply YES.` };
    const id = await runCampaign(pool, [String(person)], { confirm: long });
    await eventually(async () => pool.carrier.departures.length === 2);
    await answer(person, "YES");
    await pass(second);
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    expect(written()[2]).toEqual([person, "Hello there"]);
    expect(await optInsOf(person)).toHaveLength(1);
  });

  it("hears YES also where the account's settings keep incoming messages out, and keeps no message of it", async () => {
    const [person] = newPeople(1);
    await askAll([String(person)]);
    const sync = { direction: "outbound", channels: ["sms"], events: "both", media: true };
    await admin(`/integrations/twilio/${pool.carrier.integrationId}`, { method: "PATCH", body: { sync } });
    await answer(person, "YES");
    await pass(second);
    await eventually(async () => pool.carrier.departures.length === 2);
    const [kept] = (await optInsOf(person)) as Record<string, unknown>[];
    expect(kept).toMatchObject({ answer: "YES", question_message_id: expect.any(String) });
    expect(kept).not.toHaveProperty("answer_message_id");
  });

  it("hears YES there on a toll-free number too, where it is no START: a STOP stands, and what is no wish is kept out", async () => {
    pool = await makePool({ "+18885554999": {} });
    const [person, stopped] = newPeople(2);
    await askAll([String(person), String(stopped)]);
    const sync = { direction: "outbound", channels: ["sms"], events: "both", media: true };
    await admin(`/integrations/twilio/${pool.carrier.integrationId}`, { method: "PATCH", body: { sync } });
    for (const word of ["STOP", "YES"]) await answer(stopped, word);
    for (const word of ["Who are you?", "YES"]) await answer(person, word);
    await pass(second);
    await eventually(async () => pool.carrier.departures.length === 3);
    expect(written()[2]).toEqual([person, "Hello there"]);
    expect(await optInsOf(person)).toMatchObject([{ answer: "YES" }]);
    expect(await optInsOf(stopped)).toEqual([]);
    expect((await send(pool, String(stopped))).body.code).toBe("recipient_opted_out");
  });

  it("is not started where its question names a field that nobody has, and rejects whose field is empty", async () => {
    const id = await draftCampaign(pool, { confirm: { ...confirm, text: "Reply YES, {first_name} of {city}" } });
    await give(pool, id, [[String(newPeople(1)[0]), "Ann"]]);
    expect(await askCampaign<"start">(pool, { kind: "start", id, at: null })).toMatchObject({
      failure: { code: "campaign_not_ready", context: { missing_fields: ["city"] } },
    });
    await doCampaign<"update">(pool, {
      kind: "update",
      id,
      change: { confirm: { ...confirm, text: "{first_name}?" } },
    });
    await give(pool, id, [...newPeople(1).map(String), [String(newPeople(1)[0]), "Ann"]]);
    expect((await readCampaign(pool, id)).audience.rejected).toEqual({ field_empty: 1 });
    const { people, parts } = await doCampaign<"preview">(pool, { kind: "preview", id, limit: 10, offset: 0 });
    expect(people).toMatchObject([{ question: "Ann?", text: "Hello Ann" }]);
    expect(parts).toEqual({ text: 1, question: 1 });
  });

  it("costs three rows more for a question than the message that asks: its state, the answer's state, and the yes", async () => {
    const people = newPeople(2).map(String);
    const counter = await countCost(pool.id);
    await askAll(people);
    const plain = String(newPeople(1)[0]);
    await writeTo(pool, plain, String(pool.numbers[0]), "YES");
    counter.since();
    await writeTo(pool, plain, String(pool.numbers[0]), "YES");
    const alone = counter.since();
    await answer(people[0], "YES");
    const states = counter.statements().filter(({ query }) => /campaign_states|opt_ins/.test(query));
    expect(states.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)).toBeLessThanOrEqual(3);
    expect(alone.rowsWritten).toBeGreaterThan(0);
    counter.stop();
  });
});

async function readPlan() {
  const { name, text, attachments, shortenLinks, fromNumber, pacePerMinute, columns, skipSilentMonths } =
    await readCampaign(pool, await draftCampaign(pool));
  const wishes = { quietHours: null, urgent: false };
  return { name, text, attachments, shortenLinks, fromNumber, pacePerMinute, columns, skipSilentMonths, ...wishes };
}

describe("what a list says of consent", () => {
  it("becomes the contact's with the first message, and a time that is none rejects its row", async () => {
    const [with_, without, wrong, ahead] = newPeople(4).map(String) as [string, string, string, string];
    const id = await draftCampaign(pool);
    await give(
      pool,
      id,
      [
        [with_, "2026-03-01", "https://shop.example/join", "Send me offers"],
        [without, "", "", ""],
        [wrong, "last spring", "A form", ""],
        [ahead, "2027-01-01", "A form", ""],
      ],
      ["opt_in_at", "opt_in_source", "opt_in_words"],
    );
    expect((await readCampaign(pool, id)).audience.rejected).toEqual({ opt_in_unreadable: 2 });
    await doCampaign<"start">(pool, { kind: "start", id, at: null });
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    expect(await optInsOf(with_)).toEqual([
      {
        agreed_at: Date.parse("2026-03-01"),
        source: "https://shop.example/join",
        words: "Send me offers",
        recorded_at: Date.now(),
        recorded_by: "list",
        campaign_id: id,
      },
    ]);
    expect(await optInsOf(without)).toEqual([]);
  });
});
