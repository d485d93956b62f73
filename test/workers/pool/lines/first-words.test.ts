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

const person = "+14155550123";
let world: MacWorld;
let mac: FakeMac;
let key: LineKey;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  world = standInForMacs();
  mac = world.open();
  key = await makeLineKey(mac);
});

afterEach(() => {
  expect(mac.violations).toEqual([]);
  vi.useRealTimers();
});

function told(event: string) {
  return world.told.filter(({ body }) => body.event === event).map(({ body }) => body);
}

it("a message to a person who was never written to reaches them once by iMessage, and what becomes of it is told", async () => {
  const sent = await sendFrom(key, person);
  expect(sent).toMatchObject({ status: 202, body: { from_number: key.line } });
  const [reached] = await eventually(async () => mac.reached().length === 1 && mac.reached());
  expect(reached).toMatchObject({ to: person, text: "Hello", service: "iMessage" });
  await eventually(async () => told("message.sent").length === 1);
  mac.deliver(reached?.guid ?? "");
  await ringIn(key, 20_000);
  await eventually(async () => told("message.delivered").length === 1);
  mac.read(reached?.guid ?? "");
  await ringIn(key, 61_000);
  const [read] = await eventually(async () => told("message.read").length === 1 && told("message.read"));
  expect(read).toMatchObject({ external_id: person, internal_id: key.line, protocol: "imessage", status: "read" });
  expect(mac.reached().length).toBe(1);
});

it("what a person writes comes in once, by the bell and by the look", async () => {
  mac.receive({ from: person, text: "Hi" });
  const [first] = await eventually(async () => told("message.received").length > 0 && told("message.received"));
  expect(first).toMatchObject({
    external_id: person,
    internal_id: key.line,
    text: "Hi",
    protocol: "imessage",
    sender: person,
  });
  mac.isDeaf = true;
  mac.receive({ from: person, text: "Anybody there?" });
  await ringIn(key, 61_000);
  await ringIn(key, 61_000);
  await eventually(async () => told("message.received").length === 2);
  const listed = await v2(key, `/chats/${encodeURIComponent(person)}/messages`);
  expect((listed.body.messages as { text: string }[]).map(({ text }) => text)).toEqual(["Anybody there?", "Hi"]);
});

it("a key with lines takes no Twilio number, and its numbers say their type", async () => {
  expect((await v2(key, "/me/numbers")).body.numbers).toMatchObject([
    { phone_number: key.line, type: "dedicated", is_active: true },
  ]);
  expect((await admin(`/api-keys/${key.id}`)).body.protocol).toBe("blooio");
});
