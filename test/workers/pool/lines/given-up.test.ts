import { expect, it } from "vitest";
import { macWords } from "../../../support/node/fake-bluebubbles-faults.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom, v2 } from "../../../support/workers/mac.ts";

const person = "+14155550123";
const chat = `/chats/${encodeURIComponent(person)}`;
const stage = stageLine();
const { told } = stage;

/** Sends something that the Mac neither takes nor refuses, and lets it be given up. */
async function giveUp(text: string): Promise<string> {
  await stage.receive({ from: person, text: "Hi" });
  stage.mac.faults.add({ text }, { kind: "error", message: macWords.transactionTimeout, taken: false }, 1);
  const { body } = await sendFrom(stage.key, person, { text });
  await eventually(async () => {
    await ringIn(stage.key, 60_000);
    return told("message.failed").length === 1;
  });
  expect(told("message.failed")[0]).toMatchObject({ error_code: "outcome_unknown", text });
  expect(stage.mac.reached()).toEqual([]);
  return String(body.message_id);
}

function typeOnDevice(text: string) {
  return stage.mac.receive({ from: person, text, isFromMe: true });
}

it("what was given up and turns up on the Mac after all is that message, corrected to sent, and nobody's on a device", async () => {
  const id = await giveUp("Too late?");
  const { guid } = typeOnDevice("Too late?");
  const [event] = await eventually(async () => told("message.sent").length === 1 && told("message.sent"));
  expect(event).toMatchObject({ message_id: id, error_code: null });
  stage.mac.deliver(guid);
  await ringIn(stage.key, 61_000);
  await eventually(async () => told("message.delivered").length === 1);
  expect((await v2(stage.key, `${chat}/messages/${id}/status`)).body).toMatchObject({
    status: "delivered",
    error: null,
  });
  expect(told("message.device_sent")).toEqual([]);
  expect((await v2(stage.key, `${chat}/messages?direction=outbound`)).body.messages).toHaveLength(1);
});

it("other words to the same person are somebody's on a device, and what was given up stays failed", async () => {
  const id = await giveUp("Too late?");
  typeOnDevice("Sorry, I am driving");
  const [event] = await eventually(async () => told("message.device_sent").length === 1 && told("message.device_sent"));
  expect(event).toMatchObject({
    text: "Sorry, I am driving",
    external_id: person,
    internal_id: stage.key.line,
    source: "device",
  });
  expect((await v2(stage.key, `${chat}/messages/${id}/status`)).body.status).toBe("failed");
});

it("a key that sends again what was surely not taken does not do so from a line: its Mac may still carry it out", async () => {
  await admin(`/api-keys/${stage.key.id}`, { method: "PATCH", body: { resend_unknown: true } });
  await giveUp("Only once");
  for (let turn = 0; turn < 5; turn += 1) await ringIn(stage.key, 61_000);
  await stage.world.quiet();
  expect(stage.mac.reached()).toEqual([]);
});
