import { expect, it } from "vitest";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom, v2 } from "../../../support/workers/mac.ts";

const [ann, ben, mail] = ["+14155550123", "+14155550124", "ada@example.com"] as const;
const stage = stageLine();
const { told } = stage;

async function make(members: readonly string[] = [ann, ben], name = "Friends"): Promise<string> {
  return String((await v2(stage.key, "/groups", { name, members })).body.group_id);
}

async function reach(times: number) {
  return eventually(async () => {
    await ringIn(stage.key, 2_000);
    return stage.mac.reached().length === times && stage.mac.reached();
  });
}

function did(): string[] {
  return stage.mac.log.flatMap((entry) => (entry.kind === "did" ? [`${entry.what} ${entry.value}`.trim()] : []));
}

it("a group has no name where it holds nothing but blanks, and keeps the one it has", async () => {
  for (const [index, name] of ["", " \t"].entries()) {
    const group = await make([ann, ben, `${index}${mail}`], name);
    expect((await v2(stage.key, `/groups/${group}`)).body).toMatchObject({ name: null });
    expect((await v2(stage.key, `/groups/${group}`, { name: "Trip" }, "PATCH")).body).toMatchObject({ name: "Trip" });
    expect((await v2(stage.key, `/groups/${group}`, { name }, "PATCH")).status).toBe(400);
    expect((await v2(stage.key, `/groups/${group}`)).body).toMatchObject({ name: "Trip" });
  }
});

it("a group is made on the Mac by its first message, and everything after goes to that chat", async () => {
  const group = await make([ann, ben, mail]);
  expect((await sendFrom(stage.key, group, { text: "Hello all" })).status).toBe(202);
  expect((await reach(3)).map(({ to, text }) => `${to} ${text}`)).toEqual(
    [ann, ben, mail].map((to) => `${to} Hello all`),
  );
  const [sent] = await eventually(async () => told("message.sent").length === 1 && told("message.sent"));
  const participants = [ann, ben, mail].map((identifier) => ({
    contact_id: expect.any(String),
    identifier,
    name: null,
  }));
  expect(sent).toMatchObject({
    external_id: group,
    is_group: true,
    group_id: group,
    group_name: "Friends",
    participants,
  });
  expect((await sendFrom(stage.key, group, { text: "And again" })).status).toBe(202);
  await reach(6);
  expect(stage.mac.db.chats.filter(({ style }) => style === 43)).toHaveLength(1);
  expect((await v2(stage.key, `/groups/${group}`)).body).toMatchObject({
    chat_guid: expect.stringMatching(/;\+;/),
    message_count: 2,
  });
});

it("a list of recipients is the group of exactly these people: made at the first send, the same one after, in whatever order", async () => {
  const headers = { "Idempotency-Key": "dinner" };
  const send = (to: string, text = "Dinner?") =>
    call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, {
      token: stage.key.token,
      body: { text },
      headers: text === "Dinner?" ? headers : {},
    });
  const first = await send(`${ann},${mail}`);
  expect(first).toMatchObject({
    status: 202,
    body: { group_id: expect.stringMatching(/^grp_/), group_created: true, participants: [ann, mail] },
  });
  const replayed = await send(`${ann},${mail}`);
  expect([replayed.status, replayed.body]).toEqual([200, first.body]);
  await reach(2);
  const again = await send(` ${mail.toUpperCase()}, ${ann}`, "At eight");
  expect(again).toMatchObject({ status: 202, body: { group_id: first.body.group_id, group_created: false } });
  await reach(4);
  expect((await v2(stage.key, "/groups")).body.groups).toMatchObject([
    { group_id: first.body.group_id, name: null, member_count: 2 },
  ]);
  const bulk = await v2(stage.key, "/messages/bulk", {
    messages: [{ chat_id: `${ann},${ben}`, text: ["One", "Two"] }],
  });
  expect(bulk.status).toBe(202);
  await reach(8);
  expect((await v2(stage.key, "/groups")).body.pagination).toMatchObject({ total: 2 });
});

