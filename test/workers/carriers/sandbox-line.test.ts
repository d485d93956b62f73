import { createScheduledController } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Act } from "../../../src/carriers/carrier.ts";
import { withSandboxMac } from "../../../src/carriers/sandbox/mac/carrier.ts";
import { lineRecipients } from "../../../src/carriers/sandbox/mac/script.ts";
import worker from "../../../src/index.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";

type Message = Record<string, unknown>;
let key: { id: string; token: string; line: string; organizationId: string; integrationId: string };

beforeEach(async () => {
  // The customer's endpoint is not at home; nothing else may be asked for.
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("The sandbox reaches no network."));
  const organization = await admin("/organizations", { body: { name: "Lines", country_code: "US" } });
  const organizationId = String(organization.body.organization_id);
  const mac = await connect(organizationId);
  const integrationId = String(mac.body.integration_id);
  const made = await admin("/api-keys", { body: { name: "Trial", organization_id: organizationId, mode: "test" } });
  const id = String(made.body.api_key_id);
  const line = String(mac.body.active_alias);
  const added = await admin("/numbers", {
    body: { phone_number: line, protocol: "blooio", integration_id: integrationId, api_key_id: id },
  });
  expect(added.status).toBe(201);
  key = { id, token: String(made.body.key), line, organizationId, integrationId };
});
afterEach(() => vi.restoreAllMocks());

function connect(organization_id: string, password = "sandbox") {
  return admin("/integrations/bluebubbles", {
    body: { organization_id, url: "https://mac.sandbox.invalid", password },
  });
}

/** The Mac as the gateway's own client reaches it. */
function macOf(block: number) {
  const open = withSandboxMac(() => {
    throw new Error("A Mac outside the sandbox was asked for.");
  }, env.SANDBOX as never);
  return open({
    url: `https://mac.sandbox.invalid/${block}`,
    password: "sandbox",
    lines: [key.line],
    privateApi: true,
    activeAlias: key.line,
    capabilities: null,
    mayUseAppleScript: false,
  });
}

const v2 = (path: string, body?: unknown, method?: string) =>
  call(`/v2/api${path}`, { token: key.token, ...(body === undefined ? {} : { body }), ...(method && { method }) });
const chat = (to: string) => `/chats/${encodeURIComponent(to)}`;
async function send(to: string, body: object = { text: "Hello" }): Promise<string> {
  const sent = await v2(`${chat(to)}/messages`, body);
  expect(sent).toMatchObject({ status: 202, body: { from_number: key.line } });
  return String(sent.body.message_id);
}
const read = async (to: string, id: string) => (await v2(`${chat(to)}/messages/${id}`)).body;
const becomes = (to: string, id: string, wanted: object) =>
  eventually(async () => {
    const message = await read(to, id);
    return Object.entries(wanted).every(([name, value]) => message[name] === value) && message;
  });
const events = async () => (await v2("/events?limit=200")).body.events as Message[];
const told = (event: string, wanted: object = {}) =>
  eventually(async () =>
    (await events()).find(
      (one) => one.event === event && Object.entries(wanted).every(([name, value]) => one[name] === value),
    ),
  );

