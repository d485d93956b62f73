import { expect, it } from "vitest";
import { markOf } from "../../../../src/carriers/bluebubbles/cursor.ts";
import { macWords } from "../../../support/node/fake-bluebubbles-faults.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { type LineKey, ringIn, sendFrom, v2 } from "../../../support/workers/mac.ts";
import { changeNumber } from "../../../support/workers/pool.ts";

const person = "+14155550123";
const stage = stageLine();

/** Another key of the organization, with a webhook for everything. */
async function makeOtherKey(): Promise<LineKey> {
  const { organizationId } = stage.key;
  const made = await admin("/api-keys", { body: { name: "Other", organization_id: organizationId } });
  const key = { ...stage.key, id: String(made.body.api_key_id), token: String(made.body.key) };
  const webhook = { api_key_id: key.id, webhook_url: `https://customer.example/${key.id}`, events: ["*"] };
  await admin("/webhooks", { body: { organization_id: organizationId, ...webhook } });
  return key;
}

const heard = ({ id }: LineKey, event: string) =>
  stage.world.told.filter(({ url, body }) => url.endsWith(id) && body.event === event).map(({ body }) => body);

async function statusOf(key: LineKey, id: unknown) {
  return (await v2(key, `/chats/${encodeURIComponent(person)}/messages/${String(id)}/status`)).body;
}

/** Both keys' clocks go on, and what they ask of the Mac is answered. */
async function passTime(key: LineKey, other: LineKey, ms: number): Promise<void> {
  await ringIn(key, ms);
  await ringIn(other, 1_000);
  await stage.world.quiet();
}

for (const taken of [true, false]) {
  const fate = taken ? "went" : "did not go";
  it(`a message of which nobody knows yet that it ${fate} is settled by the key that sent it, though its line moves to another: once, and no device's there`, async () => {
    const other = await makeOtherKey();
    await stage.receive({ from: person, text: "Hi" });
    stage.mac.isDeaf = true;
    stage.mac.faults.add({ text: "Lost" }, { kind: "error", message: macWords.transactionTimeout, taken }, 1);
    const sent = await sendFrom(stage.key, person, { text: "Lost" });
    await eventually(async () => {
      const story = await admin(`/api-keys/${stage.key.id}/messages/${sent.body.message_id}`);
      return story.body.outcome_unknown === true;
    });
    await changeNumber(stage.key.line, { api_key_id: other.id });
    await eventually(async () => {
      await passTime(stage.key, other, 60_000);
      return /sent|delivered|failed/.test(String((await statusOf(stage.key, sent.body.message_id)).status));
    });
    expect((await statusOf(stage.key, sent.body.message_id)).status).toBe(taken ? "sent" : "failed");
    expect(stage.mac.reached()).toHaveLength(taken ? 1 : 0);
    stage.mac.receive({ from: person, text: "Hello?" });
    await eventually(async () => {
      await passTime(stage.key, other, 61_000);
      return heard(other, "message.received").length > 0;
    });
    expect(heard(other, "message.device_sent")).toEqual([]);
    expect(heard(other, "message.received").map(({ text }) => text)).toEqual(["Hello?"]);
  });
}

it("what a key sent just before its line moves is nobody's on a device at the key that gets it, and what was typed there by hand is one's alone", async () => {
  const other = await makeOtherKey();
  await stage.receive({ from: person, text: "Hi" });
  stage.mac.isDeaf = true;
  const sent = await sendFrom(stage.key, person, { text: "Just before" });
  await eventually(async () => stage.mac.reached().length === 1);
  stage.mac.receive({ from: person, text: "By hand", isFromMe: true });
  stage.mac.receive({ from: person, text: "Are you there?" });
  await changeNumber(stage.key.line, { api_key_id: other.id });
  for (let turn = 0; turn < 2; turn += 1) await passTime(stage.key, other, 61_000);
  stage.mac.receive({ from: person, text: "Hello?" });
  for (let turn = 0; turn < 3; turn += 1) await passTime(stage.key, other, 61_000);
  await stage.world.quiet();
  const both = (event: string) => [...heard(stage.key, event), ...heard(other, event)].map(({ text }) => text);
  expect(both("message.device_sent")).toEqual(["By hand"]);
  expect(both("message.received")).toEqual(["Hi", "Are you there?", "Hello?"]);
  expect((await statusOf(stage.key, sent.body.message_id)).status).toBe("sent");
});