it("a list that is none, and a group that is not there, are refused before anything is written; a preview writes nothing", async () => {
  expect((await sendFrom(stage.key, `${ann},${ann}`)).body.code).toBe("invalid_chat_id");
  expect((await sendFrom(stage.key, `${ann},nobody`)).body.code).toBe("invalid_chat_id");
  expect(await sendFrom(stage.key, "grp_nothere")).toMatchObject({ status: 404, body: { code: "not_found" } });
  const preview = await admin(`/api-keys/${stage.key.id}/pool/preview`, { body: { to: `${ann},${ben}`, text: "Hi" } });
  expect(preview).toMatchObject({ status: 200, body: { from_number: stage.key.line } });
  expect((await v2(stage.key, "/groups")).body.groups).toEqual([]);
  expect(stage.mac.reached()).toEqual([]);
});

it("nobody writes to a group with somebody in it who said STOP", async () => {
  await stage.receive({ from: ben, text: "STOP" });
  expect(await sendFrom(stage.key, `${ann},${ben}`)).toMatchObject({
    status: 403,
    body: { code: "recipient_opted_out", external_id: ben },
  });
});

it("a group's icon is set from the bytes of the call, and taken off; before its first message there is nothing to set it on", async () => {
  const group = await make();
  const form = new FormData();
  form.set("icon", new File([new Uint8Array([137, 80, 78, 71])], "icon.png", { type: "image/png" }));
  const set = () => call(`/v2/api/groups/${group}/icon`, { method: "POST", token: stage.key.token, raw: form });
  expect((await set()).status).toBe(404);
  await sendFrom(stage.key, group);
  await reach(2);
  await eventually(async () => told("message.sent").length === 1);
  expect(await set()).toMatchObject({
    status: 200,
    body: { success: true, group_id: group, device_sync: { synced: true } },
  });
  expect(stage.mac.db.chats.find(({ style }) => style === 43)?.icon).toEqual(new Uint8Array([137, 80, 78, 71]));
  expect((await v2(stage.key, `/groups/${group}/icon`, undefined, "DELETE")).status).toBe(200);
  expect(did()).toEqual(["set_icon 4", "remove_icon"]);
});

it("a deleted group is left on the Mac, and stays where the Mac does not answer", async () => {
  const group = await make();
  await sendFrom(stage.key, group);
  await reach(2);
  await eventually(async () => told("message.sent").length === 1);
  stage.mac.tunnel = { status: 530, body: "<html>error code: 1033</html>" };
  expect(await v2(stage.key, `/groups/${group}`, undefined, "DELETE")).toMatchObject({
    status: 503,
    body: { code: "line_offline" },
  });
  stage.mac.tunnel = "open";
  expect((await v2(stage.key, `/groups/${group}`)).status).toBe(200);
  expect((await v2(stage.key, `/groups/${group}`, undefined, "DELETE")).status).toBe(200);
  expect(did()).toEqual(["leave"]);
  await ringIn(stage.key, 61_000);
  await stage.world.quiet();
  expect((await sendFrom(stage.key, group)).status).toBe(404);
  await stage.receive({ from: ann, group: [ann, ben], text: "Still here?" });
  expect((await v2(stage.key, `/groups/${group}`)).status).toBe(200);
});

it("a group that stands on the Mac already is linked by its chat_guid, once, with the Mac's members", async () => {
  const chat = stage.mac.db.newGroup([ann, ben], stage.key.line);
  const made = await v2(stage.key, "/groups", { name: "Trip", chat_guid: chat.guid });
  expect(made).toMatchObject({ status: 201, body: { chat_guid: chat.guid, added_members: [ann, ben] } });
  expect((await v2(stage.key, "/groups", { name: "Again", chat_guid: chat.guid })).status).toBe(409);
  expect((await v2(stage.key, "/groups", { name: "None", chat_guid: "iMessage;+;chat404" })).status).toBe(404);
  await sendFrom(stage.key, String(made.body.group_id));
  await reach(2);
  expect(stage.mac.db.chats.filter(({ style }) => style === 43)).toHaveLength(1);
});

it("what is said and done in a group is told with who did it and who is in it", async () => {
  const group = [ann, ben];
  const { id } = await stage.receive({ from: ben, group, text: "Hi all" });
  const [said] = told("message.received");
  const participants = group.map((identifier) => ({ identifier }));
  expect(said).toMatchObject({ is_group: true, sender: ben, group_name: null, participants });
  const path = `/chats/${said?.group_id}/messages/${id}`;
  expect((await v2(stage.key, path)).body).toMatchObject({ sender: ben });
  for (const groupTitle of ["Trip", "Better trip"]) {
    stage.mac.receive({ from: ben, group, more: { itemType: 2, groupTitle } });
  }
  await ringIn(stage.key, 61_000);
  const renamed = await eventually(async () => told("group.name_changed").length === 2 && told("group.name_changed"));
  expect(renamed).toMatchObject([
    { group_id: said?.group_id, is_group: true, name: "Trip", previous_name: null },
    { name: "Better trip", previous_name: "Trip" },
  ]);
  const inside = await stage.receive({ from: ann, group, text: "Nice" });
  expect(told("message.received").at(-1)).toMatchObject({
    message_id: inside.id,
    group_name: "Better trip",
    sender: ann,
  });
});

