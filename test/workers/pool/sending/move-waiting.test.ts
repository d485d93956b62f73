import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { changeNumber, newPerson } from "../../../support/workers/pool.ts";
import {
  acceptedBy,
  freshNumber,
  joinAccount,
  type LiveKey,
  makeLiveKey,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const second = 1_000;
/** One number of the account that will be refused, slow, so that what it is given waits untried; and the numbers of a healthy account. */
let refused: FakeAccount;
let healthy: FakeAccount;
let key: LiveKey;
let slow: string;
let others: string[];

beforeEach(async () => {
  // Ahead of the runtime's own clock, so that no alarm rings by itself.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600 * second });
  const outside = standInForTheOutside();
  refused = outside.open();
  healthy = outside.open({ numbers: [freshNumber(), freshNumber()] });
  key = await makeLiveKey(refused);
  await joinAccount(key, healthy);
  slow = key.numbers[0] ?? "";
  others = healthy.numbers.map(({ phoneNumber }) => phoneNumber);
  await changeNumber(slow, { messages_per_second: 0.01 });
  await wish(true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function wish(move_waiting: boolean) {
  const changed = await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { move_waiting } });
  expect(changed.body).toMatchObject({ move_waiting });
}

const pool = () => env.POOLS.getByName(key.id);
const ring = () => runDurableObjectAlarm(pool());
const crash = () => runInDurableObject(pool(), (_, state) => state.abort("the process ended")).catch(() => undefined);
const readAsAdmin = async (id: string) => (await admin(`/api-keys/${key.id}/messages/${id}`)).body;
const textsTo = (person: string) => acceptedBy(healthy).flatMap(({ to, body }) => (to === person ? [body] : []));

/** Leaves messages on the slow number, the first of which left; the rest waits for its turns, 100 seconds apart. */
async function fill(people: string[]): Promise<void> {
  await sendText(key, "Takes the first turn", newPerson());
  await eventually(async () => acceptedBy(refused).length === 1);
  for (let at = 0; at < people.length; at += 50) {
    const messages = people.slice(at, at + 50).map((chat_id) => ({ chat_id, text: "Waits" }));
    const taken = await call("/v2/api/messages/bulk", { body: { messages }, token: key.token });
    expect(taken.status).toBe(202);
  }
}

/** Lets Twilio refuse the account from now on, which the next message to leave meets: that one is tried. */
async function beRefused(): Promise<void> {
  refused.options.authToken = "another";
  vi.setSystemTime(Date.now() + 101 * second);
  await ring();
  await eventually(async () => (await admin(`/integrations/twilio/${key.integrationId}`)).body.status === "unhealthy");
  await eventually(async () => (await ask(key, "SELECT 1 FROM messages WHERE attempts = 1 AND status = 'queued'"))[0]);
}

const countOn = async (numbers: string[]) => {
  const query = "SELECT count(*) AS total FROM messages WHERE number IN (SELECT value FROM json_each(?))";
  return (await ask<{ total: number }>(key, query, JSON.stringify(numbers)))[0]?.total;
};

const persons = (count: number) => Array.from({ length: count }, () => newPerson());

describe("what waits untried on a refused account moves where the key wishes it", () => {
  it("as soon as the account is refused, without any other change; what was tried once never moves", async () => {
    await fill([]);
    const tried = await sendText(key, "Tried", newPerson());
    const people = persons(3);
    for (const person of people) await sendText(key, "Untried", person);
    await beRefused();
    await eventually(async () => acceptedBy(healthy).length === 3);
    expect(
      acceptedBy(healthy)
        .map(({ to }) => to)
        .sort(),
    ).toEqual(people.sort());
    expect((await readAsAdmin(tried)).next).toMatchObject({ why: "account_refused" });
    expect(await ask(key, "SELECT attempts FROM messages WHERE number = ? AND status = 'queued'", slow)).toEqual([
      { attempts: 1 },
    ]);
  });

  it("a slice at a time, resumed by the alarm, also when the object ends in between and when it had not begun", {
    timeout: 60_000,
  }, async () => {
    for (const number of others) await changeNumber(number, { messages_per_second: 0.01 });
    await fill(persons(251));
    await beRefused();
    await eventually(async () => (await countOn(others)) === 100 - 1);
    await crash();
    await ring();
    expect(await countOn(others)).toBe(200 - 1);
    await ask(key, "DELETE FROM marks WHERE name = 'moved_up_to'");
    await crash();
    await ring();
    await ring();
    expect(await countOn(others)).toBe(250);
    expect(await ask(key, "SELECT 1 FROM marks WHERE name = 'moved_up_to'")).toEqual([]);
  });

  it("to a number with a pace of its own at that pace, in the order in which it was accepted", async () => {
    const [paced = "", other = ""] = others;
    await changeNumber(other, { is_active: false });
    await changeNumber(paced, { messages_per_second: 0.1 });
    await fill(persons(6));
    await beRefused();
    await eventually(async () => acceptedBy(healthy).length === 1);
    const rows = await ask<{ seq: number; due_at: number }>(
      key,
      "SELECT seq, due_at FROM messages WHERE number = ? ORDER BY due_at",
      paced,
    );
    expect(rows).toHaveLength(5);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq).sort((a, b) => a - b));
    const gaps = rows.slice(1).map(({ due_at }, index) => due_at - (rows[index]?.due_at ?? 0));
    expect(gaps).toEqual([10 * second, 10 * second, 10 * second, 10 * second]);
    for (let turn = 0; turn < 5; turn += 1) {
      vi.setSystemTime(Date.now() + 11 * second);
      await ring();
      await eventually(async () => acceptedBy(healthy).length >= Math.min(5, turn + 2));
    }
    const leftAt = acceptedBy(healthy).map(({ at }) => at);
    expect(Math.min(...leftAt.slice(1).map((at, index) => at - (leftAt[index] ?? 0)))).toBeGreaterThanOrEqual(
      10 * second,
    );
  });

  it("to an unpaced number for this moment: its turn on the slow one counts no more", async () => {
    await fill(persons(4));
    await beRefused();
    await eventually(async () => acceptedBy(healthy).length === 3);
  });

  it("in the order of its chat, also before what was accepted there while it had still to be moved", {
    timeout: 60_000,
  }, async () => {
    await fill(persons(120));
    const person = newPerson();
    const words = ["one", "two", "three", "four"];
    for (const word of words.slice(0, 3)) await sendText(key, word, person);
    await beRefused();
    await sendText(key, "four", person);
    await eventually(async () => acceptedBy(healthy).length === 99);
    expect(textsTo(person)).toEqual([]);
    await ring();
    await eventually(async () => textsTo(person).length === 4);
    expect(textsTo(person)).toEqual(words);
  });

  it("never past what stays in its chat: one that was tried holds back those behind it until it is cancelled", async () => {
    await fill([]);
    const person = newPerson();
    const tried = await sendText(key, "Tried", person);
    const behind = await sendText(key, "Behind", person);
    await beRefused();
    await ring();
    expect((await readAsAdmin(behind)).next).toMatchObject({ why: "account_refused" });
    await admin(`/api-keys/${key.id}/messages/${tried}`, { method: "DELETE" });
    await ring();
    await eventually(async () => textsTo(person).length === 1);
    expect(textsTo(person)).toEqual(["Behind"]);
  });

  it("with its whole conversation: what follows leaves from the number that it moved to", async () => {
    const selection = { strategy: "round_robin", sticky: true, sticky_days: null };
    for (const number of others) await changeNumber(number, { is_active: false });
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { selection } });
    await fill(persons(1));
    const person = newPerson();
    await sendText(key, "one", person);
    await sendText(key, "two", person);
    for (const number of others) await changeNumber(number, { is_active: true });
    await beRefused();
    await eventually(async () => textsTo(person).length === 2);
    await sendText(key, "Somebody else", newPerson());
    await sendText(key, "three", person);
    await eventually(async () => textsTo(person).length === 3);
    const senders = new Set(acceptedBy(healthy).flatMap(({ to, from }) => (to === person ? [from] : [])));
    expect(senders.size).toBe(1);
    const { assignments } = (await admin(`/api-keys/${key.id}/assignments?contact=${encodeURIComponent(person)}`)).body;
    expect(assignments).toMatchObject([{ phone_number: [...senders][0] }]);
  });

  it("unless it names what its own account alone has: a Messaging Service or a template", async () => {
    await fill(persons(1));
    const bound = [
      await sendText(key, "By a service", newPerson(), { messaging_service_sid: `MG${"1".repeat(32)}` }),
      await sendText(key, "By a template", newPerson(), { content_sid: `HX${"1".repeat(32)}` }),
    ];
    const free = newPerson();
    await sendText(key, "Free", free);
    await beRefused();
    await eventually(async () => textsTo(free).length === 1);
    for (const id of bound) expect((await readAsAdmin(id)).next).toMatchObject({ why: "account_refused" });
  });
});

describe("the wish", () => {
  it("is off unless set, is read back with the key, and holds only as long as it stands", async () => {
    const fresh = await admin("/api-keys", { body: { name: "Fresh", organization_id: key.organizationId } });
    const read = async (id: unknown) => (await admin(`/api-keys/${id}`)).body.move_waiting;
    expect([await read(fresh.body.api_key_id), await read(key.id)]).toEqual([false, true]);
    await wish(false);
    expect(await read(key.id)).toBe(false);
    await fill(persons(3));
    await beRefused();
    await ring();
    expect(await countOn(others)).toBe(0);
    await wish(true);
    expect(await countOn(others)).toBe(2);
  });
});
