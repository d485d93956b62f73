import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { evict, makePool, newPerson, type Pool, report, ring, send, senderOf } from "../../../support/workers/pool.ts";

const minute = 60_000;
const hour = 60 * minute;
const loose = { strategy: "round_robin", sticky: false, sticky_days: null };
/** Twilio's code for a sender that is not registered: the number's own fault. */
const unregistered = 30034;
/** Twilio's code for a message that a carrier filtered: by its text or by its sender. */
const filtered = 30007;

type Told = { event: string; internal_id: string; reason: string; failure_rate_7d: number | null };
type Shown = { phone_number: string; health: { status: string; reason: string | null } } & Record<string, unknown>;

let words = 0;

/** A text that no other message has: letters only, because digits do not tell texts apart. */
function newText(): string {
  words += 1;
  return `Hello ${[...String(words)].map((digit) => "abcdefghij"[Number(digit)]).join("")}`;
}

/** Sends from one number, and lets each message end so. */
async function sendAndEnd(
  pool: Pool,
  number: string,
  count: number,
  end: { status: string; code?: number; text?: string },
) {
  for (let index = 0; index < count; index += 1) {
    const before = pool.carrier.departures.length;
    const sent = await send(pool, newPerson(), { text: end.text ?? newText(), from_number: number });
    expect(sent.status).toBe(202);
    await eventually(async () => pool.carrier.departures.length > before);
    const departure = pool.carrier.departures.at(-1);
    if (departure === undefined) throw new Error("Nothing left.");
    expect(await report(pool, departure, end.status, end.code)).toBe(204);
  }
}

async function numbersOf(pool: Pool): Promise<Shown[]> {
  const read = await admin(`/api-keys/${pool.id}/pool`);
  return read.body.numbers as Shown[];
}

async function statusesOf(pool: Pool): Promise<string[]> {
  return (await numbersOf(pool)).map(({ health }) => health.status);
}

async function pass(pool: Pool, ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await ring(pool);
}

/** What a webhook that names the events of numbers would get. */
async function toldOf(pool: Pool): Promise<Told[]> {
  const logs = await call(`/v2/api/events?limit=100`, { token: pool.token });
  return ((logs.body.events ?? []) as Told[]).filter(({ event }) => event.startsWith("number."));
}

async function hearOfNumbers(pool: Pool): Promise<void> {
  const created = await admin("/webhooks", {
    body: {
      organization_id: pool.carrier.organizationId,
      api_key_id: pool.id,
      webhook_url: "https://customer.example/numbers",
      events: ["number.*"],
    },
  });
  expect(created.status).toBe(201);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => vi.useRealTimers());

describe("a number whose own faults stand out", () => {
  it("is judged at every fifth own fault in a row, not only once a minute: what fails everything loses a score of messages", async () => {
    const pool = await makePool([{}, {}], loose);
    const [sick = "", well = ""] = pool.numbers;
    await sendAndEnd(pool, well, 1, { status: "delivered" });
    await sendAndEnd(pool, sick, 19, { status: "undelivered", code: unregistered });
    expect((await statusesOf(pool))[0]).not.toBe("unhealthy");
    await sendAndEnd(pool, sick, 1, { status: "undelivered", code: unregistered });
    expect(await statusesOf(pool)).toEqual(["unhealthy", "healthy"]);
  });

  it("is passed over while others can send, tried now and then, and comes back by itself; both are told", {
    timeout: 60_000,
  }, async () => {
    const pool = await makePool([{}, {}, {}], loose);
    const [sick, ...others] = pool.numbers as [string, string, string];
    await hearOfNumbers(pool);
    expect(await statusesOf(pool)).toEqual(["unknown", "unknown", "unknown"]);
    for (const number of others) await sendAndEnd(pool, number, 12, { status: "delivered" });
    await sendAndEnd(pool, sick, 25, { status: "undelivered", code: unregistered });
    await pass(pool, minute);

    const [shown] = await numbersOf(pool);
    expect(shown).toMatchObject({
      phone_number: sick,
      sent_today: 25,
      queued: 0,
      delivery_rate_7d: 0,
      failure_rate_7d: 1,
      health: {
        status: "unhealthy",
        reason: "100 % of its recent messages failed through the number's own fault; other numbers: 0 %.",
        faults_7d: { number: 25, content: 0, recipient: 0, other: 0 },
      },
    });
    expect(await statusesOf(pool)).toEqual(["unhealthy", "healthy", "healthy"]);
    const listed = await admin(`/numbers?api_key_id=${pool.id}`);
    expect((listed.body.numbers as Shown[]).map(({ health }) => health.status)).toEqual([
      "unhealthy",
      "healthy",
      "healthy",
    ]);

    const senders = [];
    for (let index = 0; index < 6; index += 1) senders.push(await senderOf(pool, newPerson()));
    expect(senders).not.toContain(sick);
    await evict(pool);
    expect(await senderOf(pool, newPerson())).not.toBe(sick);
    const preview = await admin(`/api-keys/${pool.id}/pool/preview`, { body: { to: newPerson() } });
    expect((preview.body.considered as { why: string }[])[0]?.why).toBe("not chosen: unhealthy, and others can send");
    expect(await senderOf(pool, newPerson(), { text: "Asked for", from_number: sick })).toBe(sick);

    await pass(pool, 15 * minute);
    const tries = [
      await senderOf(pool, newPerson()),
      await senderOf(pool, newPerson()),
      await senderOf(pool, newPerson()),
    ];
    expect(tries.filter((number) => number === sick)).toHaveLength(1);

    await pass(pool, hour);
    await sendAndEnd(pool, sick, 12, { status: "delivered" });
    await pass(pool, minute);
    expect(await statusesOf(pool)).toEqual(["healthy", "healthy", "healthy"]);
    expect(await toldOf(pool)).toMatchObject([
      { event: "number.unhealthy", internal_id: sick, failure_rate_7d: 1 },
      { event: "number.recovered", internal_id: sick, reason: "Its messages are delivered again." },
    ]);
  });

  it("still sends when no other can", async () => {
    const pool = await makePool([{}], { ...loose, strategy: "first" });
    const [only] = pool.numbers as [string];
    await sendAndEnd(pool, only, 25, { status: "undelivered", code: unregistered });
    await pass(pool, minute);
    expect(await statusesOf(pool)).toEqual(["unhealthy"]);
    expect(await senderOf(pool, newPerson())).toBe(only);
  });

  it("hands its sticky contacts over once, and only while it is really out", { timeout: 60_000 }, async () => {
    const pool = await makePool([{}, {}], { ...loose, sticky: true });
    const [sick, healthy] = pool.numbers as [string, string];
    const person = newPerson();
    await send(pool, person, { text: "Begins", from_number: sick });
    expect(await senderOf(pool, person)).toBe(sick);
    await sendAndEnd(pool, sick, 10, { status: "undelivered", code: unregistered });
    await pass(pool, minute);
    expect(await senderOf(pool, person)).toBe(sick);
    await sendAndEnd(pool, sick, 20, { status: "undelivered", code: unregistered });
    await pass(pool, minute);
    expect(await senderOf(pool, person)).toBe(healthy);
    await pass(pool, 25 * hour);
    expect(await statusesOf(pool)).toEqual(["healthy", expect.anything()]);
    expect(await senderOf(pool, person)).toBe(healthy);
  });

  it("is judged even when the object was thrown out before the minute was over", async () => {
    const pool = await makePool([{}, {}], loose);
    const [sick] = pool.numbers as [string];
    await sendAndEnd(pool, sick, 25, { status: "undelivered", code: unregistered });
    await evict(pool);
    await pass(pool, minute);
    expect(await statusesOf(pool)).toEqual(["unhealthy", "unknown"]);
  });
});

