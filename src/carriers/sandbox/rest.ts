import { Hono } from "hono";
import { createMessage, type Refused } from "./create-message.ts";
import { pixel } from "./pixel.ts";
import { blankWebhooks, readPaging, renderMessage, renderNumber, renderPage } from "./resources.ts";
import type { Answer } from "./script.ts";
import { newSid } from "./sid.ts";
import { findMessage, findNumber, listMessages, listNumbers, type StoredMessage, updateNumber } from "./store.ts";
import type { SandboxAccount } from "./timeline.ts";

/** What the REST side needs of its object; `arm` makes sure that planned steps are played. */
export type Desk = { sql: SqlStorage; account: () => SandboxAccount | null; arm: () => Promise<void> };

const root = "/2010-04-01/Accounts/:account";
const json = "{[^/]+\\.json}";

/** Returns Twilio's 2010 API for one sandbox account, as far as the gateway uses it. */
export function sandboxApi(desk: Desk): Hono {
  const app = new Hono();
  // The sandbox has one clock, its own: an answer tells it as Twilio's do.
  app.use(async function tellTime(c, next) {
    await next();
    c.header("Date", new Date().toUTCString());
  });
  app.use(async (c, next) => {
    await next();
    c.header("Twilio-Request-Id", newSid("RQ"));
  });
  app.use(async (c, next) => {
    const account = desk.account();
    const [, , , named] = new URL(c.req.url).pathname.split("/");
    const authorization = account === null ? null : `Basic ${btoa(`${account.accountSid}:${account.authToken}`)}`;
    const known = named?.replace(/\.json$/, "") === account?.accountSid;
    if (known && authorization !== null && c.req.header("authorization") === authorization) return next();
    return refuse({ status: 401, code: 20003, message: "Authenticate" });
  });
  app.get(`/2010-04-01/Accounts/:file${json}`, (c) => {
    const sid = c.req.param("file").replace(/\.json$/, "");
    return c.json({ sid, owner_account_sid: sid, friendly_name: "Sandbox", status: "active", type: "Full" });
  });
  addMessages(app, desk);
  addNumbers(app, desk);
  app.notFound((c) => refuse(missing(new URL(c.req.url).pathname)));
  app.onError(() => refuse({ status: 500, code: 20500, message: "An internal server error has occurred" }));
  return app;
}

function addMessages(app: Hono, { sql, arm }: Desk): void {
  app.post(`${root}/Messages.json`, async (c) => {
    const form = await readForm(c.req.raw);
    const created = createMessage(sql, form, Date.now());
    if (created.kind === "refused") return refuse(created.refused, created.retryAfterSeconds);
    await arm();
    return answer(c.req.param("account"), created.answer, created.message);
  });
  app.get(`${root}/Messages.json`, (c) => {
    const url = new URL(c.req.url);
    const { page, size } = readPaging(url);
    const filter = { to: url.searchParams.get("To"), from: url.searchParams.get("From") };
    const found = listMessages(sql, filter, { size, skip: page * size });
    const items = found.slice(0, size).map((message) => renderMessage(c.req.param("account"), message));
    return c.json(renderPage(url, "messages", items, { more: found.length > size }));
  });
  app.get(`${root}/Messages/:file${json}`, (c) => {
    const message = findMessage(sql, c.req.param("file").replace(/\.json$/, ""));
    if (message === null) return c.notFound();
    return c.json(renderMessage(c.req.param("account"), message));
  });
  app.get(`${root}/Messages/:message/Media/:media`, (c) => {
    const { message, media } = c.req.param();
    const found = findMessage(sql, message)?.media.find(({ sid }) => sid === media);
    if (found === undefined) return c.notFound();
    return c.body(pixel, 200, { "content-type": found.contentType, "content-length": String(pixel.byteLength) });
  });
}

function addNumbers(app: Hono, { sql }: Desk): void {
  app.get(`${root}/IncomingPhoneNumbers.json`, (c) => {
    const url = new URL(c.req.url);
    const { page, size } = readPaging(url);
    const found = listNumbers(sql, url.searchParams.get("PhoneNumber") ?? "");
    const items = found.slice(page * size, (page + 1) * size);
    const rendered = items.map((number) => renderNumber(c.req.param("account"), number));
    return c.json(renderPage(url, "incoming_phone_numbers", rendered, { more: found.length > (page + 1) * size }));
  });
  app.on(["GET", "POST"], `${root}/IncomingPhoneNumbers/:file${json}`, async (c) => {
    const sid = c.req.param("file").replace(/\.json$/, "");
    const form = await readForm(c.req.raw);
    const number = findNumber(sql, sid);
    if (number === null) return c.notFound();
    const webhooks = { ...number.webhooks, ...readWebhooks(form) };
    if (c.req.method === "POST") updateNumber(sql, sid, webhooks, Date.now());
    return c.json(renderNumber(c.req.param("account"), { ...number, webhooks }));
  });
}

async function answer(accountSid: string, how: Answer, message: StoredMessage | null): Promise<Response> {
  switch (how.kind) {
    case "refuse":
      return refuse(how);
    case "break":
      return refuse({ status: how.status, code: 20500, message: "An internal server error has occurred" });
    case "silence":
      await scheduler.wait(how.forMs);
      return refuse({ status: 504, code: 20504, message: "The request timed out" });
    case "take_slowly":
      await scheduler.wait(how.afterMs);
      break;
    case "take":
    case "wait":
    case "take_without_sid":
      break;
  }
  const body = message === null ? {} : renderMessage(accountSid, message);
  return Response.json(how.kind === "take_without_sid" ? { ...body, sid: null } : body, { status: 201 });
}

/** Bytes, not `text()`: workerd warns that a form is no text. */
async function readForm(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
}

function readWebhooks(form: URLSearchParams): Record<string, string> {
  const renamed = [...form].map(([name, value]) => [
    name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase(),
    value,
  ]);
  return Object.fromEntries(renamed.filter(([name]) => Object.hasOwn(blankWebhooks, name ?? "")));
}

function missing(path: string): Refused {
  return { status: 404, code: 20404, message: `The requested resource ${path} was not found` };
}

function refuse({ status, code, message }: Refused, retryAfterSeconds: number | null = null): Response {
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  const headers = retryAfterSeconds === null ? {} : { "retry-after": String(retryAfterSeconds) };
  return Response.json(body, { status, headers });
}
