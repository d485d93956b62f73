import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom, v2 } from "../../../support/workers/mac.ts";

const person = "+14155550123";
const stage = stageLine();
const { told } = stage;

it("a message to a person who was never written to reaches them once by iMessage, and what becomes of it is told", async () => {
  const sent = await sendFrom(stage.key, person);
  expect(sent).toMatchObject({ status: 202, body: { from_number: stage.key.line } });
  const [reached] = await eventually(async () => stage.mac.reached().length === 1 && stage.mac.reached());
  expect(reached).toMatchObject({ to: person, text: "Hello", service: "iMessage" });
  await eventually(async () => told("message.sent").length === 1);
  stage.mac.deliver(reached?.guid ?? "");
  await ringIn(stage.key, 20_000);
  await eventually(async () => told("message.delivered").length === 1);
  stage.mac.read(reached?.guid ?? "");
  await ringIn(stage.key, 61_000);
  const [read] = await eventually(async () => told("message.read").length === 1 && told("message.read"));
  expect(read).toMatchObject({
    external_id: person,
    internal_id: stage.key.line,
    protocol: "imessage",
    status: "read",
  });
  expect(stage.mac.reached().length).toBe(1);
});

it("what a person writes comes in once, by the bell and by the look", async () => {
  stage.mac.receive({ from: person, text: "Hi" });
  const [first] = await eventually(async () => told("message.received").length > 0 && told("message.received"));
  expect(first).toMatchObject({
    external_id: person,
    internal_id: stage.key.line,
    text: "Hi",
    protocol: "imessage",
    sender: person,
  });
  stage.mac.isDeaf = true;
  stage.mac.receive({ from: person, text: "Anybody there?" });
  await ringIn(stage.key, 61_000);
  await ringIn(stage.key, 61_000);
  await eventually(async () => told("message.received").length === 2);
  const listed = await v2(stage.key, `/chats/${encodeURIComponent(person)}/messages`);
  expect((listed.body.messages as { text: string }[]).map(({ text }) => text)).toEqual(["Anybody there?", "Hi"]);
});

it("a bell that is rung with more than is read rings all the same, and no more of it is taken than that", async () => {
  stage.mac.isDeaf = true;
  stage.mac.receive({ from: person, text: "A very long story" });
  const piece = new Uint8Array(64 * 1024);
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken += 1;
      if (taken > 100) controller.close();
      else controller.enqueue(piece);
    },
  });
  const [bell] = stage.mac.hooks.map(({ url }) => url);
  expect((await exports.default.fetch(String(bell), { method: "POST", body })).status).toBe(204);
  expect(taken).toBeLessThan(50);
  await eventually(async () => told("message.received").some(({ text }) => text === "A very long story"));
});

it("a key with lines takes no Twilio number, and its numbers say their type", async () => {
  expect((await v2(stage.key, "/me/numbers")).body.numbers).toMatchObject([
    { phone_number: stage.key.line, type: "dedicated", is_active: true },
  ]);
  expect((await admin(`/api-keys/${stage.key.id}`)).body.protocol).toBe("blooio");
});
