import { exports } from "cloudflare:workers";
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
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { crash, makePool, newPerson, type Pool, ring, send, writeTo } from "../../../support/workers/pool.ts";

const day = 24 * 60 * 60 * 1000;

let pool: Pool;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  pool = await makePool([{ messages_per_second: 1 }]);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function reasonsOf(id: string) {
  return (await resultsOf(pool, id)).map(({ result, reason }) => (result === "rejected" ? reason : result));
}

describe("the people of a campaign", () => {
  it("are rejected before the start, each with why", async () => {
    const [first, stopped, silent, talker, nobody] = newPeople(5).map(String) as [
      string,
      string,
      string,
      string,
      string,
    ];
    await writeTo(pool, stopped, String(pool.numbers[0]), "STOP");
    await send(pool, silent);
    await send(pool, talker);
    vi.setSystemTime(Date.now() + 200 * day);
    await writeTo(pool, talker, String(pool.numbers[0]), "Hello again");
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { allowed_countries: ["US"] } });
    const id = await draftCampaign(pool, { text: "Hi {first_name}", skipSilentMonths: 6 });
    const written = `${first.slice(1, 2)} (${first.slice(2, 5)}) ${first.slice(5, 8)}-${first.slice(8)}`;
    const people: [string, string][] = [
      [first, "Ann"],
      [written, "Ann again"],
      [`tel:${first}`, "Ann once more"],
      ["call me", "Bob"],
      ["", "Nobody"],
      ["a@example.com", "Mail"],
      ["grp_abc", "Group"],
      [stopped, "Stopped"],
      [silent, "Silent"],
      [talker, "Talker"],
      ["+447911123456", "Abroad"],
      [String(pool.numbers[0]), "Ourselves"],
      [nobody, "  "],
      [newPerson(), "x".repeat(501)],
      [newPerson(), "x".repeat(500)],
    ];
    const { audience, progress } = await give(pool, id, people);
    expect(await reasonsOf(id)).toEqual([
      "waiting",
      "duplicate",
      "duplicate",
      "not_a_number",
      "not_a_number",
      "not_a_person",
      "not_a_person",
      "opted_out",
      "no_reply",
      "waiting",
      "country_not_allowed",
      "own_number",
      "field_empty",
      "row_too_long",
      "waiting",
    ]);
    expect(audience).toMatchObject({
      state: "ready",
      rows: 15,
      rejected: { duplicate: 2, not_a_number: 2, no_reply: 1 },
    });
    expect(progress).toEqual({ waiting: 3, asked: 0, taken: 0, refused: 0, rejected: 12 });
  });

  it("are judged anew after a change that may reject others, and nothing starts before that is done", async () => {
    const people = newPeople(700).map((to, at): [string, string] => [to, at % 7 === 0 ? "" : "Ann"]);
    const id = await draftCampaign(pool);
    expect((await give(pool, id, people)).progress.waiting).toBe(700);
    await doCampaign<"update">(pool, { kind: "update", id, change: { text: "Hi {first_name}" } });
    expect(await askCampaign<"start">(pool, { kind: "start", id, at: null })).toMatchObject({
      ok: false,
      failure: { code: "campaign_not_ready" },
    });
    expect(await doCampaign<"check">(pool, { kind: "check", id })).toEqual({ isDone: false });
    await crash(pool);
    expect(await doCampaign<"check">(pool, { kind: "check", id })).toEqual({ isDone: true });
    const { audience, progress } = await readCampaign(pool, id);
    expect({ state: audience.state, ...progress }).toEqual({
      state: "ready",
      waiting: 600,
      asked: 0,
      taken: 0,
      refused: 0,
      rejected: 100,
    });
  });

  it("that stand twice are found though the object was killed between two pieces of the list", async () => {
    const id = await draftCampaign(pool);
    const [one] = newPeople(1).map(String);
    const { load } = await doCampaign<"begin_audience">(pool, { kind: "begin_audience", id, tag: null, fields: [] });
    const rows = (count: number, to: string | undefined) =>
      [...newPeople(count), String(to)].map((person, line) => ({ line, to: person, values: [] }));
    await doCampaign<"add_people">(pool, { kind: "add_people", id, load, people: rows(199, one) });
    await crash(pool);
    await doCampaign<"add_people">(pool, { kind: "add_people", id, load, people: rows(50, one) });
    expect((await doCampaign<"end_audience">(pool, { kind: "end_audience", id, load })).audience.rejected).toEqual({
      duplicate: 1,
    });
  });

  it("are those of a tag, with their names", async () => {
    const tagged = newPeople(3);
    for (const [at, person] of tagged.entries()) {
      await admin(`/api-keys/${pool.id}/contacts`, { body: { identifier: person, name: `Ann ${at}` } });
      await admin(`/api-keys/${pool.id}/contacts/${encodeURIComponent(person)}/tags`, { body: { tags: ["vip"] } });
    }
    const id = await draftCampaign(pool, { text: "{first_name}, that is {name}" });
    const { load } = await doCampaign<"begin_audience">(pool, {
      kind: "begin_audience",
      id,
      tag: "vip",
      fields: ["name", "first_name"],
    });
    expect(await doCampaign<"add_tagged">(pool, { kind: "add_tagged", id, load, after: "" })).toEqual({
      after: null,
      rejected: [],
    });
    await doCampaign<"end_audience">(pool, { kind: "end_audience", id, load });
    const { people } = await doCampaign<"preview">(pool, { kind: "preview", id, limit: 10, offset: 0 });
    expect(people.map(({ to, text, parts, fromNumber }) => [to, text, parts, fromNumber])).toEqual(
      [...tagged].sort().map((to) => [to, `Ann, that is Ann ${tagged.indexOf(to)}`, 1, pool.numbers[0]]),
    );
  });

  it("stand once in a list that comes in pieces, also where a piece was cut off and is sent again", async () => {
    const id = await draftCampaign(pool);
    const [first, second, third] = newPeople(3) as [string, string, string];
    await give(pool, id, [first]);
    const begin = { kind: "begin_audience" as const, id, tag: null, fields: ["first_name"], appends: true };
    const cut = await doCampaign<"begin_audience">(pool, begin);
    const rows = [second, first, third].map((to, at) => ({ line: at + 1, to, values: ["Ann"] }));
    await doCampaign<"add_people">(pool, { kind: "add_people", id, load: cut.load, people: rows.slice(0, 1) });
    expect(await askCampaign<"start">(pool, { kind: "start", id, at: null })).toMatchObject({
      failure: { code: "campaign_not_ready" },
    });
    const { load } = await doCampaign<"begin_audience">(pool, begin);
    expect(
      await askCampaign<"add_people">(pool, { kind: "add_people", id, load: cut.load, people: rows.slice(1) }),
    ).toMatchObject({ failure: { code: "campaign_audience_replaced" } });
    expect(await doCampaign<"add_people">(pool, { kind: "add_people", id, load, people: rows })).toMatchObject({
      rejected: [
        { line: 1, to: second, code: "duplicate" },
        { line: 2, to: first, code: "duplicate" },
      ],
    });
    expect(await doCampaign<"end_audience">(pool, { kind: "end_audience", id, load })).toMatchObject({
      audience: { state: "ready", rows: 5, rejected: { duplicate: 2 } },
      progress: { waiting: 3 },
    });
  });

  it("are not added to a list that did not come in whole", async () => {
    const id = await draftCampaign(pool);
    const first = newPerson();
    const begin = { kind: "begin_audience" as const, id, tag: null, fields: [] };
    const { load } = await doCampaign<"begin_audience">(pool, begin);
    await doCampaign<"add_people">(pool, {
      kind: "add_people",
      id,
      load,
      people: [{ line: 1, to: first, values: [] }],
    });
    expect(await askCampaign<"begin_audience">(pool, { ...begin, appends: true })).toMatchObject({
      failure: { code: "campaign_not_ready", message: expect.stringContaining("did not come in whole") },
    });
    await give(pool, id, [first]);
    expect(await doCampaign<"begin_audience">(pool, { ...begin, appends: true })).toMatchObject({
      fields: ["first_name"],
    });
  });

  it("are no more than a hundred thousand, and of a longer list nobody is kept", async () => {
    const id = await draftCampaign(pool);
    const { load } = await doCampaign<"begin_audience">(pool, { kind: "begin_audience", id, tag: null, fields: [] });
    const people = Array.from({ length: 50_000 }, (_, line) => ({ line, to: "x", values: [] }));
    await doCampaign<"add_people">(pool, { kind: "add_people", id, load, people });
    await doCampaign<"add_people">(pool, { kind: "add_people", id, load, people });
    expect(
      await askCampaign<"add_people">(pool, { kind: "add_people", id, load, people: people.slice(0, 1) }),
    ).toMatchObject({
      ok: false,
      failure: { code: "campaign_audience_too_large" },
    });
    expect((await readCampaign(pool, id)).audience).toMatchObject({ state: "none", rows: 0 });
    expect(await resultsOf(pool, id)).toEqual([]);
  });

  it("are those of the list that was begun last: the earlier one is told", async () => {
    const id = await draftCampaign(pool);
    const begin = { kind: "begin_audience" as const, id, tag: null, fields: [] };
    const first = await doCampaign<"begin_audience">(pool, begin);
    const second = await doCampaign<"begin_audience">(pool, begin);
    const people = [{ line: 2, to: newPerson(), values: [] }];
    expect(await askCampaign<"add_people">(pool, { kind: "add_people", id, load: first.load, people })).toMatchObject({
      ok: false,
      failure: { code: "campaign_audience_replaced" },
    });
    await doCampaign<"add_people">(pool, { kind: "add_people", id, load: second.load, people });
    expect(
      (await doCampaign<"end_audience">(pool, { kind: "end_audience", id, load: second.load })).audience.rows,
    ).toBe(1);
  });

  it("are forgotten with the person who is erased, and the others stay", async () => {
    const people = newPeople(3);
    const id = await draftCampaign(pool);
    await give(pool, id, people);
    const erased = await admin(`/api-keys/${pool.id}/contacts/${encodeURIComponent(String(people[1]))}/erase`, {
      method: "POST",
    });
    expect(erased.status).toBe(200);
    expect((await resultsOf(pool, id)).map(({ to }) => to)).toEqual([people[0], "", people[2]]);
  });
});