describe("the Mac of the sandbox", () => {
  it("is connected like a real one, once for each organization, with a password of its own, for test keys alone", async () => {
    expect((await admin(`/integrations/bluebubbles/${key.integrationId}`)).body).toMatchObject({
      status: "connected",
      server_version: "1.9.9",
      macos_version: "15.5",
      aliases: [key.line, expect.stringMatching(/^line-\d+@sandbox\.invalid$/)],
      capabilities: { send: true, replies: true, reactions: true },
      warnings: [],
    });
    expect((await connect(key.organizationId)).status).toBe(409);
    const other = await admin("/organizations", { body: { name: "Other", country_code: "US" } });
    const wrong = await connect(String(other.body.organization_id), "wrong");
    expect(wrong).toMatchObject({ status: 422, body: { code: "bluebubbles_authentication_failed" } });
    const second = await connect(String(other.body.organization_id));
    expect(second.body.active_alias).not.toBe(key.line);
    const live = await admin("/api-keys", { body: { name: "Live", organization_id: key.organizationId } });
    const path = `/numbers/${encodeURIComponent(key.line)}`;
    const given = await admin(path, { method: "PATCH", body: { api_key_id: live.body.api_key_id } });
    expect(given).toMatchObject({ status: 409, body: { code: "api_key_mode_conflict" } });
    const tested = await admin(`/integrations/bluebubbles/${key.integrationId}/test`, { method: "POST" });
    expect(tested.body.ok).toBe(true);
    const { checks } = tested.body as { checks: { name: string; ok: boolean }[] };
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  it("is looked at by the cron like any other: a bell that was lost, as by a move, is hung again", async () => {
    const { url } = (await admin(`/integrations/bluebubbles/${key.integrationId}`)).body;
    const mac = macOf(Number(String(url).split("/").at(-1)));
    expect(await mac.takeBell(() => true)).toEqual({ ok: true, value: { changed: true } });
    await env.DB.prepare("UPDATE twilio_accounts SET checked_at = 0 WHERE id = ?").bind(key.integrationId).run();
    await worker.scheduled(createScheduledController(), env);
    expect(await mac.takeBell(() => true)).toEqual({ ok: true, value: { changed: true } });
  });

  it("delivers to anybody, in less time than a look takes, and to an e-mail address", async () => {
    for (const to of ["+14155550101", "friend@example.com"]) {
      await becomes(to, await send(to), { status: "delivered", protocol: "imessage" });
    }
  });

  it("answers a person's message on the line, and one may be composed", async () => {
    const composed = await admin("/sandbox/inbound", {
      body: { from: "+14155550102", to: key.line, text: "Hello there", media: ["https://example.com/any.png"] },
    });
    expect(composed.body).toMatchObject({ success: true, message_sid: expect.any(String) });
    const received = await told("message.received", { external_id: "+14155550102" });
    expect(received).toMatchObject({ text: "Hello there", protocol: "imessage", internal_id: key.line });
    const [file] = (received as { attachments: { url: string }[] }).attachments;
    const opened = await exports.default.fetch(String(file?.url));
    expect([opened.status, opened.headers.get("content-type")]).toEqual([200, "image/png"]);
    await opened.body?.cancel();
  });

  it("takes files, each of which is one grey pixel, once a conversation has begun", async () => {
    const to = "+14155550103";
    await becomes(to, await send(to), { status: "delivered" });
    await becomes(to, await send(to, { text: "See", attachments: ["https://example.com/a.png"] }), {
      status: "delivered",
    });
    await becomes(to, await send(to, { attachments: ["https://example.com/a.png"] }), { status: "delivered" });
    expect(fetch).not.toHaveBeenCalled();
  });

  it("does what a line can be asked for: tapbacks, edits, groups, typing, look-ups", async () => {
    const { url } = (await admin(`/integrations/bluebubbles/${key.integrationId}`)).body;
    const mac = macOf(Number(String(url).split("/").at(-1)));
    const to = "+14155550104";
    const sent = await becomes(to, await send(to), { status: "delivered" });
    const chatId = await mac.findChat(to);
    if (!chatId.ok || chatId.value === null) throw new Error(`${to} has no chat.`);
    const { provider_id: guid } = (await admin(`/api-keys/${key.id}/messages/${sent.message_id}`)).body;
    const target = { providerId: String(guid), partIndex: 0 };
    const acts: Act[] = [
      { kind: "react", chat: chatId.value, target, reaction: "love", remove: false },
      { kind: "edit", target, text: "Better" },
      { kind: "unsend", target },
      { kind: "start_typing", chat: chatId.value },
      { kind: "read", chat: chatId.value },
      { kind: "share_contact", chat: chatId.value },
    ];
    for (const act of acts) expect(await mac.act(act), act.kind).toMatchObject({ ok: true });
    const group = await mac.send({
      to: "",
      from: key.line,
      text: "Hello all",
      mediaUrls: [],
      reference: { messageId: "msg_1", callbackUrl: "" },
      extras: {},
      chat: { id: null, members: [to, "+14155550105"] },
    });
    if (group.kind !== "accepted" || group.chat === undefined) throw new Error(`No group: ${JSON.stringify(group)}`);
    expect(await mac.act({ kind: "rename", chat: group.chat, name: "Team" })).toMatchObject({ ok: true });
    expect(await mac.act({ kind: "add_member", chat: group.chat, address: "+14155550106" })).toMatchObject({
      ok: true,
    });
    expect(await mac.act({ kind: "remove_member", chat: group.chat, address: to })).toMatchObject({ ok: true });
    expect(await mac.describeGroup(group.chat)).toEqual({
      ok: true,
      value: { name: "Team", members: ["+14155550105", "+14155550106"] },
    });
    expect(await mac.isReachable(to, "imessage")).toEqual({ ok: true, value: true });
    expect(await mac.isReachable("+15005551022", "imessage")).toEqual({ ok: true, value: false });
    expect(await mac.contactCard()).toMatchObject({ ok: true });
    expect(await mac.makeFaceTimeLink()).toMatchObject({ ok: true });
    expect(await mac.locations(true)).toEqual({ ok: true, value: [] });
  });
});

describe("a magic recipient on a line", () => {
  const outcomes: [to: string, wanted: object][] = [
    ["+15005551022", { status: "failed", error_code: "recipient_not_on_imessage" }],
    ["+15005551023", { status: "failed", error_code: "22" }],
    ["+15005551004", { status: "failed", error_code: "4" }],
    ["+15005554004", { status: "sent" }],
    ["+15005555001", { status: "delivered" }],
  ];
  it.each(outcomes)("%s ends as its table says", async (to, wanted) => {
    const id = await send(to);
    await becomes(to, id, wanted);
  });

  it("+15005556006 is delivered, then read", async () => {
    const id = await send("+15005556006");
    await told("message.read", { message_id: id, external_id: "+15005556006" });
  });

  it("+15005551005 fails and is corrected to delivered", async () => {
    const id = await send("+15005551005");
    await becomes("+15005551005", id, { status: "failed", error_code: "4" });
    await becomes("+15005551005", id, { status: "delivered" });
  });

  it("+15005555002 is never called sent", async () => {
    const id = await send("+15005555002");
    const { body } = await admin(`/api-keys/${key.id}/messages/${id}`);
    await eventually(async () => {
      const next = (await admin(`/api-keys/${key.id}/messages/${id}`)).body.next as { why?: string } | null;
      return next?.why === "settling";
    });
    expect(body.status).not.toBe("sent");
  });

  it("+15005556001 types and answers, +15005556005 answers with a picture, +15005556002 with STOP", async () => {
    await send("+15005556001");
    await send("+15005556005");
    await send("+15005556002");
    await told("typing.started", { external_id: "+15005556001" });
    await told("message.received", { external_id: "+15005556001", text: "Hello back" });
    const picture = await told("message.received", { external_id: "+15005556005" });
    expect(picture?.attachments).toHaveLength(1);
    await told("message.received", { external_id: "+15005556002", text: "STOP" });
    const again = await v2(`${chat("+15005556002")}/messages`, { text: "More" });
    expect(again).toMatchObject({ status: 403, body: { code: "recipient_opted_out" } });
  });

  it("+15005556007 loves the message, and +15005556008 writes in a group", async () => {
    const id = await send("+15005556007");
    await send("+15005556008");
    expect(await told("message.reaction")).toMatchObject({ message_id: id, reaction: "love", action: "add" });
    const welcome = await told("message.received", { is_group: true });
    expect(welcome).toMatchObject({ text: "Welcome to the group", sender: "+15005556008" });
  });

  it("stands in the table of the docs, and every one of them was tried", async () => {
    const tried = [
      ...outcomes.map(([to]) => to),
      "+15005556006",
      "+15005551005",
      "+15005555002",
      "+15005556001",
      "+15005556002",
    ];
    const untried = ["+15005554001"];
    const all = [...tried, ...untried, "+15005556005", "+15005556007", "+15005556008"];
    expect(Object.keys(lineRecipients).toSorted()).toEqual(all.toSorted());
  });
});
