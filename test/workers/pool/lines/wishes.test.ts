import { expect, it } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom } from "../../../support/workers/mac.ts";

const person = "+14155550123";
const stage = stageLine();

function receive(from: string, text: string) {
  return stage.receive({ from, text });
}

async function leave(times: number) {
  await eventually(async () => stage.mac.reached().length === times);
  return stage.mac.db.messages.at(-1);
}

it("a reply hangs on the message that it names, by our id or the network's, and an effect goes with it", async () => {
  const { id, guid } = await receive(person, "When?");
  const sent = await sendFrom(stage.key, person, { text: "Now", effect: "Lasers", reply_to: { message_id: id } });
  expect(sent.status).toBe(202);
  expect(await leave(1)).toMatchObject({
    threadOriginatorGuid: guid,
    effectId: "com.apple.messages.effect.CKLasersEffect",
  });
  expect((await sendFrom(stage.key, person, { text: "Really", reply_to: { guid } })).status).toBe(202);
  await ringIn(stage.key, 2_000);
  expect(await leave(2)).toMatchObject({ threadOriginatorGuid: guid, effectId: null });
});

it("a reply to what is not there, or is elsewhere, is refused in the contract's words", async () => {
  const other = await receive("+14155550199", "Hi");
  await receive(person, "When?");
  const reply = async (reply_to: object) => (await sendFrom(stage.key, person, { text: "Now", reply_to })).body.code;
  expect(await reply({})).toBe("reply_target_invalid");
  expect(await reply({ message_id: "msg_nothing" })).toBe("reply_target_not_found");
  expect(await reply({ guid: "nothing" })).toBe("reply_target_not_found");
  expect(await reply({ message_id: other.id })).toBe("reply_target_chat_mismatch");
  expect(stage.mac.reached()).toEqual([]);
});

it("a reply goes with one message: with a list of texts or links it is refused, and nothing is sent", async () => {
  const { id } = await receive(person, "When?");
  const previewed = [{ url: "https://example.com/1", link_preview: {} }, { url: "https://example.com/2" }];
  for (const many of [{ text: ["Now", "Or then"] }, { parts: previewed }]) {
    const { status, body } = await sendFrom(stage.key, person, { ...many, reply_to: { message_id: id } });
    expect([status, body.code]).toEqual([400, "reply_target_not_supported"]);
    expect(body.message).toContain("reply_to goes with one message");
  }
  expect(stage.mac.reached()).toEqual([]);
});

it("no text beside parts is lost: one that has no place with them is refused", async () => {
  await receive(person, "Who?");
  const parts = [{ text: "Ask " }, { text: "Ann", mention: person }];
  const previewed = [{ url: "https://example.com/1", link_preview: {} }];
  for (const beside of [
    { text: ["One", "Two"], parts },
    { text: "Look", parts: previewed },
  ]) {
    expect(await sendFrom(stage.key, person, beside)).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  }
  expect((await sendFrom(stage.key, person, { text: "Well: ", parts })).status).toBe(202);
  await leave(1);
  expect(stage.mac.reached()).toMatchObject([{ text: "Well: Ask Ann" }]);
});

it("parts are one bubble, with its mention", async () => {
  await receive(person, "Who?");
  const parts = [{ text: "Ask " }, { text: "Ann", mention: person }];
  expect((await sendFrom(stage.key, person, { parts })).status).toBe(202);
  await leave(1);
  expect(stage.mac.reached()).toMatchObject([{ text: "Ask Ann" }]);
});

it("typing and the contact card go before the message where they are asked for", async () => {
  await receive(person, "Who?");
  expect(
    (await sendFrom(stage.key, person, { text: "Me", use_typing_indicator: true, share_contact: true })).status,
  ).toBe(202);
  await leave(1);
  const did = stage.mac.log.flatMap((entry) => (entry.kind === "did" ? [entry.what] : []));
  expect(did).toEqual(["share_contact", "typing"]);
});

it("a long text is one message on a line, and with split_long_texts several in order, of which the first has effect and reply", async () => {
  const { guid } = await receive(person, "Tell me");
  const long = "These are words. ".repeat(500).trim();
  expect((await sendFrom(stage.key, person, { text: long })).body.message_ids).toBeUndefined();
  expect(await leave(1)).toMatchObject({ text: long });
  await admin(`/api-keys/${stage.key.id}`, { method: "PATCH", body: { split_long_texts: true } });
  const sent = await sendFrom(stage.key, person, { text: long, effect: "slam", reply_to: { guid } });
  expect(sent.body.message_ids).toHaveLength(3);
  for (let left = 2; left <= 4; left += 1) {
    await ringIn(stage.key, 2_000);
    await leave(left);
  }
  const pieces = stage.mac.db.messages.slice(-3);
  expect(pieces.map(({ text }) => text).join(" ")).toBe(long);
  expect(pieces.every(({ text }) => (text ?? "").length <= 4000)).toBe(true);
  expect(pieces.map(({ threadOriginatorGuid }) => threadOriginatorGuid)).toEqual([guid, null, null]);
  expect(pieces.map(({ effectId }) => effectId === null)).toEqual([false, true, true]);
});
