import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { PoolCalls } from "../../../../src/domain/pool-calls.ts";
import { carryOn } from "../../../../src/flows/messages/carry.ts";
import { freshDeps } from "../../../support/workers/cut.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { ringIn, sendFrom } from "../../../support/workers/mac.ts";
import { crash, newPerson, report, ring } from "../../../support/workers/pool.ts";
import { openTwoNetworks, type TwoNetworks } from "../../../support/workers/two-networks.ts";

let stage: TwoNetworks;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  stage = await openTwoNetworks();
});
afterEach(() => {
  expect(stage.mac.violations).toEqual([]);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const told = (event: string) => stage.world.told.filter(({ body }) => body.event === event).map(({ body }) => body);
const departuresTo = (person: string) => stage.texts.carrier.departures.filter(({ to }) => to === person);
const storyOf = async (id: unknown) => (await admin(`/api-keys/${stage.line.id}/messages/${id}`)).body;

function somebody(): string {
  const person = newPerson();
  stage.mac.notOnIMessage.add(person);
  return person;
}

/** Everything that Twilio took comes to its person; what was told before is told again, which changes nothing. */
async function deliverAll(): Promise<void> {
  for (const departure of [...stage.texts.carrier.departures]) await report(stage.texts, departure, "delivered");
}

/** What was told to be delivered, by its event: one whose object died as it was told comes again. */
function deliveredOnce(): Map<unknown, unknown> {
  return new Map(told("message.delivered").map(({ event_id, message_id }) => [event_id, message_id]));
}

/** Both keys' alarms ring until it is so. */
function inTheEnd(isSo: () => Promise<boolean>) {
  return eventually(async () => {
    await ringIn(stage.line, 61_000);
    await ring(stage.texts);
    return isSo();
  });
}

it("a word to carry that is lost, with the key's object, is said again by its alarm", async () => {
  const send = vi.spyOn(Object.getPrototypeOf(env.BELL), "send").mockImplementation(async () => undefined);
  const person = somebody();
  const sent = await sendFrom(stage.line, person);
  await eventually(async () => JSON.stringify((await storyOf(sent.body.message_id)).timeline).includes("handed_on"));
  await crash({ ...stage.texts, id: stage.line.id });
  await stage.world.quiet();
  expect(departuresTo(person)).toEqual([]);
  send.mockRestore();
  await inTheEnd(async () => departuresTo(person).length === 1);
  await deliverAll();
  await inTheEnd(async () => told("message.delivered").length === 1);
  expect(told("message.sent")).toHaveLength(1);
});

it("a message that was called back before it came to the other key says why it was, whichever word of that comes first", async () => {
  vi.spyOn(Object.getPrototypeOf(env.BELL), "send").mockImplementation(async () => undefined);
  const [line, texts] = [stage.line.id, stage.texts.id].map((id) => env.POOLS.getByName(id) as unknown as PoolCalls);
  const person = somebody();
  const sent = await sendFrom(stage.line, person);
  await eventually(async () => JSON.stringify((await storyOf(sent.body.message_id)).timeline).includes("handed_on"));
  const taken = await line?.takeToCarry();
  const [parcel] = taken?.ok === true ? taken.value.parcels : [];
  if (parcel === undefined) throw new Error("Nothing is to be carried.");
  await admin(`/api-keys/${stage.line.id}/opt-outs`, { body: { contact: person } });
  await texts?.recallCarried(parcel.from);
  const carried = await texts?.carry(parcel);
  expect(carried).toMatchObject({ ok: true, value: { taken: false } });
  if (carried?.ok === true) await line?.noteCarried(parcel.from.messageId, carried.value);
  expect(await storyOf(sent.body.message_id)).toMatchObject({ status: "failed", error_code: "recipient_opted_out" });
});

it("a message that the other key was asked for in vain is not given to it while its own key is paused", async () => {
  vi.spyOn(Object.getPrototypeOf(env.BELL), "send").mockImplementation(async () => undefined);
  const line = env.POOLS.getByName(stage.line.id) as unknown as PoolCalls;
  const given = async () => {
    vi.setSystemTime(Date.now() + 61_000);
    const taken = await line.takeToCarry();
    return taken.ok ? taken.value.parcels.map(({ draft }) => draft.to) : null;
  };
  const steer = (status: string) => admin(`/api-keys/${stage.line.id}`, { method: "PATCH", body: { status } });
  const person = somebody();
  const sent = await sendFrom(stage.line, person);
  await eventually(async () => JSON.stringify((await storyOf(sent.body.message_id)).timeline).includes("handed_on"));
  expect(await given()).toEqual([person]);
  expect((await steer("paused")).status).toBe(200);
  expect([await given(), await given()]).toEqual([[], []]);
  expect((await steer("active")).status).toBe(200);
  expect(await given()).toEqual([person]);
});

it("an answer that Twilio does not give is looked up by the key that carries it, and sent by neither again", async () => {
  const person = somebody();
  stage.texts.carrier.twilio.faults.add({ to: person }, { kind: "error", status: 500, taken: true }, 1);
  const sent = await sendFrom(stage.line, person);
  for (let turn = 0; turn < 15; turn += 1) {
    await ringIn(stage.line, 61_000);
    await ring(stage.texts);
    await stage.world.quiet();
    await stage.texts.carrier.calm();
  }
  await deliverAll();
  await inTheEnd(async () => told("message.delivered").length === 1);
  expect(told("message.delivered")).toMatchObject([{ message_id: sent.body.message_id }]);
  expect(departuresTo(person)).toHaveLength(1);
});

it("objects of both keys that die over and over leave every person with one message and every message with its end", async () => {
  const people = Array.from({ length: 8 }, somebody);
  const ids: unknown[] = [];
  for (const [index, person] of people.entries()) {
    ids.push((await sendFrom(stage.line, person, { text: `Hello ${index}` })).body.message_id);
    if (index % 2 === 0) await crash({ ...stage.texts, id: stage.line.id });
    else await crash(stage.texts);
  }
  await inTheEnd(async () => {
    await deliverAll();
    return (await Promise.all(ids.map(storyOf))).every(({ status }) => status === "delivered" || status === "failed");
  });
  const { departures } = stage.texts.carrier;
  await inTheEnd(async () => deliveredOnce().size >= departures.length);
  for (const person of people) expect(departuresTo(person).length).toBeLessThanOrEqual(1);
  expect(deliveredOnce().size).toBe(departures.length);
  expect(new Set(deliveredOnce().values()).size).toBe(departures.length);
  expect(stage.mac.reached()).toEqual([]);
});

it("carrying twice at once gives one message, and the first answer stands whatever the other key becomes", async () => {
  const person = somebody();
  await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { status: "paused" } });
  vi.spyOn(Object.getPrototypeOf(env.BELL), "send").mockImplementation(async () => undefined);
  const sent = await sendFrom(stage.line, person);
  await eventually(async () => JSON.stringify((await storyOf(sent.body.message_id)).timeline).includes("handed_on"));
  const deps = freshDeps();
  const pool = deps.pool(stage.line.id);
  const owed = await pool.takeToCarry();
  const parcel = owed.ok ? owed.value.parcels[0] : undefined;
  if (parcel === undefined) throw new Error("A message is to be carried.");
  const first = await deps.pool(stage.texts.id).carry(parcel);
  expect(first).toMatchObject({ ok: true, value: { taken: false } });
  await admin(`/api-keys/${stage.texts.id}`, { method: "PATCH", body: { status: "active" } });
  await Promise.all([carryOn(deps, stage.line.id), carryOn(deps, stage.line.id)]);
  expect(await storyOf(sent.body.message_id)).toMatchObject({ status: "failed" });
  const other = somebody();
  vi.setSystemTime(Date.now() + 2_000);
  const again = await sendFrom(stage.line, other);
  await eventually(async () => JSON.stringify((await storyOf(again.body.message_id)).timeline).includes("handed_on"));
  await Promise.all([carryOn(deps, stage.line.id), carryOn(deps, stage.line.id), carryOn(deps, stage.line.id)]);
  await eventually(async () => departuresTo(other).length === 1);
  expect(departuresTo(person)).toEqual([]);
});
