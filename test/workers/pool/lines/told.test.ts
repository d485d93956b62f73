import { expect, it } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { addLine, type LineKey, makeLineKey, newLine, ringIn, sendFrom, v2 } from "../../../support/workers/mac.ts";

const person = "+14155550123";
const chat = `/chats/${encodeURIComponent(person)}`;
const stage = stageLine();
const { told } = stage;

async function hears(event: string, times = 1) {
  return eventually(async () => {
    await ringIn(stage.key, 61_000);
    return told(event).length >= times && told(event);
  });
}

it("a failure that a person mends on the Mac by Try again is corrected to delivered, and told", async () => {
  await stage.receive({ from: person, text: "Hi" });
  stage.mac.faults.add({ text: "Hello" }, { kind: "failed", error: 4, afterMs: 0 }, 1);
  const { body } = await sendFrom(stage.key, person);
  expect((await hears("message.failed"))[0]).toMatchObject({ message_id: body.message_id, error_code: "4" });
  stage.mac.deliver(stage.mac.db.messages.at(-1)?.guid ?? "");
  expect((await hears("message.delivered"))[0]).toMatchObject({ message_id: body.message_id, error_code: null });
  const status = await v2(stage.key, `${chat}/messages/${body.message_id}/status`);
  expect(status.body).toMatchObject({ status: "delivered", error: null });
  expect(told("message.failed")).toHaveLength(1);
});

it("what a person types on the phone is kept as sent from the line, by a device, and told to those who name it alone", async () => {
  const body = { webhook_url: "https://customer.example/all", webhook_type: "all" };
  await v2(stage.key, "/webhooks", body);
  stage.mac.receive({ from: person, text: "On my way", isFromMe: true });
  expect((await hears("message.device_sent"))[0]).toMatchObject({
    source: "device",
    text: "On my way",
    internal_id: stage.key.line,
  });
  const { messages } = (await v2(stage.key, `${chat}/messages`)).body as {
    messages: { direction: string; text: string }[];
  };
  expect(messages).toMatchObject([{ direction: "outbound", text: "On my way" }]);
  expect(stage.world.told.filter(({ url }) => url.endsWith("/all"))).toEqual([]);
});

it("a text that its writer changes or takes back is told once, and stands changed", async () => {
  const { id, guid } = await stage.receive({ from: person, text: "At seven" });
  stage.mac.change(guid, { text: "At eight", dateEdited: Date.now() });
  expect((await hears("message.edited"))[0]).toMatchObject({
    message_id: id,
    text: "At eight",
    original_text: "At seven",
  });
  expect((await v2(stage.key, `${chat}/messages/${id}`)).body.text).toBe("At eight");
  stage.mac.change(guid, { text: null, partCount: 0, retractedParts: [0], dateEdited: Date.now() });
  expect((await hears("message.unsent"))[0]).toMatchObject({ message_id: id, part_indexes: [0] });
  await ringIn(stage.key, 61_000);
  expect([told("message.edited").length, told("message.unsent").length]).toEqual([1, 1]);
});

it("somebody who types is told as they begin and end, in a chat that is known", async () => {
  await stage.receive({ from: person, text: "Hi" });
  const { guid } = stage.mac.chatOf({ from: person });
  for (const display of [true, false]) stage.mac.emit("typing-indicator", { display, guid });
  stage.mac.emit("typing-indicator", { display: true, guid: "iMessage;-;+14155550999" });
  const [started] = await eventually(async () => told("typing.stopped").length === 1 && told("typing.started"));
  expect(started).toMatchObject({ external_id: person, internal_id: stage.key.line });
  expect(told("typing.started")).toHaveLength(1);
});

it("a reply to a message of more than 30 days ago, or from another line than its own, is refused", async () => {
  const mac = stage.world.open({ aliases: [newLine(), newLine()] });
  const key: LineKey = await makeLineKey(mac);
  const [, second = ""] = mac.options.aliases;
  await addLine(key, second, { type: "inbound" });
  mac.receive({ from: person, text: "Hi" });
  const { message_id } = await eventually(async () => told("message.received")[0]);
  const reply = (body: object) => sendFrom(key, person, { text: "Yes", reply_to: { message_id }, ...body });
  expect((await reply({ from_number: second })).body.code).toBe("reply_target_device_mismatch");
  await ringIn(key, 31 * 24 * 60 * 60_000);
  expect((await reply({})).body.code).toBe("reply_target_expired");
  expect(mac.violations).toEqual([]);
});

