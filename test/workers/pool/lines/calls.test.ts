import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom, v2 } from "../../../support/workers/mac.ts";

const person = "+14155550123";
const chat = `/chats/${encodeURIComponent(person)}`;
const stage = stageLine();
const { told, asked } = stage;

async function receive(text: string, group?: string[]): Promise<string> {
  return (await stage.receive({ from: person, text, ...(group === undefined ? {} : { group }) })).id;
}

it("a reaction is put on the message that was meant, by its id or counted back, and taken off again", async () => {
  const id = await receive("Is it open?");
  const added = await v2(stage.key, `${chat}/messages/-1/reactions`, { reaction: "+love" });
  expect(added).toMatchObject({
    status: 200,
    body: { success: true, message_id: id, reaction: "love", action: "add" },
  });
  const read = await v2(stage.key, `${chat}/messages/${id}`);
  expect(read.body.reactions).toMatchObject([{ reaction: "love" }]);
  const removed = await v2(stage.key, `${chat}/messages/${id}/reactions`, { reaction: "-love" });
  expect(removed).toMatchObject({ status: 200, body: { message_id: id, action: "remove" } });
  expect((await v2(stage.key, `${chat}/messages/${id}`)).body.reactions).toMatchObject([
    { reaction: "love", is_added: true },
    { reaction: "love", is_added: false },
  ]);
  expect(asked(/message\/react$/)).toEqual(["POST 200", "POST 200"]);
});

it("what is not one of the six tapbacks is refused, and no message of that name is not found", async () => {
  await receive("Is it open?");
  const odd = await v2(stage.key, `${chat}/messages/-1/reactions`, { reaction: "+🦀" });
  expect(odd).toMatchObject({ status: 400, body: { code: "not_supported_on_line" } });
  expect((await v2(stage.key, `${chat}/messages/-9/reactions`, { reaction: "+love" })).status).toBe(404);
  expect(asked(/message\/react$/)).toEqual([]);
});

it("typing and read reach the Mac; stopping never asks a server that would start it", async () => {
  expect((await v2(stage.key, `${chat}/typing`, undefined, "POST")).body.warning).toMatch(/Nothing was said/);
  await receive("Is it open?");
  const started = await v2(stage.key, `${chat}/typing`, undefined, "POST");
  expect(started).toMatchObject({ status: 200, body: { chat_id: person, typing: true } });
  expect(started.body.warning).toBeUndefined();
  const stopped = await v2(stage.key, `${chat}/typing`, undefined, "DELETE");
  expect(stopped).toMatchObject({ status: 200, body: { typing: false, warning: expect.any(String) } });
  const read = await v2(stage.key, `${chat}/read`, undefined, "POST");
  expect(read).toMatchObject({ status: 200, body: { status: "read" } });
  expect(asked(/\/typing$/)).toEqual(["POST 200"]);
  expect(asked(/\/read$/)).toEqual(["POST 200"]);
});

it("a person's reaction is told with its action and shown on the message", async () => {
  await sendFrom(stage.key, person);
  const [reached] = await eventually(async () => stage.mac.reached().length === 1 && stage.mac.reached());
  await eventually(async () => told("message.sent").length === 1);
  await eventually(async () => (await env.POOLS.getByName(stage.key.id).stats())?.owedDeliveries === 0);
  stage.mac.react(person, reached?.guid ?? "", "like");
  await ringIn(stage.key, 61_000);
  const [event] = await eventually(async () => told("message.reaction").length === 1 && told("message.reaction"));
  expect(event).toMatchObject({
    direction: "inbound",
    reaction: "like",
    action: "add",
    sender: person,
    external_id: person,
  });
});