it("a group is nobody's contact: not in lists, not by its id, not beside its messages", async () => {
  const listed = async () => (await v2(stage.key, "/contacts?sort=oldest")).body;
  const group = await make([ann, ben]);
  const { body } = await sendFrom(stage.key, group, { text: "Hello all" });
  await sendFrom(stage.key, mail, { text: "Hello you" });
  const { contacts, pagination } = await listed();
  expect((contacts as { id: string }[]).map(({ id }) => id).sort()).toEqual([ann, ben, mail]);
  expect(pagination).toMatchObject({ total: 3 });
  expect((await v2(stage.key, "/contacts?q=grp_")).body).toMatchObject({ contacts: [], pagination: { total: 0 } });
  for (const path of ["", "/tags", "/capabilities"]) {
    const answer = await v2(stage.key, `/contacts/${group}${path}`);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining("it is a group's id") } });
  }
  const messages = `/chats/${group}/messages`;
  expect((await v2(stage.key, `${messages}/${body.message_id}`)).body).toMatchObject({ contact: null });
  expect((await v2(stage.key, messages)).body.messages).toMatchObject([{ contact: null }]);
  const found = await admin(`/api-keys/${stage.key.id}/messages?q=Hello`);
  expect(found.body.messages).toMatchObject([{ contact: { identifier: mail } }, { contact: null }]);
});

it("a member's id is what the calls on members take; a contact_id is told to be none", async () => {
  const group = await make([ann, ben]);
  const { members } = (await v2(stage.key, `/groups/${group}/members`)).body as { members: Record<string, string>[] };
  expect(members.map(({ id, identifier }) => [id, identifier])).toEqual([ann, ben].map((one) => [one, one]));
  const path = (id: unknown) => `/groups/${group}/members/${encodeURIComponent(String(id))}`;
  const refused = await v2(stage.key, path(members[0]?.contact_id), undefined, "DELETE");
  expect(refused).toMatchObject({ status: 400, body: { message: expect.stringContaining("it is a contact_id") } });
  expect((await v2(stage.key, path(members[0]?.id), undefined, "DELETE")).status).toBe(200);
});

it("somebody of a group who opts out while a message waits is not written to: it fails, as a new one is refused", async () => {
  const group = await make([ann, ben]);
  stage.mac.tunnel = { status: 530, body: "<html>error code: 1033</html>" };
  const { body } = await sendFrom(stage.key, group);
  const story = async () => (await admin(`/api-keys/${stage.key.id}/messages/${body.message_id}`)).body;
  await eventually(async () => ((await story()).next as { why: string } | null)?.why === "line_offline");
  await admin(`/api-keys/${stage.key.id}/opt-outs`, { body: { contact: ben } });
  stage.mac.tunnel = "open";
  const ended = await eventually(async () => {
    await ringIn(stage.key, 61_000);
    const now = await story();
    return now.status !== "queued" && now;
  });
  expect(ended).toMatchObject({ status: "failed", error_code: "recipient_opted_out" });
  expect((await sendFrom(stage.key, group)).body.code).toBe("recipient_opted_out");
  expect(stage.mac.reached()).toEqual([]);
});

it("opting out, and being tied to a line, is for people: an e-mail address too, and no group", async () => {
  const group = await make([ann, ben]);
  await sendFrom(stage.key, group);
  const of = `/api-keys/${stage.key.id}`;
  const optOut = (contact: string) => admin(`${of}/opt-outs`, { body: { contact } });
  expect(await optOut(mail)).toMatchObject({ status: 201, body: { contact: mail } });
  const tied = { method: "PUT", body: { contact: group, phone_number: stage.key.line } };
  for (const refused of [await optOut(group), await admin(`${of}/assignments`, tied)]) {
    expect(refused).toMatchObject({ status: 400, body: { message: expect.stringMatching(/^A group is nobody's/) } });
  }
});
