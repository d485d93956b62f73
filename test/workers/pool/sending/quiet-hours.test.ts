import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Result } from "../../../../src/domain/failure.ts";
import type { Preview } from "../../../../src/domain/preview.ts";
import { readCampaign, runCampaign } from "../../../support/workers/campaigns.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  changeNumber,
  evict,
  makePool,
  newPerson,
  type Pool,
  ring,
  send,
  writeTo,
} from "../../../support/workers/pool.ts";

/** 22:00 in New York, 19:00 in Los Angeles. */
const evening = Date.parse("2027-01-12T03:00:00Z");
const eightInNewYork = Date.parse("2027-01-12T13:00:00Z");
const hour = 60 * 60_000;
const night = { from: "21:00", to: "08:00" };
const newYork = () => newPerson("212");
const losAngeles = () => newPerson("213");

let pool: Pool;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: evening });
  pool = await makePool([{}]);
  await change({ quiet_hours: night });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const change = (body: object) => admin(`/api-keys/${pool.id}`, { method: "PATCH", body });
const v2 = (path: string, body?: unknown, method?: string) =>
  call(`/v2/api${path}`, {
    token: pool.token,
    ...(body === undefined ? {} : { body }),
    ...(method === undefined ? {} : { method }),
  });
const texts = () => pool.carrier.departures.map(({ body }) => body);
const left = (...bodies: string[]) => eventually(async () => bodies.every((body) => texts().includes(body)));

async function story(id: unknown) {
  return (await admin(`/api-keys/${pool.id}/messages/${id}`)).body as {
    next: { at: number | null; why: string; words: string } | null;
    trace: { note: string | null };
    internal_status: string;
  };
}

async function passTo(at: number) {
  vi.setSystemTime(at);
  await ring(pool);
}

