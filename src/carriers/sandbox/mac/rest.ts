import { Hono } from "hono";
import { sandboxAliases, sandboxMac } from "../../../domain/sandbox-mac.ts";
import { pixel } from "../pixel.ts";
import { ok, refuse } from "./answers.ts";
import { addChats, describeChat } from "./chats.ts";
import { handleOf, listHooks, picturesOf, planSteps } from "./play.ts";
import { findMacScript } from "./script.ts";
import * as store from "./store.ts";

/** What the server needs of its object; `arm` makes sure that planned steps are played. */
export type MacDesk = { sql: SqlStorage; block: number; arm: () => Promise<void> };

type Fields = Record<string, unknown>;

/** Returns BlueBubbles Server 1.9.9 on a Mac with macOS 15.5 that exists only here, as far as the gateway uses it. */
export function sandboxMacApi(desk: MacDesk): Hono {
  const app = new Hono().basePath(`/${desk.block}/api/v1`);
  app.use(async (c, next) => {
    if (c.req.query("password") === sandboxMac.password) return next();
    return refuse(401, "Unauthorized", "You are not authorized to access this resource");
  });
  addFacts(app, desk);
  addHooks(app, desk);
  addSending(app, desk);
  addMessages(app, desk);
  addChats(app, desk);
  app.notFound(() => new Response("Not Found", { status: 404 }));
  return app;
}

function addFacts(app: Hono, { block }: MacDesk): void {
  const [active, email] = sandboxAliases(block);
  const facts: Record<string, unknown> = {
    ping: "pong",
    "server/info": {
      os_version: "15.5",
      server_version: "1.9.9",
      private_api: true,
      helper_connected: true,
      proxy_service: "sandbox",
      detected_imessage: active,
      macos_time_sync: 0,
    },
    "icloud/account": {
      active_alias: active,
      vetted_aliases: [{ Alias: active }, { Alias: email }],
      sms_forwarding_enabled: false,
    },
    "icloud/contact": { name: "Sandbox", avatar: null },
    "icloud/findmy/friends": [],
  };
  for (const [path, data] of Object.entries(facts)) app.get(`/${path}`, () => ok(data));
  app.post("/icloud/findmy/friends/refresh", () => ok([]));
  app.post("/facetime/session", () => ok({ link: "https://facetime.apple.com/join#sandbox" }));
  app.get("/handle/availability/:by", (c) =>
    ok({ available: findMacScript(c.req.query("address") ?? "").answer !== "unreachable" }),
  );
}

function addHooks(app: Hono, { sql }: MacDesk): void {
  app.get("/webhook", () => ok(listHooks(sql)));
  app.post("/webhook", async (c) => {
    const { url } = await c.req.json<Fields>();
    sql.exec("INSERT OR IGNORE INTO hooks (url) VALUES (?)", String(url));
    return ok(listHooks(sql).find((hook) => hook.url === url));
  });
  app.delete("/webhook/:id", (c) => {
    sql.exec("DELETE FROM hooks WHERE id = ?", Number(c.req.param("id")));
    return ok();
  });
}

function addSending(app: Hono, desk: MacDesk): void {
  const { sql, block } = desk;
  app.post("/message/text", async (c) => send(desk, await c.req.json<Fields>(), []));
  app.post("/message/attachment", async (c) => {
    const form = Object.fromEntries(await c.req.raw.formData());
    return send(desk, { ...form, message: "" }, [String(form.name)]);
  });
  app.post("/message/multipart", async (c) => {
    const fields = await c.req.json<Fields>();
    const parts = fields.parts as { text?: string; name?: string }[];
    const message = parts.map(({ text = "" }) => text).join("");
    return send(
      desk,
      { ...fields, message },
      parts.flatMap(({ name }) => name ?? []),
    );
  });
  app.post("/attachment/upload", async (c) => {
    const file = (await c.req.raw.formData()).get("attachment");
    return ok({ path: `${crypto.randomUUID()}/${file instanceof File ? file.name : "file"}` });
  });
  app.get("/attachment/:guid/download", () => new Response(pixel, { headers: { "content-type": "image/png" } }));
  app.post("/chat/new", async (c) => {
    const fields = await c.req.json<Fields>();
    const chat = store.openChat(sql, fields.addresses as string[], sandboxAliases(block)[0]);
    return send(desk, { ...fields, chatGuid: chat.guid }, [], true);
  });
}

async function send(desk: MacDesk, fields: Fields, names: string[], isNew = false): Promise<Response> {
  const { sql, arm } = desk;
  const chat = store.findChat(sql, String(fields.chatGuid));
  if (chat === null) return refuse(500, "Chat does not exist in IMChatRegistry!", "Failed to send message!");
  const { answer } = findMacScript(chat.style === 45 ? chat.identifier : "");
  if (answer === "never") return timedOut();
  const now = Date.now();
  const body = {
    text: fields.message === "" ? null : String(fields.message),
    handle: chat.style === 45 ? handleOf(chat.identifier) : null,
    attachments: picturesOf(names.length).map((file, index) => ({ ...file, transferName: names[index] })),
    expressiveSendStyleId: fields.effectId ?? null,
    threadOriginatorGuid: fields.selectedMessageGuid ?? null,
    threadOriginatorPart: fields.selectedMessageGuid === undefined ? null : `${fields.partIndex ?? 0}:0:1`,
  };
  const guid = store.addMessage(sql, { chat, isFromMe: true, now, body });
  planSteps(sql, chat, guid, now);
  await arm();
  if (answer === "lost") return timedOut();
  const message = store.describeMessage(sql, guid);
  return ok(isNew ? { ...describeChat(chat), messages: [message] } : message, "Message sent!");
}

function timedOut(): Response {
  return refuse(500, "Transaction timeout", "Failed to send message!");
}

function addMessages(app: Hono, { sql }: MacDesk): void {
  app.post("/message/query", async (c) => {
    const { data, total } = store.queryMessages(sql, await c.req.json());
    return Response.json({ status: 200, message: "Success", data, metadata: { total } });
  });
  app.post("/message/react", async (c) => {
    const { chatGuid, selectedMessageGuid, reaction, partIndex = 0 } = await c.req.json<Fields>();
    const chat = store.findChat(sql, String(chatGuid));
    const target = store.describeMessage(sql, String(selectedMessageGuid));
    if (chat === null || target === null) return refuse(400, "Selected message does not exist!");
    const body = {
      text: "Reacted to a message",
      associatedMessageType: reaction,
      associatedMessageGuid: `p:${partIndex}/${selectedMessageGuid}`,
    };
    return ok(store.describeMessage(sql, store.addMessage(sql, { chat, isFromMe: true, now: Date.now(), body })));
  });
  app.post("/message/:guid/:act{edit|unsend}", async (c) => {
    const { guid, act } = c.req.param();
    const { editedMessage } = await c.req.json<Fields>();
    const now = Date.now();
    const gone = { text: null, partCount: 0, messageSummaryInfo: [{ retractedParts: [0] }] };
    const done = store.changeMessage(sql, guid, act === "edit" ? { text: editedMessage } : gone, now);
    return done ? ok(store.describeMessage(sql, guid)) : refuse(404, "Message does not exist!");
  });
}