describe("a campaign is steered by clear answers", () => {
  const refusal = (code: string, context = {}) => ({
    ok: false,
    failure: expect.objectContaining({ code, ...context }),
  });

  it("and is not started without a list, a whole list, its fields, or anybody left", async () => {
    const id = await draftCampaign(pool, { text: "Hi {first_name} of {city}" });
    const start = () => askCampaign<"start">(pool, { kind: "start", id, at: null });
    expect(await start()).toEqual(refusal("campaign_not_ready"));
    await doCampaign<"begin_audience">(pool, { kind: "begin_audience", id, tag: null, fields: [] });
    expect(await start()).toEqual(refusal("campaign_not_ready"));
    await give(pool, id, [[newPerson(), "Ann"]]);
    expect(await start()).toEqual(
      refusal("campaign_not_ready", { context: { missing_fields: ["city"], fields: ["first_name"] } }),
    );
    await give(pool, id, [["nobody", "Ann", "Bonn"]], ["first_name", "city"]);
    expect(await start()).toEqual(refusal("campaign_not_ready", { context: { rejected: { not_a_number: 1 } } }));
    expect(pool.carrier.departures).toEqual([]);
  });

  it("and is started once, whoever asks again, and then changed in name and pace alone", async () => {
    const id = await draftCampaign(pool);
    await give(pool, id, newPeople(30));
    const starts = await Promise.all([1, 2].map(() => askCampaign<"start">(pool, { kind: "start", id, at: null })));
    for (const started of starts) expect(started).toMatchObject({ ok: true, value: { id, state: "running" } });
    expect(await askCampaign<"start">(pool, { kind: "start", id, at: Date.now() + 40 * 86_400_000 })).toEqual(
      refusal("campaign_state_conflict", { context: { state: "running" } }),
    );
    expect(await askCampaign<"update">(pool, { kind: "update", id, change: { text: "Other" } })).toEqual(
      refusal("campaign_not_editable", { context: { state: "running" } }),
    );
    expect(await askCampaign<"begin_audience">(pool, { kind: "begin_audience", id, tag: null, fields: [] })).toEqual(
      refusal("campaign_state_conflict", { context: { state: "running" } }),
    );
    expect(
      await doCampaign<"update">(pool, { kind: "update", id, change: { name: "Slower", pacePerMinute: 1 } }),
    ).toMatchObject({
      name: "Slower",
      pacePerMinute: 1,
      text: "Hello {first_name|there}",
    });
    expect(await askCampaign<"delete">(pool, { kind: "delete", id })).toEqual(
      refusal("campaign_state_conflict", { context: { state: "running" } }),
    );
  });

  it("and rests while it is paused, goes on when it is resumed, and ends when it is cancelled", async () => {
    const people = newPeople(30);
    const id = await runCampaign(pool, people);
    const pass = async (seconds: number) => {
      for (let at = 0; at < seconds; at += 1) {
        vi.setSystemTime(Date.now() + 1_000);
        await ring(pool);
      }
    };
    await pass(4);
    const paused = await doCampaign<"pause">(pool, { kind: "pause", id });
    await pass(5);
    expect((await readCampaign(pool, id)).progress).toEqual(paused.progress);
    await crash(pool);
    expect((await readCampaign(pool, id)).state).toBe("paused");
    await doCampaign<"resume">(pool, { kind: "resume", id });
    await pass(5);
    expect((await readCampaign(pool, id)).progress.taken).toBeGreaterThan(paused.progress.taken);
    const cancelled = await doCampaign<"cancel">(pool, { kind: "cancel", id });
    await pass(5);
    const { state, progress } = await readCampaign(pool, id);
    expect({ state, progress }).toEqual({ state: "cancelled", progress: cancelled.progress });
    expect((await resultsOf(pool, id)).filter(({ result }) => result === "not_sent")).toHaveLength(progress.waiting);
    expect(await askCampaign<"resume">(pool, { kind: "resume", id })).toEqual(
      refusal("campaign_state_conflict", { context: { state: "cancelled" } }),
    );
    await eventually(async () => pool.carrier.departures.length === progress.taken);
    expect(new Set(pool.carrier.departures.map(({ to }) => to)).size).toBe(progress.taken);
  });

  it("and starts at its time, also when the object was killed before", async () => {
    const id = await draftCampaign(pool);
    await give(pool, id, newPeople(2));
    const at = Date.now() + 60 * 60 * 1000;
    expect((await doCampaign<"start">(pool, { kind: "start", id, at })).state).toBe("scheduled");
    await ring(pool);
    expect(pool.carrier.departures).toEqual([]);
    await crash(pool);
    vi.setSystemTime(at + 1_000);
    await readCampaign(pool, id);
    await ring(pool);
    await eventually(async () => pool.carrier.departures.length >= 1);
    expect(await readCampaign(pool, id)).toMatchObject({ state: "running", startAt: at });
  });

  it("and is tried on oneself without counting for anybody", async () => {
    const id = await draftCampaign(pool);
    await give(pool, id, [[newPerson(), "Ann"]]);
    const me = newPerson();
    expect(await doCampaign<"test">(pool, { kind: "test", id, to: me })).toMatchObject({ text: "Hello Ann", parts: 1 });
    await eventually(async () => pool.carrier.departures.length === 1);
    expect(pool.carrier.departures[0]).toMatchObject({ to: me, body: "Hello Ann" });
    expect((await readCampaign(pool, id)).progress).toEqual({
      waiting: 1,
      asked: 0,
      taken: 0,
      refused: 0,
      rejected: 0,
    });
  });

  it("and says before the start in how many parts the whole list leaves, text by text, as they leave then", async () => {
    await admin(`/numbers/${encodeURIComponent(String(pool.numbers[0]))}`, {
      method: "PATCH",
      body: { messages_per_second: null },
    });
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { split_long_texts: true } });
    const text = "Hi {first_name}, see https://example.com/a-long-path/to-what-is-new/this-spring for more.";
    const id = await draftCampaign(pool, { text, shortenLinks: true });
    const fields = ["Ann", "Zoë 🌷".repeat(6), "x".repeat(160)];
    const people = newPeople(105).map((to, at): [string, string] => [to, fields[at % 3] ?? ""]);
    await give(pool, id, people);
    const before = (await doCampaign<"preview">(pool, { kind: "preview", id, limit: 1, offset: 0 })).parts?.text ?? 0;
    expect(before).toBeGreaterThan(105);
    await doCampaign<"start">(pool, { kind: "start", id, at: null });
    await eventually(async () => (await readCampaign(pool, id)).state === "completed");
    await eventually(async () => (await readCampaign(pool, id)).numbers.parts === before);
  });

  it("and counts all messages that a long text is divided into as one person's", async () => {
    await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { split_long_texts: true } });
    const id = await draftCampaign(pool, { text: `${"A sentence of some length. ".repeat(70)}{first_name}` });
    await give(pool, id, [[newPerson(), "Ann"]]);
    const { parts, people } = await doCampaign<"preview">(pool, { kind: "preview", id, limit: 1, offset: 0 });
    expect(parts).toEqual({ text: people[0]?.parts, question: 0 });
    await doCampaign<"start">(pool, { kind: "start", id, at: null });
    for (let at = 0; at < 4; at += 1) {
      vi.setSystemTime(Date.now() + 1_000);
      await ring(pool);
    }
    await eventually(async () => pool.carrier.departures.length === 2);
    await eventually(async () => (await readCampaign(pool, id)).numbers.parts === parts?.text);
    expect((await resultsOf(pool, id))[0]).toMatchObject({ result: "taken", parts: parts?.text });
    expect(await readCampaign(pool, id)).toMatchObject({ state: "completed", progress: { taken: 1, waiting: 0 } });
  });

  it("and tells by number what became of its messages, also after a change that comes late", async () => {
    const people = newPeople(4);
    const id = await runCampaign(pool, people);
    for (let at = 0; at < 6; at += 1) {
      vi.setSystemTime(Date.now() + 1_000);
      await ring(pool);
    }
    await eventually(async () => pool.carrier.departures.length === 4);
    const leftTo = (at: number) => pool.carrier.departures.find(({ to }) => to === people[at])?.sid ?? "";
    await pool.carrier.twilio.sendStatus(leftTo(0), "delivered");
    await pool.carrier.twilio.sendStatus(leftTo(1), "undelivered", { errorCode: 30005 });
    vi.setSystemTime(Date.now() + 120_000);
    expect((await readCampaign(pool, id)).numbers).toMatchObject({
      statuses: { delivered: 1 },
      errors: { "30005": 1 },
      parts: 4,
      replied: 0,
    });
    await pool.carrier.twilio.sendStatus(leftTo(2), "delivered");
    await writeTo(pool, String(people[0]), String(pool.numbers[0]), "Thanks");
    await writeTo(pool, String(people[0]), String(pool.numbers[0]), "Really");
    await writeTo(pool, String(people[2]), String(pool.numbers[0]), "STOP");
    expect((await readCampaign(pool, id)).numbers).toMatchObject({
      statuses: { delivered: 2 },
      replied: 1,
      optedOut: 1,
    });
    expect(
      (await resultsOf(pool, id))
        .map(({ status, errorCode, repliedAt, optedOutAt }) => [
          status,
          errorCode,
          repliedAt !== null,
          optedOutAt !== null,
        ])
        .slice(0, 3),
    ).toEqual([
      ["delivered", null, true, false],
      ["undelivered", "30005", false, false],
      ["delivered", null, false, true],
    ]);
    vi.setSystemTime(Date.now() + 8 * day);
    await writeTo(pool, String(people[3]), String(pool.numbers[0]), "Too late to be an answer");
    expect((await readCampaign(pool, id)).numbers.replied).toBe(1);
  });

  it("and counts who followed a link, and nobody for a machine that did", async () => {
    const people = newPeople(2);
    const id = await runCampaign(pool, people, { text: "See https://example.com/sale", shortenLinks: true });
    for (let at = 0; at < 3; at += 1) {
      vi.setSystemTime(Date.now() + 1_000);
      await ring(pool);
    }
    await eventually(async () => pool.carrier.departures.length === 2);
    vi.setSystemTime(Date.now() + 60_000);
    const agents = [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1",
      "Slackbot-LinkExpanding 1.0",
    ];
    for (const [at, agent] of agents.entries()) {
      const { body } = pool.carrier.departures.find(({ to }) => to === people[at]) ?? { body: "" };
      const link = /https:\/\/\S+/.exec(body)?.[0] ?? "";
      const followed = await exports.default.fetch(link, { redirect: "manual", headers: { "User-Agent": agent } });
      expect(followed.headers.get("Location")).toBe("https://example.com/sale");
    }
    expect((await readCampaign(pool, id)).numbers.clicked).toBe(1);
    expect((await resultsOf(pool, id)).map(({ clicks }) => clicks)).toEqual([1, 0]);
  });
});