it("a line that only answers does so to people and to groups that wrote to it, and to no others", async () => {
  const mac = stage.world.open({ aliases: [newLine(), newLine()] });
  const [, second = ""] = mac.options.aliases;
  const key = await makeLineKey(mac, { inbound: true });
  const group = [person, "+14155550124"];
  const refused = { status: 403, body: { code: "inbound_only_no_prior_inbound", external_id: person } };
  expect(await sendFrom(key, person)).toMatchObject(refused);
  expect((await sendFrom(key, group.join(","))).body.code).toBe("inbound_only_no_prior_inbound");
  mac.receive({ from: person, text: "Hi", to: mac.line });
  mac.receive({ from: person, text: "Hi all", to: mac.line, group });
  await eventually(async () => {
    await ringIn(key, 2_000);
    return told("message.received").length === 2;
  });
  const groupId = String(told("message.received").find(({ is_group }) => is_group === true)?.group_id);
  expect((await sendFrom(key, person)).status).toBe(202);
  expect((await sendFrom(key, groupId, { text: "Hi to you all" })).status).toBe(202);
  expect((await sendFrom(key, `${person},+14155550199`)).body.code).toBe("inbound_only_no_prior_inbound");
  await eventually(async () => {
    await ringIn(key, 2_000);
    return mac.reached().length === 3;
  });
  expect(mac.violations).toEqual([]);
  expect(second).not.toBe("");
});

it("friends' places are read all, by handle, and anew; who shares none is not found", async () => {
  const mac = stage.world.open({ macos: "13.6" });
  const key = await makeLineKey(mac);
  const friend = { handle: "+15550001111", coordinates: [37.3, -122], status: "live" };
  expect((await v2(key, "/location/contacts")).body.friends).toMatchObject([friend]);
  expect((await v2(key, "/location/contacts/%2B15550001111")).body).toMatchObject(friend);
  expect((await v2(key, "/location/contacts/%2B15550009999")).status).toBe(404);
  const anew = await v2(key, "/location/contacts/refresh", undefined, "POST");
  expect(anew.body).toMatchObject({ success: true, friends: [friend] });
});

it("friends' places are those of every Mac of the key, the latest of each, and one that does not answer hides no other's", async () => {
  const [mac, other] = [stage.world.open({ macos: "13.6" }), stage.world.open({ macos: "13.6" })];
  const key = await makeLineKey(mac);
  const login = { organization_id: key.organizationId, url: other.url, password: other.options.password };
  const { body } = await admin("/integrations/bluebubbles", { body: login });
  await addLine({ id: key.id, integrationId: String(body.integration_id) }, other.line);
  const [known] = mac.friends;
  if (known === undefined) throw new Error("The stand-in has no friends.");
  const place = { ...known, last_updated: known.last_updated + 1_000, coordinates: [48.2, 16.4] };
  other.friends = [place, { ...place, handle: "+15550002222" }];
  const handles = async (path = "") =>
    ((await v2(key, `/location/contacts${path}`)).body.friends as { handle: string }[]).map(({ handle }) => handle);
  expect(await handles()).toEqual(["+15550001111", "+15550002222"]);
  expect((await v2(key, "/location/contacts/%2B15550001111")).body.coordinates).toEqual([48.2, 16.4]);
  expect((await v2(key, "/location/contacts/%2B15550002222")).status).toBe(200);
  mac.tunnel = { status: 530, body: "error code: 1033" };
  expect(await handles()).toEqual(["+15550001111", "+15550002222"]);
  expect((await v2(key, "/location/contacts/%2B15550003333")).status).toBe(503);
  other.tunnel = { status: 530, body: "error code: 1033" };
  expect((await v2(key, "/location/contacts")).status).toBe(503);
});

it("a preview judges effect, reply, parts and files as the send does", async () => {
  const { id } = await stage.receive({ from: person, text: "Hi" });
  const preview = (body: object) => admin(`/api-keys/${stage.key.id}/pool/preview`, { body: { to: person, ...body } });
  const good = { text: "Yes", effect: "slam", reply_to: { message_id: id }, use_typing_indicator: true };
  expect((await preview(good)).body).toMatchObject({ would_send: true, from_number: stage.key.line });
  expect((await preview({ parts: [{ text: "Ask " }, { text: "Ann", mention: person }] })).body.would_send).toBe(true);
  expect((await preview({ text: "Yes", reply_to: { message_id: "msg_nothing" } })).body).toMatchObject({
    would_send: false,
    code: "reply_target_not_found",
  });
  expect((await preview({ parts: [{ url: "https://10.0.0.1/a.png" }] })).body).toMatchObject({
    would_send: false,
    code: "invalid_attachment",
  });
  expect(stage.mac.reached()).toEqual([]);
});
