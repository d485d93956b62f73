import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf, clientOf, eventually, type LivePool, makeLivePool } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const number = "+15559876543";
const people = Array.from({ length: 90 }, (_, n) => `+1555776${String(1_000 + n)}`);

let twilio: FakeTwilio;
let gateway: Gateway;
let pool: LivePool;

beforeAll(async () => {
  twilio = await startFakeTwilio({
    accountSid: `AC${"b7".repeat(16)}`,
    authToken: "token-of-the-stand-in",
    numbers: [number],
    lifeCycle: () => [{ status: "delivered" }],
  });
  gateway = await startGateway({ env: { TWILIO_API_URL: twilio.url } });
  pool = await makeLivePool(gateway, twilio);
  await adminOf(gateway)("PATCH", `/numbers/${encodeURIComponent(number)}`, { messages_per_second: 15 });
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  await twilio?.stop();
});

const client: ReturnType<typeof clientOf> = (method, path, body) => clientOf(gateway, pool.key)(method, path, body);
const bodiesTo = (to: string) =>
  twilio.accepted().flatMap((one) => (one.kind === "accepted" && one.to === to ? [one.body] : []));

/** Every process at once, as when the power goes; then again on the same state. */
async function killAndStart(): Promise<void> {
  await gateway.kill9();
  const port = Number(new URL(gateway.url).port);
  gateway = await startGateway({ env: { TWILIO_API_URL: twilio.url }, stateDir: gateway.stateDir, port });
}

async function begin(plan: Record<string, unknown>): Promise<string> {
  const made = await client("POST", "/campaigns", { name: "Spring", ...plan });
  const id = String(made.body.campaign_id);
  const file = `phone\n${people.join("\n")}\n`;
  const given = await fetch(`${gateway.url}/v2/api/campaigns/${id}/audience`, {
    method: "PUT",
    headers: { authorization: `Bearer ${pool.key}`, "content-type": "text/csv" },
    body: file,
  });
  expect(given.status).toBe(200);
  expect((await client("POST", `/campaigns/${id}/start`, {})).status).toBe(200);
  return id;
}

async function stateOf(id: string) {
  const { body } = await client("GET", `/campaigns/${id}`);
  return body as { state: string; progress: Record<string, number>; numbers: { statuses: Record<string, number> } };
}

/** Waits until Twilio has ended all that it took. What was on its way there as the power went, and never came, is looked for later: nobody knows yet that it did not. */
async function settle(id: string, taken: number): Promise<{ onItsWay: number }> {
  return eventually(async () => {
    const { numbers, progress } = await stateOf(id);
    const onItsWay = numbers.statuses.sending ?? 0;
    return progress.taken === taken && (numbers.statuses.delivered ?? 0) + onItsWay >= taken && { onItsWay };
  }, 120_000);
}

test("a campaign that is killed in its middle writes to nobody twice and forgets nobody", {
  timeout: 240_000,
}, async () => {
  const id = await begin({ text: "We are open again." });
  for (const reached of [20, 45, 70]) {
    await eventually(async () => twilio.accepted().length >= reached, 60_000);
    await killAndStart();
  }
  await eventually(async () => (await stateOf(id)).state === "completed", 60_000);
  const { onItsWay } = await settle(id, people.length);
  expect(onItsWay).toBeLessThanOrEqual(3 * 4);
  const missing = people.filter((person) => bodiesTo(person).length === 0);
  // What is on its way may have come, too: its answer was lost with the power, and so was its report.
  expect(missing.length).toBeLessThanOrEqual(onItsWay);
  for (const person of people) {
    const own = missing.includes(person) ? [] : ["We are open again."];
    expect([person, bodiesTo(person)]).toEqual([person, own]);
  }
  expect((await stateOf(id)).progress).toMatchObject({ waiting: 0, taken: people.length, refused: 0 });
});

test("one that asks first asks nobody twice over kills, and follows every yes once", { timeout: 240_000 }, async () => {
  const question = "Reply YES to hear from us.";
  const before = twilio.accepted().length;
  const id = await begin({ text: "Welcome!", double_opt_in: { text: question } });
  await eventually(async () => twilio.accepted().length >= before + 40, 60_000);
  await killAndStart();
  await eventually(async () => (await stateOf(id)).progress.asked === people.length, 60_000);
  const agree = await eventually(async () => {
    const asked = people.filter((person) => bodiesTo(person).includes(question));
    return asked.length >= people.length - 4 && asked.slice(0, 30);
  }, 60_000);
  const url = `${gateway.url}/twilio/${pool.integrationId}/inbound`;
  for (const [at, person] of agree.entries()) {
    await twilio.sendInbound({ from: person, to: number, text: "Yes", url });
    if (at % 12 === 5) await killAndStart();
  }
  await eventually(async () => (await stateOf(id)).progress.taken === agree.length, 60_000);
  await eventually(async () => {
    return agree.filter((person) => bodiesTo(person).includes("Welcome!")).length >= agree.length - 3 * 4;
  }, 60_000);
  for (const person of people) {
    const asked = bodiesTo(person).filter((body) => body === question);
    const told = bodiesTo(person).filter((body) => body === "Welcome!");
    expect([person, asked.length <= 1, told.length <= (agree.includes(person) ? 1 : 0)]).toEqual([person, true, true]);
  }
  const consent = await client("GET", `/contacts/${encodeURIComponent(String(agree[0]))}/opt-ins`);
  expect(consent.body.opt_ins).toMatchObject([{ answer: "Yes", words: question }]);
  expect(twilio.violations).toEqual([]);
});