describe("in the quiet hours of its recipient a message", () => {
  it("waits for their end, says until when in the answer, its row, its status and its trace, and leaves on the minute", async () => {
    const to = newYork();
    const sent = await send(pool, to, { text: "Held" });
    expect(sent).toMatchObject({ status: 202, body: { status: "queued", quiet_until: eightInNewYork } });
    const path = `/chats/${encodeURIComponent(to)}/messages/${sent.body.message_id}`;
    for (const shown of [path, `${path}/status`]) {
      expect((await v2(shown)).body).toMatchObject({ status: "queued", quiet_until: eightInNewYork });
    }
    const told = await story(sent.body.message_id);
    expect(told.next).toMatchObject({ at: eightInNewYork, why: "quiet_hours" });
    expect(told.next?.words).toContain("2027-01-12T13:00:00.000Z");
    expect(told.trace.note).toContain("Quiet hours 21:00 to 08:00");
    expect(told.trace.note).toContain("America/New_York");
    await passTo(eightInNewYork - 60_000);
    expect(texts()).toEqual([]);
    await evict(pool);
    await passTo(eightInNewYork);
    await left("Held");
    expect(texts()).toEqual(["Held"]);
    expect((await v2(path)).body.quiet_until).toBeUndefined();
  });

  it("goes to whoever is awake at once, and by the contact's own time zone where one is set", async () => {
    await send(pool, losAngeles(), { text: "Awake" });
    await left("Awake");
    const traveller = newYork();
    await v2("/contacts", { identifier: traveller });
    const contact = `/contacts/${encodeURIComponent(traveller)}`;
    expect((await v2(contact, { time_zone: "Mars/Base" }, "PATCH")).status).toBe(400);
    expect((await v2(contact, { time_zone: "Asia/Tokyo" }, "PATCH")).body.time_zone).toBe("Asia/Tokyo");
    expect((await send(pool, traveller, { text: "Noon" })).body.quiet_until).toBeUndefined();
    await left("Noon");
    const other = losAngeles();
    await v2("/contacts", { identifier: other });
    await v2(`/contacts/${encodeURIComponent(other)}`, { time_zone: "Europe/Berlin" }, "PATCH");
    expect((await send(pool, other, { text: "At night" })).body.quiet_until).toBe(Date.parse("2027-01-12T07:00:00Z"));
  });

  it("leaves at once where it is urgent, past what waits in its chat, or answers who wrote within fifteen minutes", async () => {
    const to = newYork();
    await send(pool, to, { text: "Tomorrow" });
    expect((await send(pool, to, { text: "Your code", urgent: true })).body.quiet_until).toBeUndefined();
    await left("Your code");
    const writer = newYork();
    expect(await writeTo(pool, writer, pool.numbers[0] ?? "", "Are you there?")).toBe(200);
    vi.setSystemTime(evening + 14 * 60_000);
    await send(pool, writer, { text: "Yes" });
    await left("Yes");
    vi.setSystemTime(evening + 15 * 60_000);
    expect((await send(pool, writer, { text: "Too late" })).body.quiet_until).toBe(eightInNewYork);
    expect(texts()).not.toContain("Tomorrow");
  });

  it("that is scheduled into them waits for their end", async () => {
    const scheduled = await send(pool, newYork(), { text: "At two", send_at: evening + 4 * hour });
    expect(scheduled.body.quiet_until).toBe(eightInNewYork);
    await passTo(evening + 4 * hour);
    expect(texts()).toEqual([]);
    await passTo(eightInNewYork);
    await left("At two");
  });

  it("that comes right behind another of its send goes with it: a text is not half in the evening and half in the morning", async () => {
    await change({ quiet_hours: { from: "22:01", to: "08:00" }, split_long_texts: true });
    await changeNumber(pool.numbers[0] ?? "", { messages_per_second: 1 });
    vi.setSystemTime(evening + 59_500);
    const to = newYork();
    const parts = ["a", "b", "c"].map((letter) => letter.repeat(1600));
    await send(pool, to, { text: parts.join(" ") });
    await send(pool, to, { text: "Another" });
    for (let second = 1; second <= 5; second += 1) await passTo(evening + 59_500 + second * 1_000);
    await left(...parts);
    expect(texts()).toEqual(parts);
    await passTo(eightInNewYork);
    await left("Another");
  });

  it("whose send had not begun before them waits with all of its parts, which leave in order", async () => {
    await change({ quiet_hours: { from: "22:01", to: "08:00" } });
    const to = newYork();
    pool.carrier.twilio.faults.chooseBy((seen) => (seen.call === "create" ? { kind: "rate_limit" } : null));
    const sent = await send(pool, to, { text: ["one", "two", "three"] });
    const [first] = sent.body.message_ids as string[];
    await eventually(async () => (await story(first)).next?.why === "rate_limited");
    pool.carrier.twilio.faults.chooseBy(() => null);
    await passTo(evening + 2 * 60_000);
    await eventually(async () => (await story(first)).next?.why === "quiet_hours");
    await evict(pool);
    await passTo(eightInNewYork - 1_000);
    expect(texts()).toEqual([]);
    await passTo(eightInNewYork);
    await left("one", "two", "three");
    expect(texts()).toEqual(["one", "two", "three"]);
  });

  it("that comes more than a quarter of an hour behind the one before it wakes nobody, and what follows it waits too", async () => {
    await change({ quiet_hours: { from: "22:01", to: "08:00" } });
    await changeNumber(pool.numbers[0] ?? "", { messages_per_second: 0.001 });
    await send(pool, newYork(), { text: ["one", "two", "three"] });
    await left("one");
    await passTo(evening + 1_000_000);
    await changeNumber(pool.numbers[0] ?? "", { messages_per_second: null });
    await passTo(evening + 1_001_000);
    expect(texts()).toEqual(["one"]);
    await passTo(eightInNewYork);
    await left("one", "two", "three");
    expect(texts()).toEqual(["one", "two", "three"]);
  });

  it("is previewed with the time until which it would wait", async () => {
    const preview = await admin(`/api-keys/${pool.id}/pool/preview`, { body: { to: newYork(), text: "Hello" } });
    expect(preview.body).toMatchObject({ would_send: true, quiet_until: eightInNewYork });
    const awake = await admin(`/api-keys/${pool.id}/pool/preview`, { body: { to: losAngeles(), text: "Hello" } });
    expect(awake.body.quiet_until).toBeNull();
  });

  it("can be cancelled like one that is scheduled", async () => {
    const to = newYork();
    const sent = await send(pool, to, { text: "Never" });
    const path = `/chats/${encodeURIComponent(to)}/messages/${sent.body.message_id}`;
    expect((await v2(path, undefined, "DELETE")).body).toMatchObject({ cancelled: true });
    await passTo(eightInNewYork);
    expect(texts()).toEqual([]);
  });
});

