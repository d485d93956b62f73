import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeMac, Inbound } from "../../../support/node/fake-bluebubbles-mac.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import {
  addLine,
  type LineKey,
  type MacWorld,
  makeLineKey,
  sendFrom,
  standInForMacs,
  v2,
} from "../../../support/workers/mac.ts";
import { crash, type Pool } from "../../../support/workers/pool.ts";
import { countRowsRead } from "../../../support/workers/rows.ts";

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
let world: MacWorld;
let mac: FakeMac;
let key: LineKey;
let people = 0;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  world = standInForMacs();
  mac = world.open();
  key = await makeLineKey(mac);
  await setCaps({ per_second: 1000 });
});

afterEach(() => {
  expect(mac.violations).toEqual([]);
  vi.useRealTimers();
});

function newPerson(): string {
  people += 1;
  return `+1415555${String(1000 + people)}`;
}

function setCaps(caps: object, line = key.line) {
  return admin(`/numbers/${encodeURIComponent(line)}`, { method: "PATCH", body: { caps } });
}

async function writeToNew(count: number, more: object = {}) {
  const answers = [];
  for (let n = 0; n < count; n += 1) answers.push(await sendFrom(key, newPerson(), { text: `Hello ${n}`, ...more }));
  return answers;
}

/** A person writes, and the bell of that is heard: within the second of another one it would not be. */
async function hear(inbound: Inbound): Promise<void> {
  await world.quiet();
  passTime(2_000);
  mac.receive(inbound);
}

async function traceOf(messageId: unknown) {
  return (await admin(`/api-keys/${key.id}/messages/${messageId}`)).body as {
    trace?: { note?: string };
    timeline: { words: string }[];
  };
}

function restart() {
  return crash({ id: key.id } as Pool);
}

function passTime(ms: number) {
  vi.setSystemTime(Date.now() + ms);
}