describe("what does not blame a number", () => {
  it("is a text that carriers filter on several numbers, whatever code each message has in it", {
    timeout: 60_000,
  }, async () => {
    const pool = await makePool([{}, {}], loose);
    const [first, second] = pool.numbers as [string, string];
    const text = (code: number) => `You won! Your code is ${code}`;
    for (let code = 0; code < 12; code += 1) {
      await sendAndEnd(pool, first, 1, { status: "undelivered", code: filtered, text: text(code) });
    }
    expect((await numbersOf(pool))[0]?.health).toMatchObject({ faults_7d: { number: 12, content: 0 } });
    await evict(pool);
    for (let code = 0; code < 12; code += 1) {
      await sendAndEnd(pool, second, 1, { status: "undelivered", code: filtered, text: text(1000 + code) });
    }
    for (let code = 0; code < 12; code += 1) {
      await sendAndEnd(pool, first, 1, { status: "undelivered", code: filtered, text: text(2000 + code) });
    }
    await pass(pool, minute);
    const shown = await numbersOf(pool);
    expect(shown.map(({ health }) => health)).toMatchObject([
      { status: "healthy", faults_7d: { number: 0, content: 24 } },
      { status: "healthy", faults_7d: { number: 0, content: 12 } },
    ]);
  });

  it("is a recipient that cannot be reached, a message that was cancelled, and a repeated report", async () => {
    const pool = await makePool([{}, {}], loose);
    const [first] = pool.numbers as [string];
    await sendAndEnd(pool, first, 21, { status: "undelivered", code: 30003 });
    const [departure] = pool.carrier.departures;
    if (departure === undefined) throw new Error("Nothing left.");
    await report(pool, departure, "undelivered", 30003);
    const waiting = await send(pool, "+14156660000", { text: "Later", send_at: Date.now() + hour, from_number: first });
    await call(`/v2/api/chats/%2B14156660000/messages/${waiting.body.message_id}`, {
      method: "DELETE",
      token: pool.token,
    });
    await pass(pool, minute);
    const [shown] = await numbersOf(pool);
    expect(shown).toMatchObject({
      sent_today: 21,
      failure_rate_7d: 1,
      health: { status: "healthy", faults_7d: { number: 0, content: 0, recipient: 21, other: 0 } },
    });
  });

  it("is a refusal at the door that blames the recipient, and only that", async () => {
    const pool = await makePool([{}], loose);
    pool.carrier.refuse = ({ to }) => (to.endsWith("9") ? 21606 : 21211);
    for (const to of ["+14156669999", "+14156668888", "+14156667777"]) await send(pool, to);
    const health = await eventually(async () => {
      const [shown] = await numbersOf(pool);
      return shown?.failure_rate_7d === 1 && shown.sent_today === 3 ? shown.health : null;
    });
    expect(health).toMatchObject({ status: "healthy", faults_7d: { number: 1, content: 0, recipient: 2, other: 0 } });
  });
});