describe("what waits is judged anew", () => {
  it("when the quiet hours are changed, and when they are taken away", async () => {
    const first = await send(pool, newYork(), { text: "First" });
    await change({ quiet_hours: { from: "21:00", to: "07:00" } });
    await eventually(async () => (await story(first.body.message_id)).next?.at === eightInNewYork - hour);
    await send(pool, losAngeles(), { text: "Second", send_at: evening + 4 * hour });
    await change({ quiet_hours: null });
    await ring(pool);
    await left("First");
    expect(texts()).toEqual(["First"]);
    await passTo(evening + 4 * hour);
    await left("Second");
  });

  it("when quiet hours are set into which it is scheduled: it says at once until when, and keeps its own time once they are gone", async () => {
    await change({ quiet_hours: null });
    const at = evening + hour;
    const asleep = await send(pool, newYork(), { text: "Asleep", send_at: at });
    const awake = await send(pool, losAngeles(), { text: "Awake", send_at: at });
    await change({ quiet_hours: night });
    await ring(pool);
    expect((await story(asleep.body.message_id)).next).toMatchObject({ at: eightInNewYork, why: "quiet_hours" });
    expect((await story(awake.body.message_id)).next).toMatchObject({ at, why: "scheduled" });
    await change({ quiet_hours: null });
    await ring(pool);
    expect((await story(asleep.body.message_id)).next).toMatchObject({ at, why: "scheduled" });
    await passTo(at);
    await left("Asleep", "Awake");
  });

  it("when they are taken away and the object goes away before they have left", async () => {
    await send(pool, newYork(), { text: "Freed" });
    await change({ quiet_hours: null });
    await evict(pool);
    await ring(pool);
    await left("Freed");
  });

  it("when its contact's time zone is set", async () => {
    const to = newYork();
    await send(pool, to, { text: "In Tokyo" });
    await v2(`/contacts/${encodeURIComponent(to)}`, { time_zone: "Asia/Tokyo" }, "PATCH");
    await ring(pool);
    await left("In Tokyo");
  });

  it("when it is about to leave: what could not leave in the day waits for the next morning", async () => {
    vi.setSystemTime(evening - 2 * hour);
    const to = newYork();
    pool.carrier.twilio.faults.chooseBy((seen) => (seen.call === "create" ? { kind: "rate_limit" } : null));
    const sent = await send(pool, to, { text: "Held up" });
    await eventually(async () => (await story(sent.body.message_id)).next?.why === "rate_limited");
    pool.carrier.twilio.faults.chooseBy(() => null);
    await passTo(evening);
    await eventually(async () => (await story(sent.body.message_id)).next?.at === eightInNewYork);
    const told = await story(sent.body.message_id);
    expect(told.next?.why).toBe("quiet_hours");
    expect(told.trace.note).toContain("Quiet hours 21:00 to 08:00");
    expect(texts()).toEqual([]);
    await passTo(eightInNewYork);
    await left("Held up");
  });
});

it("a send may carry quiet hours of its own, which stand for those of its key", async () => {
  const to = losAngeles();
  const draft = {
    to,
    channel: "sms" as const,
    text: "Of a campaign",
    attachments: [],
    fromNumber: null,
    metadata: null,
    sendAt: null,
    extras: { quietHours: { from: "18:00", to: "10:00" } },
  };
  const preview = (await env.POOLS.getByName(pool.id).preview([draft])) as Result<Preview>;
  expect(preview.ok && preview.value.quietUntil).toBe(Date.parse("2027-01-12T18:00:00Z"));
});

it("quiet hours are two times of the clock that differ, and nothing else", async () => {
  for (const wrong of [
    { from: "21:00" },
    { from: "9pm", to: "08:00" },
    { from: "08:00", to: "08:00" },
    "21:00-08:00",
  ]) {
    expect((await change({ quiet_hours: wrong })).status).toBe(400);
  }
  expect((await admin(`/api-keys/${pool.id}`)).body.quiet_hours).toEqual(night);
  expect((await change({ quiet_hours: null })).body.quiet_hours).toBeNull();
});

it("a campaign writes to whoever is awake, keeps those who sleep in its list, and writes to them in the morning, once", async () => {
  const asleep = newPeopleOf("212", 40);
  const awake = newPeopleOf("213", 3);
  const id = await runCampaign(
    pool,
    [...asleep, ...awake].map((to): [string, string] => [to, ""]),
  );
  for (let second = 1; pool.carrier.departures.length < 3 && second < 60; second += 1) {
    await passTo(evening + second * 1_000);
  }
  expect(pool.carrier.departures.map(({ to }) => to).sort()).toEqual(awake);
  expect(await readCampaign(pool, id)).toMatchObject({ progress: { waiting: 40, taken: 3 } });
  for (let second = 0; pool.carrier.departures.length < 43 && second < 120; second += 1) {
    await passTo(eightInNewYork + second * 1_000);
  }
  await eventually(async () => (await readCampaign(pool, id)).state === "completed");
  expect(pool.carrier.departures.map(({ to }) => to).sort()).toEqual([...asleep, ...awake].sort());
});

function newPeopleOf(areaCode: string, count: number): string[] {
  return Array.from({ length: count }, () => newPerson(areaCode)).sort();
}