describe("new contacts", () => {
  it("are fifteen an hour for a line unless set: the next one is refused with when it may be written to, and whoever is known is not", async () => {
    const known = newPerson();
    expect((await sendFrom(key, known)).status).toBe(202);
    passTime(60_000);
    for (const { status } of await writeToNew(14)) expect(status).toBe(202);
    const refused = await sendFrom(key, newPerson());
    expect(refused).toMatchObject({
      status: 429,
      body: {
        code: "new_conversation_limit_reached",
        limit: 15,
        current: 15,
        mode: "hour",
        sender_number: key.line,
        allocation_id: expect.stringMatching(/^alloc_/),
      },
    });
    const wait = Number(refused.headers.get("Retry-After"));
    expect(wait).toBeGreaterThan(3_500);
    expect(wait).toBeLessThanOrEqual(3_540);
    expect((await sendFrom(key, known)).status).toBe(202);
    passTime(wait * 1000);
    expect((await sendFrom(key, newPerson())).status).toBe(202);
    expect((await sendFrom(key, newPerson())).status).toBe(429);
  });

  it("are fifty a day: a person who has written first is none of them, nor does a message that is refused count", async () => {
    for (let hour = 0; hour < 4; hour += 1) {
      await writeToNew(hour === 3 ? 5 : 15);
      passTime(hourMs);
    }
    const refused = await sendFrom(key, newPerson());
    expect(refused).toMatchObject({ status: 429, body: { mode: "day", limit: 50, current: 50 } });
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(19 * 3600);
    const writer = newPerson();
    await hear({ from: writer, text: "Hi" });
    await eventually(async () => (await v2(key, `/chats/${encodeURIComponent(writer)}`)).status === 200);
    expect((await sendFrom(key, writer)).status).toBe(202);
    const numbers = (await v2(key, "/me/numbers")).body.numbers;
    expect(numbers).toMatchObject([
      {
        caps: {
          per_second: 1000,
          new_contacts_per_hour: 15,
          new_contacts_per_day: 50,
          unanswered: 5,
          new_contacts_last_hour: 0,
          new_contacts_last_day: 50,
        },
      },
    ]);
  });

  it("are counted over a restart, by what is changed at once, and again once thirty days have passed without a word", async () => {
    await setCaps({ new_contacts_per_hour: 2 });
    const person = newPerson();
    expect((await sendFrom(key, person)).status).toBe(202);
    await writeToNew(1);
    await restart();
    expect((await sendFrom(key, newPerson())).body).toMatchObject({ code: "new_conversation_limit_reached", limit: 2 });
    await setCaps({ new_contacts_per_hour: null });
    expect((await sendFrom(key, newPerson())).status).toBe(202);
    await setCaps({ new_contacts_per_hour: 2 });
    passTime(31 * dayMs);
    await writeToNew(2);
    expect((await sendFrom(key, person)).body).toMatchObject({ code: "new_conversation_limit_reached" });
  });

  it("that are scheduled count where they begin: no hour holds more than its cap, whatever is accepted later", async () => {
    await setCaps({ new_contacts_per_hour: 2 });
    const at = Date.now() + 30 * 60_000;
    const [one, two, three] = await writeToNew(3, { send_at: at });
    expect([one?.status, two?.status, three?.status]).toEqual([202, 202, 429]);
    expect((await sendFrom(key, newPerson())).status).toBe(429);
    expect((await writeToNew(1, { send_at: at + hourMs }))[0]?.status).toBe(202);
  });

  it("go by another line of the pool while one may begin nothing: the trace says why, and those who know a line stay on it", async () => {
    const other = world.open();
    await admin("/integrations/bluebubbles", {
      body: { organization_id: key.organizationId, url: other.url, password: other.options.password },
    }).then(async ({ body }) => addLine({ id: key.id, integrationId: String(body.integration_id) }, other.line));
    await setCaps({ new_contacts_per_hour: 1 });
    await setCaps({ new_contacts_per_hour: 1 }, other.line);
    const [first, second] = [await sendFrom(key, newPerson()), await sendFrom(key, newPerson())];
    expect(new Set([first.body.from_number, second.body.from_number])).toEqual(new Set([key.line, other.line]));
    expect((await sendFrom(key, newPerson())).body).toMatchObject({ code: "new_conversation_limit_reached" });
    await setCaps({ new_contacts_per_hour: 3 });
    const third = await sendFrom(key, newPerson());
    expect(third.body.from_number).toBe(key.line);
    const trace = JSON.stringify(await traceOf(third.body.message_id));
    expect(trace).toContain("it has begun as many conversations as its caps allow for now");
  });
});

describe("unanswered messages", () => {
  it("are five to one person: the next is refused until they write, whichever way they were sent", async () => {
    const person = newPerson();
    expect((await sendFrom(key, person, { text: ["One", "Two", "Three"] })).status).toBe(202);
    expect((await sendFrom(key, person, { text: ["Four", "Five", "Six"] })).body).toMatchObject({
      code: "outbound_limit_reached",
      limit: 5,
      current: 3,
      mode: "unanswered",
    });
    expect((await sendFrom(key, person, { text: ["Four", "Five"] })).status).toBe(202);
    const refused = await sendFrom(key, person);
    expect(refused).toMatchObject({ status: 429, body: { code: "outbound_limit_reached", current: 5 } });
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(29 * 86_400);
    await hear({ from: person, text: "Yes?" });
    await eventually(async () => world.told.some(({ body }) => body.event === "message.received"));
    expect((await sendFrom(key, person)).status).toBe(202);
  });

  it("are counted as they leave: a long text that is split counts as the messages it comes to, to the last that fits", async () => {
    await setCaps({ unanswered: 3 });
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { split_long_texts: true } });
    const text = (characters: number) => ({ text: "Words here. ".repeat(characters / 12).trim() });
    const refused = await sendFrom(key, newPerson(), text(12_600));
    expect(refused.body).toMatchObject({ code: "outbound_limit_reached", limit: 3, current: 0, mode: "unanswered" });
    const person = newPerson();
    expect((await sendFrom(key, person, text(11_400))).body.message_ids).toHaveLength(3);
    expect((await sendFrom(key, person)).body).toMatchObject({ code: "outbound_limit_reached", current: 3 });
  });

  it("are what has left or will: one that was cancelled is none", async () => {
    const person = newPerson();
    await setCaps({ unanswered: 1 });
    const sent = await sendFrom(key, person, { text: "Later", send_at: Date.now() + hourMs });
    expect((await sendFrom(key, person)).status).toBe(429);
    await v2(key, `/chats/${encodeURIComponent(person)}/messages/${sent.body.message_id}`, undefined, "DELETE");
    expect((await sendFrom(key, person)).status).toBe(202);
  });
});