it("a group is made here, read, renamed, changed in its members and deleted", async () => {
  const made = await v2(stage.key, "/groups", { name: "Friends", members: [person, "Ada@Example.com"] });
  expect(made).toMatchObject({
    status: 201,
    body: { name: "Friends", member_count: 2, chat_guid: null, added_members: [person, "ada@example.com"] },
  });
  const path = `/groups/${made.body.group_id}`;
  expect((await v2(stage.key, "/groups", { name: "Again", members: ["ada@example.com", person] })).status).toBe(409);
  expect((await v2(stage.key, "/groups")).body.groups).toMatchObject([{ group_id: made.body.group_id }]);
  expect((await v2(stage.key, path, { name: "Best friends" }, "PATCH")).body.name).toBe("Best friends");
  const added = await v2(stage.key, `${path}/members`, { contact_id: "+14155550199" });
  expect(added).toMatchObject({ status: 201, body: { contact_created: true, member: { identifier: "+14155550199" } } });
  expect((await v2(stage.key, `${path}/members`, { contact_id: "+14155550199" })).status).toBe(200);
  expect((await v2(stage.key, `${path}/members/%2B14155550199`, undefined, "DELETE")).status).toBe(200);
  const members = await v2(stage.key, `${path}/members?limit=1&offset=1`);
  expect(members.body).toMatchObject({ members: [{ identifier: "ada@example.com" }], pagination: { total: 2 } });
  expect((await v2(stage.key, path, undefined, "DELETE")).status).toBe(200);
  expect((await v2(stage.key, path)).status).toBe(404);
});

it("a group that somebody wrote in is renamed and changed on the Mac too", async () => {
  await receive("Hi all", ["+14155550123", "+14155550124"]);
  const [group] = (await v2(stage.key, "/groups")).body.groups as { group_id: string; chat_guid: string }[];
  expect(group?.chat_guid).toBeTruthy();
  const path = `/groups/${group?.group_id}`;
  expect((await v2(stage.key, path, { name: "Trip" }, "PATCH")).body).toMatchObject({ name: "Trip" });
  expect((await v2(stage.key, `${path}/members`, { contact_id: "+14155550199" })).status).toBe(201);
  expect((await v2(stage.key, path)).body).toMatchObject({ name: "Trip", member_count: 3 });
  expect(asked(/\/chat\/[^/]+$/)).toContain("PUT 200");
  expect(asked(/\/participant/)).toEqual(["POST 200"]);
});

it("a line shows its card, makes a FaceTime link and says where friends are", async () => {
  const card = await v2(stage.key, `/me/numbers/${encodeURIComponent(stage.key.line)}/contact-card`);
  expect(card).toMatchObject({ status: 200, body: { phone_number: stage.key.line } });
  const link = await v2(stage.key, "/facetime/calls", { handle: person });
  expect(link).toMatchObject({ status: 200, body: { handle: person, link: expect.stringMatching(/^https:/) } });
  expect((await v2(stage.key, "/location/contacts")).body.friends).toEqual(expect.any(Array));
});

it("a Mac that does not answer is said so, and nothing is taken as done", async () => {
  const id = await receive("Is it open?");
  stage.mac.tunnel = "reset";
  const refused = await v2(stage.key, `${chat}/messages/${id}/reactions`, { reaction: "+love" });
  expect([502, 503]).toContain(refused.status);
  stage.mac.tunnel = "open";
  expect((await v2(stage.key, `${chat}/messages/${id}`)).body.reactions).toEqual([]);
});

it("chats say what they are: a person's number, a person's address, a group with its name and members", async () => {
  await receive("Alone");
  stage.mac.receive({ from: "ada@example.com", text: "By mail" });
  await eventually(async () => told("message.received").length > 1);
  await receive("To all of you", [person, "ada@example.com"]);
  const { chats } = (await v2(stage.key, "/chats?sort=oldest")).body as { chats: Record<string, unknown>[] };
  const [byNumber, byMail, group] = chats;
  expect(byNumber).toMatchObject({ id: person, type: "phone", is_group: false, group_id: null, member_count: 1 });
  expect(byMail).toMatchObject({ id: "ada@example.com", type: "email", is_group: false, group_id: null });
  expect(group).toMatchObject({ type: "group", is_group: true, group_id: group?.id, member_count: 2, contact: null });
  await v2(stage.key, `/groups/${group?.id}`, { name: "Friends" }, "PATCH");
  const read = await v2(stage.key, `/chats/${group?.id}`);
  expect(read).toMatchObject({ status: 200, body: { id: group?.id, is_group: true, group_name: "Friends" } });
});
