import { exports } from "cloudflare:workers";
import { createHmac } from "node:crypto";
import { beforeEach, expect, it } from "vitest";
import { ApiError, contractClient } from "../../support/workers/contract-client.ts";
import { eventually } from "../../support/workers/gateway.ts";
import { stageLine } from "../../support/workers/line-stage.ts";
import { ringIn } from "../../support/workers/mac.ts";

const [ann, ben, cat] = ["+14155550123", "+14155550124", "+14155550125"] as const;
const stage = stageLine();
type Client = ReturnType<typeof contractClient>;
type Event = Record<string, unknown>;
let blooio: Client;
let secret: string;

/** What somebody wrote against the published API: only its base URL and its key are other ones. */
beforeEach(async () => {
  blooio = contractClient({
    baseUrl: "https://gateway.test/v2/api",
    apiKey: stage.key.token,
    fetch: (request) => exports.default.fetch(request),
  });
  const body = { webhook_url: "https://customer.example/blooio", webhook_type: "all" };
  secret = String((await blooio("createWebhook", { body })).signing_secret);
});

/** The receiver: it believes what is signed, as the contract's page on signatures says, and keeps it. */
function heard(event: string): Event[] {
  return stage.world.told.flatMap(({ url, body, raw, headers }) => {
    if (url !== "https://customer.example/blooio" || body.event !== event) return [];
    const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get("X-Blooio-Signature") ?? "") ?? [];
    expect(createHmac("sha256", secret).update(`${time}.${raw}`).digest("hex")).toBe(signature);
    expect(headers.get("X-Blooio-Event")).toBe(event);
    return [body];
  });
}

function hears(event: string, times = 1): Promise<Event[]> {
  return eventually(async () => {
    await ringIn(stage.key, 2_000);
    return heard(event).length >= times && heard(event);
  });
}

async function send(chatId: string, body: object, headers: Record<string, string> = {}) {
  const sent = await blooio("sendMessage", { path: { chatId }, body, headers });
  return { id: String(sent.message_id), sent };
}

it("a client of the v2 API runs on a line with another base URL alone: it sends, answers inline, and follows its messages to read", async () => {
  expect(await blooio("getMe")).toMatchObject({
    valid: true,
    devices: [{ phone_number: stage.key.line, is_active: true }],
  });
  expect((await blooio("listNumbers")).numbers).toMatchObject([{ phone_number: stage.key.line, is_active: true }]);
  const { id, sent } = await send(ann, { text: "Hello", effect: "confetti" }, { "Idempotency-Key": "one" });
  expect(sent).toMatchObject({ status: "queued" });
  expect((await send(ann, { text: "Hello", effect: "confetti" }, { "Idempotency-Key": "one" })).id).toBe(id);
  const [told] = await hears("message.sent");
  expect(told).toMatchObject({
    message_id: id,
    external_id: ann,
    internal_id: stage.key.line,
    protocol: "imessage",
    is_group: false,
  });
  const [{ guid } = { guid: "" }] = stage.mac.reached();
  stage.mac.deliver(guid);
  await ringIn(stage.key, 20_000);
  await hears("message.delivered");
  stage.mac.read(guid);
  await ringIn(stage.key, 61_000);
  await hears("message.read");
  expect(await blooio("getMessageStatus", { path: { chatId: ann, messageId: id } })).toMatchObject({
    status: "delivered",
    protocol: "imessage",
  });

  const answer = stage.mac.receive({ from: ann, text: "Hi there" });
  const [received] = await hears("message.received");
  expect(received).toMatchObject({ external_id: ann, sender: ann, text: "Hi there", status: "received" });
  const { id: reply } = await send(ann, {
    text: "How are you?",
    reply_to: { message_id: received?.message_id, part_index: 0 },
  });
  await hears("message.sent", 2);
  expect(stage.mac.db.messages.at(-1)).toMatchObject({ text: "How are you?", threadOriginatorGuid: answer.guid });
  expect(await blooio("getMessage", { path: { chatId: ann, messageId: reply } })).toMatchObject({
    reply_to: { message_id: received?.message_id, guid: answer.guid, part_index: 0 },
  });
  stage.mac.receive({
    from: ann,
    text: "Fine",
    more: { threadOriginatorGuid: stage.mac.reached()[1]?.guid ?? "", threadOriginatorPart: "0:0:4" },
  });
  expect((await hears("message.received", 2)).at(-1)).toMatchObject({ reply_to: { message_id: reply, part_index: 0 } });
  const { messages } = (await blooio("listChatMessages", {
    path: { chatId: ann },
    query: { limit: 10, sort: "asc" },
  })) as { messages: Event[] };
  expect(messages.map(({ text }) => text)).toEqual(["Hello", "Hi there", "How are you?", "Fine"]);
  expect((await blooio("listChats")).chats).toMatchObject([{ id: ann, type: "phone", message_count: 4 }]);
});

it("it asks what a contact can receive, and gets what the Mac says", async () => {
  stage.mac.notOnIMessage.add(ben);
  const capabilitiesOf = async (contactId: string) =>
    (await blooio("getContactCapabilities", { path: { contactId } })).capabilities;
  expect(await capabilitiesOf(ann)).toMatchObject({ imessage: true, sms: false });
  expect(await capabilitiesOf(ben)).toMatchObject({ imessage: false, sms: false });
});