describe("warnings", () => {
  it("a link in the first message is warned of, in the answer and in the trace; in a later one it is not", async () => {
    const person = newPerson();
    const sent = await sendFrom(key, person, { text: "See https://example.com" });
    expect(sent).toMatchObject({
      status: 202,
      body: { warning: expect.stringContaining("A link in the first message") },
    });
    expect(JSON.stringify(await traceOf(sent.body.message_id))).toContain("A link in the first message");
    expect((await sendFrom(key, person, { text: "See https://example.com/2" })).body.warning).toBeUndefined();
  });

  it("the same text to more than twenty people within an hour is warned of, also after a restart", async () => {
    await setCaps({ new_contacts_per_hour: null, new_contacts_per_day: null });
    const text = (n: number) => ({ text: `Your code is ${n}` });
    for (let n = 0; n < 20; n += 1) expect((await sendFrom(key, newPerson(), text(n))).body.warning).toBeUndefined();
    const many = expect.stringContaining("this text to 21 people within an hour");
    expect((await sendFrom(key, newPerson(), text(20))).body.warning).toEqual(many);
    await restart();
    const again = await sendFrom(key, newPerson(), text(21));
    expect(again.body.warning).toEqual(expect.stringContaining("to 22 people"));
    passTime(hourMs);
    expect((await sendFrom(key, newPerson(), text(22))).body.warning).toBeUndefined();
  });
});

it("a preview of what a cap forbids says so", async () => {
  await setCaps({ new_contacts_per_day: 1 });
  await writeToNew(1);
  const preview = await admin(`/api-keys/${key.id}/pool/preview`, { body: { to: newPerson(), text: "Hello" } });
  expect(JSON.stringify(preview.body)).toContain("new_conversation_limit_reached");
});

it("what the caps read of a send does not grow with the conversation, nor with what the line has begun", async () => {
  await setCaps({ unanswered: 100_000, new_contacts_per_hour: null, new_contacts_per_day: 100_000 });
  const person = newPerson();
  const cost = async () => {
    const rows = await countRowsRead(key.id);
    expect((await sendFrom(key, person)).status).toBe(202);
    return rows();
  };
  // What waits its turn leaves meanwhile, and its rows would be counted too: the least of some is a send's own.
  const least = async () => Math.min(await cost(), await cost());
  await sendFrom(key, person);
  await setCaps({ unanswered: 5 });
  await hear({ from: person, text: "Yes" });
  await eventually(async () => world.told.some(({ body }) => body.event === "message.received"));
  const short = await least();
  await setCaps({ unanswered: 100_000 });
  for (let n = 0; n < 60; n += 1) await sendFrom(key, person, { text: "More" });
  await writeToNew(30);
  await hear({ from: person, text: "Yes" });
  await eventually(async () => world.told.filter(({ body }) => body.event === "message.received").length === 2);
  await setCaps({ unanswered: 5 });
  expect(Math.min(await least(), await least())).toBeLessThanOrEqual(short + 50);
}, 60_000);
