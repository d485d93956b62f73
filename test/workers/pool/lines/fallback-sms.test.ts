import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FakeMac } from "../../../support/node/fake-bluebubbles-mac.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import {
  type LineKey,
  type MacWorld,
  makeLineKey,
  ringIn,
  sendFrom,
  standInForMacs,
  v2,
} from "../../../support/workers/mac.ts";
import { newPerson } from "../../../support/workers/pool.ts";
import { setFallback } from "../../../support/workers/two-networks.ts";

let world: MacWorld;
let mac: FakeMac;
let key: LineKey;
let person: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  person = newPerson();
  world = standInForMacs();
  mac = world.open({ smsForwarding: true, notOnIMessage: [person] });
  key = await makeLineKey(mac);
  await setFallback(key, { to: "line_sms" });
});
afterEach(() => {
  expect(mac.violations).toEqual([]);
  vi.useRealTimers();
});

const told = (event: string) => world.told.filter(({ body }) => body.event === event).map(({ body }) => body);
const chat = () => `/chats/${encodeURIComponent(person)}`;
const reached = () => mac.reached().map(({ text, service }) => [text, service]);

it("who is not on iMessage gets an SMS from the same line, told as such, with no delivery to wait for", async () => {
  const sent = await sendFrom(key, person, { text: "Hello", effect: "confetti" });
  await eventually(async () => told("message.sent").length === 1);
  expect(reached()).toEqual([["Hello", "SMS"]]);
  expect((await v2(key, `${chat()}/messages/${sent.body.message_id}`)).body).toMatchObject({
    status: "sent",
    protocol: "sms",
    delivery_report: "not_expected",
  });
});

it("who left iMessage is found by Apple's number 22: the same message leaves once more as SMS, is told once and shown as one", async () => {
  mac.notOnIMessage.clear();
  mac.receive({ from: person, text: "Hi" });
  await eventually(async () => told("message.received").length === 1);
  mac.faults.add({ text: "Hello" }, { kind: "failed", error: 22, afterMs: 20 }, 1);
  const sent = await sendFrom(key, person);
  await eventually(async () => told("message.sent").length === 1);
  await eventually(async () => {
    await ringIn(key, 16_000);
    return reached().length === 1;
  });
  await ringIn(key, 16_000);
  await world.quiet();
  expect(reached()).toEqual([["Hello", "SMS"]]);
  const story = (await admin(`/api-keys/${key.id}/messages/${sent.body.message_id}`)).body;
  expect(JSON.stringify(story.timeline)).toContain("it leaves as SMS from the same line");
  expect((await v2(key, `${chat()}/messages?direction=outbound`)).body.messages).toMatchObject([
    { message_id: sent.body.message_id, status: "sent", protocol: "sms" },
  ]);
  expect(told("message.sent")).toHaveLength(1);
  expect([...told("message.failed"), ...told("message.device_sent")]).toEqual([]);
});

it("a Mac without text forwarding sends none, and the failure says what it lacks", async () => {
  const bare = world.open({ notOnIMessage: [person] });
  const other = await makeLineKey(bare);
  await setFallback(other, { to: "line_sms" });
  const sent = await sendFrom(other, person);
  const story = await eventually(async () => {
    const { body } = await admin(`/api-keys/${other.id}/messages/${sent.body.message_id}`);
    return body.status === "failed" && body;
  });
  expect(story).toMatchObject({
    error_code: "recipient_not_on_imessage",
    carrier_detail: { no_fallback: "no_sms" },
  });
  expect(story.error).toContain("no iPhone forwards text messages to its Mac");
  expect(bare.reached()).toEqual([]);
});

it("an SMS that fails as well is the end: nothing is tried a third time", async () => {
  mac.faults.add({ text: "Hello" }, { kind: "failed", error: 22, afterMs: 0 }, 2);
  const sent = await sendFrom(key, person);
  const failures = () => told("message.failed").filter(({ message_id }) => message_id === sent.body.message_id);
  await eventually(async () => {
    await ringIn(key, 16_000);
    return failures().length === 1;
  });
  expect(failures()).toMatchObject([{ error_code: "22" }]);
  expect(mac.reached()).toEqual([]);
});