it("a row that has no chat yet as its line moves is told by the key that gets the line, once its chat is there", async () => {
  const other = await makeOtherKey();
  const { guid } = await stage.receive({ from: person, text: "Hi" });
  const half = stage.mac.receive({ from: person, text: "Half", joinedAfterMs: null });
  await ringIn(stage.key, 5_000);
  await stage.world.quiet();
  await changeNumber(stage.key.line, { api_key_id: other.id });
  half.chat = stage.mac.db.find(guid)?.chat ?? null;
  await eventually(async () => {
    await passTime(stage.key, other, 61_000);
    return heard(other, "message.received").length > 0;
  });
  expect(heard(other, "message.received").map(({ text }) => text)).toEqual(["Half"]);
  expect(heard(stage.key, "message.received").map(({ text }) => text)).toEqual(["Hi"]);
});

it("a line that comes back to a key brings along nothing that was told, or sent, where it was in between", async () => {
  const other = await makeOtherKey();
  await stage.receive({ from: person, text: "Hi" });
  await changeNumber(stage.key.line, { api_key_id: other.id });
  stage.mac.receive({ from: person, text: "To the other" });
  await passTime(other, stage.key, 61_000);
  await eventually(async () => heard(other, "message.received").length === 1);
  await sendFrom(other, person, { text: "Answered there" });
  await eventually(async () => stage.mac.reached().length === 1);
  await changeNumber(stage.key.line, { api_key_id: stage.key.id });
  await stage.receive({ from: person, text: "Back" });
  for (let turn = 0; turn < 2; turn += 1) await passTime(stage.key, other, 61_000);
  await stage.world.quiet();
  expect(heard(stage.key, "message.received").map(({ text }) => text)).toEqual(["Hi", "Back"]);
  expect(heard(stage.key, "message.device_sent")).toEqual([]);
});

it("a line that is registered anew begins then: what was written while it stood nowhere is nobody's news", async () => {
  await stage.receive({ from: person, text: "Hi" });
  const path = `/numbers/${encodeURIComponent(stage.key.line)}`;
  expect((await admin(path, { method: "DELETE" })).status).toBe(200);
  stage.mac.receive({ from: person, text: "Between" });
  const { integrationId: integration_id, id: api_key_id, line: phone_number } = stage.key;
  await admin("/numbers", { body: { protocol: "blooio", phone_number, integration_id, api_key_id } });
  await stage.receive({ from: person, text: "Again" });
  await stage.world.quiet();
  expect(heard(stage.key, "message.received").map(({ text }) => text)).toEqual(["Hi", "Again"]);
});

it("a second line that joins has nothing read again that the first one's key has read", async () => {
  await stage.receive({ from: person, text: "Hi" });
  await stage.receive({ from: person, text: "Hi again" });
  stage.mac.options.aliases.push("second@example.com");
  const { integrationId: integration_id, id: api_key_id } = stage.key;
  await admin(`/integrations/bluebubbles/${integration_id}/test`, { method: "POST", body: {} });
  const place = async () => {
    const [row] = await ask<{ cursor: string }>({ ...stage.key, numbers: [] }, "SELECT cursor FROM cursors");
    return Number(markOf(row?.cursor ?? ""));
  };
  expect(await place()).toBe(2);
  const second = { protocol: "blooio", phone_number: "second@example.com", integration_id, api_key_id };
  expect((await admin("/numbers", { body: second })).status).toBe(201);
  expect(await place()).toBe(2);
  await stage.receive({ from: person, text: "To the second", to: "second@example.com" });
  expect(stage.told("message.received").map(({ internal_id }) => internal_id)).toEqual([
    stage.key.line,
    stage.key.line,
    "second@example.com",
  ]);
});