it("its reactions are put on and taken off, by id and counted back, its typing, reading and contact card reach the person, and theirs are told", async () => {
  stage.mac.receive({ from: ann, text: "Is it open?" });
  const [received] = await hears("message.received");
  const messageId = String(received?.message_id);
  const added = await blooio("addReaction", {
    path: { chatId: ann, messageId: "-1" },
    body: { reaction: "+love", direction: "inbound" },
  });
  expect(added).toEqual({ success: true, message_id: messageId, reaction: "love", action: "add" });
  const removed = await blooio("addReaction", { path: { chatId: ann, messageId }, body: { reaction: "-love" } });
  expect(removed).toMatchObject({ action: "remove" });
  expect(stage.mac.log.flatMap((entry) => (entry.kind === "reaction" ? [entry.reaction] : []))).toEqual([
    "love",
    "-love",
  ]);
  expect((await blooio("startTyping", { path: { chatId: ann } })).typing).toBe(true);
  expect((await blooio("stopTyping", { path: { chatId: ann } })).typing).toBe(false);
  expect((await blooio("markChatRead", { path: { chatId: ann } })).status).toBe("read");
  expect(await blooio("shareContactCard", { path: { chatId: ann } })).toMatchObject({ success: true, chat_id: ann });
  expect(stage.mac.log.flatMap((entry) => (entry.kind === "did" ? [entry.what] : []))).toEqual([
    "typing",
    "read",
    "share_contact",
  ]);

  await send(ann, { text: "Yes" });
  await hears("message.sent");
  const target = stage.mac.reached()[0]?.guid ?? "";
  for (const word of ["laugh", "-laugh"]) stage.mac.react(ann, target, word);
  const told = (await hears("message.reaction", 4)).filter(({ direction }) => direction === "inbound");
  expect(told).toMatchObject([
    { reaction: "laugh", action: "add", sender: ann, original_text: "Yes" },
    { reaction: "laugh", action: "remove", sender: ann },
  ]);
  const wrong = await blooio("addReaction", { path: { chatId: ann, messageId }, body: { reaction: "+🦀" } }).catch(
    (error: unknown) => error,
  );
  expect(wrong).toBeInstanceOf(ApiError);
  expect(wrong).toMatchObject({ status: 400, body: { error: "ApiError", message: expect.any(String) } });
});

it("its groups are made, listed, written to, renamed, given members and an icon, and left", async () => {
  const made = await blooio("createGroup", { body: { name: "Friends", members: [ann, ben] } });
  const groupId = String(made.group_id);
  expect(made).toMatchObject({
    name: "Friends",
    member_count: 2,
    added_members: [ann, ben],
    created_contacts: [ann, ben],
  });
  expect((await blooio("listGroups", { query: { q: "frie" } })).groups).toMatchObject([{ group_id: groupId }]);
  await send(groupId, { text: "Hello all" });
  expect((await hears("message.sent"))[0]).toMatchObject({
    is_group: true,
    group_id: groupId,
    participants: [{ identifier: ann }, { identifier: ben }],
  });
  expect(stage.mac.reached().map(({ to }) => to)).toEqual([ann, ben]);
  expect((await blooio("updateGroup", { path: { groupId }, body: { name: "Best friends" } })).name).toBe(
    "Best friends",
  );
  expect(await blooio("addGroupMember", { path: { groupId }, body: { contact_id: cat } })).toMatchObject({
    member: { identifier: cat },
    contact_created: true,
  });
  const { members } = (await blooio("listGroupMembers", { path: { groupId } })) as { members: Event[] };
  expect(members.map(({ identifier }) => identifier)).toEqual([ann, ben, cat]);
  expect((await blooio("removeGroupMember", { path: { groupId, contactId: ben } })).success).toBe(true);
  const file = new File([new Uint8Array([1, 2, 3])], "icon.png", { type: "image/png" });
  const icon = await blooio("setGroupIcon", { path: { groupId }, file });
  expect(icon).toMatchObject({ success: true, group_id: groupId, icon_url: expect.stringContaining("/media/") });
  const { icon_url } = await blooio("getGroup", { path: { groupId } });
  const picture = await exports.default.fetch(new Request(String(icon_url)));
  expect(new Uint8Array(await picture.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  expect(await hears("group.icon_changed")).toMatchObject([{ group_id: groupId, icon_url: expect.any(String) }]);
  expect((await blooio("removeGroupIcon", { path: { groupId } })).success).toBe(true);
  expect((await blooio("getGroup", { path: { groupId } })).icon_url).toBeNull();
  stage.mac.receive({ from: cat, group: [ann, cat], text: "Thanks" });
  expect((await hears("message.received"))[0]).toMatchObject({
    external_id: groupId,
    is_group: true,
    group_name: "Best friends",
    sender: cat,
  });
  expect((await blooio("getGroup", { path: { groupId } })).member_count).toBe(2);
  const list = `${ben},${cat}`;
  expect((await send(list, { text: "You two" })).sent).toMatchObject({ group_created: true, participants: [ben, cat] });
  expect((await blooio("deleteGroup", { path: { groupId } })).success).toBe(true);
  expect(await blooio("getGroup", { path: { groupId } }).catch((error: unknown) => error)).toMatchObject({
    status: 404,
  });
  expect(stage.mac.log.flatMap((entry) => (entry.kind === "did" ? [entry.what] : []))).toEqual([
    "rename",
    "add_member",
    "remove_member",
    "set_icon",
    "remove_icon",
    "leave",
  ]);
});
