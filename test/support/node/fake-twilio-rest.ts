import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { FakeAccount } from "./fake-twilio-account.ts";
import type { Fault, FaultMatch } from "./fake-twilio-faults.ts";
import {
  checkEncoding,
  checkParams,
  createMessageRules,
  listMessageRules,
  listNumberRules,
  type Refused,
  type Rules,
  refuseMessage,
  updateNumberRules,
} from "./fake-twilio-rules.ts";
import { renderMessage, renderNumber, renderPage } from "./fake-twilio-store.ts";

export type FakeRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
};
export type Reply = { status: number; body: unknown; headers?: Record<string, string> };

type Handler = (account: FakeAccount, request: FakeRequest, response: ServerResponse) => Reply | Promise<Reply | null>;

const calls: Readonly<Record<string, Handler>> = {
  "POST /Messages.json": createMessage,
  "GET /Messages.json": (account, request, response) => faulty("list", account, request, response, listMessages),
  "GET /Messages/{sid}.json": (account, request, response) => faulty("fetch", account, request, response, fetchMessage),
  "GET /Messages/{sid}/Media/{sid}": redirectToFile,
  "GET /IncomingPhoneNumbers.json": (account, request, response) =>
    faulty("numbers", account, request, response, listNumbers),
  "POST /IncomingPhoneNumbers/{sid}.json": updateNumber,
  "GET .json": (account, request, response) => faulty("account", account, request, response, showAccount),
};

/** Answers one request as Twilio would, or as a planned fault says; null when the connection is left without an answer. */
export async function answer(
  account: FakeAccount,
  request: FakeRequest,
  response: ServerResponse,
): Promise<Reply | null> {
  if (request.path.startsWith("/cdn/")) return serveFile(account, request);
  // Whoever asks for the time asks here, without credentials.
  if (request.method === "GET" && request.path === "/") return notFound(request);
  if (request.path === "/v2/Channels/Senders") return listAgents(account, request);
  const refused = authenticate(account, request);
  if (refused !== null) return refuse(refused);
  const path = request.path.slice(account.root.length).replace(/[A-Z]{2}[0-9a-f]{32}/g, "{sid}");
  const handler = calls[`${request.method} ${path}`];
  if (handler !== undefined) return handler(account, request, response);
  account.violations.push(`${request.method} ${path}: Twilio has no such call`);
  return notFound(request);
}

function authenticate(account: FakeAccount, { method, path, headers }: FakeRequest): Refused | null {
  const unauthorized: Refused = { status: 401, code: 20003, message: "Authenticate" };
  const { accountSid, authToken, apiKeys = [] } = account.options;
  const header = headers.authorization ?? "";
  if (!header.startsWith("Basic ")) account.violations.push(`${method} ${path}: no Basic authorization`);
  const [user, ...rest] = Buffer.from(header.replace(/^Basic /, ""), "base64")
    .toString("utf8")
    .split(":");
  const password = rest.join(":");
  const isAccount = path === `${account.root}.json`;
  if (!isAccount && !path.startsWith(`${account.root}/`)) return unauthorized;
  if (user === accountSid && password === authToken) return null;
  const key = apiKeys.find(({ sid, secret }) => sid === user && secret === password);
  if (key === undefined || isAccount) return unauthorized;
  const resource = path.includes("/IncomingPhoneNumbers") ? "numbers" : "messages";
  if (key.mayRead === undefined || key.mayRead.includes(resource)) return null;
  return { status: 403, code: 20403, message: "Forbidden" };
}

type Checked = { params: URLSearchParams; refusal: Reply | null };

function check(account: FakeAccount, request: FakeRequest, rules: Rules): Checked {
  const posted = request.method === "POST";
  const params = posted ? new URLSearchParams(request.body) : request.query;
  const found = checkParams(params, rules);
  if (posted) {
    const type = request.headers["content-type"]?.split(";")[0];
    if (type !== "application/x-www-form-urlencoded") found.push(`content type ${type} instead of a form`);
    found.push(...checkEncoding(request.body));
    if (request.query.size > 0) found.push("a POST with a query string");
  } else if (request.body !== "") found.push("a GET with a body");
  for (const fault of found) account.violations.push(`${request.method} ${request.path}: ${fault}`);
  const refusal = found.length === 0 ? null : refuse({ status: 400, code: 20001, message: found.join("; ") });
  return { params, refusal };
}

async function createMessage(
  account: FakeAccount,
  request: FakeRequest,
  response: ServerResponse,
): Promise<Reply | null> {
  const { params: form, refusal } = check(account, request, createMessageRules);
  if (refusal !== null) return refusal;
  const index = account.creates;
  account.creates += 1;
  const fault = account.faults.take({ call: "create", index, ...describe(form) });
  if (fault !== null) return misbehave(account, form, fault, response);
  const owns = (from: string) => account.numbers.find((number) => number.phoneNumber === from) ?? null;
  const refused = refuseMessage(form, owns);
  if (refused !== null) return refuseAndKeep(account, form, refused);
  return take(account, form);
}

function take(account: FakeAccount, form: URLSearchParams, change: Record<string, unknown> = {}): Reply {
  const message = account.accept(form);
  return { status: 201, body: { ...renderMessage(account.options.accountSid, message), ...change } };
}

async function misbehave(
  account: FakeAccount,
  form: URLSearchParams,
  fault: Fault,
  response: ServerResponse,
): Promise<Reply | null> {
  switch (fault.kind) {
    case "refuse":
      return refuseAndKeep(account, form, fault);
    case "bad_sid":
      return take(account, form, { sid: fault.sid ?? undefined });
    case "truncated":
      return { status: 201, body: JSON.stringify(take(account, form).body).slice(0, 90) };
    case "drip":
      return drip(account, JSON.stringify(take(account, form).body), fault.everyMs, response);
    case "callback_first": {
      const reply = take(account, form);
      await sleep(fault.answerAfterMs);
      return reply;
    }
    default:
      return failPlainly(fault, response, () => account.accept(form));
  }
}

type PlainFault = Exclude<Fault, { kind: "bad_sid" | "truncated" | "drip" | "callback_first" }>;

/** A call that hangs is taken while it does; one that was reset, when nobody waits for it any more. */
async function takeLate(fault: PlainFault, accept: () => unknown): Promise<void> {
  if (fault.kind === "hang") await sleep(fault.acceptedAfterMs ?? 0);
  if (fault.kind === "reset" && fault.acceptedAfterMs !== undefined) setTimeout(accept, fault.acceptedAfterMs);
  else accept();
}

async function failPlainly(fault: PlainFault, response: ServerResponse, accept: () => unknown): Promise<Reply | null> {
  if ("taken" in fault && fault.taken) await takeLate(fault, accept);
  switch (fault.kind) {
    case "rate_limit": {
      const reply = refuse({ status: 429, code: 20429, message: "Too Many Requests" });
      return fault.retryAfter === undefined ? reply : { ...reply, headers: { "retry-after": fault.retryAfter } };
    }
    case "refuse":
      return refuse(fault);
    case "error":
      return refuse({ status: fault.status, code: 20500, message: "An internal server error has occurred" });
    case "answer": {
      const headers = { "content-type": fault.contentType ?? "application/json", ...fault.headers };
      return { status: fault.status, body: fault.body, headers };
    }
    case "reset":
      response.socket?.resetAndDestroy();
      return null;
    case "hang":
      return null;
  }
}

async function drip(account: FakeAccount, body: string, everyMs: number, response: ServerResponse): Promise<null> {
  response.writeHead(201, { "content-type": "application/json" });
  for (const byte of body) {
    if (response.destroyed || account.stopped) return null;
    response.write(byte);
    await sleep(everyMs);
  }
  response.end();
  return null;
}

async function faulty(
  call: NonNullable<FaultMatch["call"]>,
  account: FakeAccount,
  request: FakeRequest,
  response: ServerResponse,
  handler: (account: FakeAccount, request: FakeRequest) => Reply,
): Promise<Reply | null> {
  const fault = account.faults.take({ call, index: account.creates, ...describe(request.query) });
  if (fault === null) return handler(account, request);
  switch (fault.kind) {
    case "bad_sid":
    case "truncated":
    case "drip":
    case "callback_first":
      throw new Error(`The fault ${fault.kind} is for create calls only.`);
    default:
      return failPlainly(fault, response, () => {});
  }
}

function listMessages(account: FakeAccount, request: FakeRequest): Reply {
  const { params, refusal } = check(account, request, listMessageRules);
  if (refusal !== null) return refusal;
  const [to, from] = [params.get("To"), params.get("From")];
  const { accountSid, listLagMs = 0, shows = () => ({}) } = account.options;
  const visible = account.messages.filter(
    (message) =>
      (to === null || message.to === to) &&
      (from === null || message.from === from) &&
      message.createdAt + listLagMs <= account.clock(),
  );
  const items = visible.reverse().map((message) => renderMessage(accountSid, { ...message, ...shows(message) }));
  return { status: 200, body: renderPage(request.path, params, "messages", items) };
}

function fetchMessage(account: FakeAccount, request: FakeRequest): Reply {
  const message = account.messages.find(({ sid }) => request.path.endsWith(`/${sid}.json`));
  if (message === undefined) return notFound(request);
  return { status: 200, body: renderMessage(account.options.accountSid, message) };
}

function listNumbers(account: FakeAccount, request: FakeRequest): Reply {
  const { params, refusal } = check(account, request, listNumberRules);
  if (refusal !== null) return refusal;
  const part = params.get("PhoneNumber") ?? "";
  const found = account.numbers.filter(({ phoneNumber }) => phoneNumber.includes(part));
  const items = found.map((number) => renderNumber(account.options.accountSid, number));
  return { status: 200, body: renderPage(request.path, params, "incoming_phone_numbers", items) };
}

function updateNumber(account: FakeAccount, request: FakeRequest): Reply {
  const number = account.numbers.find(({ sid }) => request.path.endsWith(`/${sid}.json`));
  if (number === undefined) return notFound(request);
  const { params, refusal } = check(account, request, updateNumberRules);
  if (refusal !== null) return refusal;
  for (const [name, value] of params) {
    number.fields[name.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase()] = value;
  }
  return { status: 200, body: renderNumber(account.options.accountSid, number) };
}

/** The other API's list of senders (messaging.twilio.com): the account's agents. */
function listAgents(account: FakeAccount, request: FakeRequest): Reply {
  const { accountSid, authToken } = account.options;
  const credentials = `Basic ${btoa(`${accountSid}:${authToken}`)}`;
  if (request.headers.authorization !== credentials)
    return refuse({ status: 401, code: 20003, message: "Authenticate" });
  if (request.query.get("Channel") !== "rcs") account.violations.push("senders of no channel, or of another than RCS");
  const agents = account.numbers.filter(({ phoneNumber }) => phoneNumber.startsWith("rcs:"));
  const senders = agents.map(({ sid, phoneNumber, fields }) => ({
    sid: `XE${sid.slice(2)}`,
    status: "ONLINE",
    sender_id: phoneNumber,
    webhook: { callback_url: fields.sms_url, callback_method: "POST" },
    profile: { name: "An agent" },
  }));
  return { status: 200, body: { senders, meta: { key: "senders", next_page_url: null } } };
}

function showAccount({ options: { accountSid, authToken, status = "active" } }: FakeAccount): Reply {
  const names = { sid: accountSid, owner_account_sid: accountSid, friendly_name: "Stand-in" };
  return { status: 200, body: { ...names, status, type: "Full", auth_token: authToken } };
}

function redirectToFile(account: FakeAccount, request: FakeRequest): Reply {
  const location = `${account.url.replace("127.0.0.1", "localhost")}/cdn/${request.path.split("/").at(-1)}`;
  return { status: 307, body: "", headers: { location } };
}

function serveFile(account: FakeAccount, request: FakeRequest): Reply {
  if (request.headers.authorization !== undefined) account.violations.push("credentials were sent to the media host");
  const file = account.files.get(request.path.split("/").at(-1) ?? "");
  if (file === undefined) return { status: 404, body: "" };
  return { status: 200, body: file.bytes, headers: { "content-type": file.contentType } };
}

function refuseAndKeep(account: FakeAccount, form: URLSearchParams, refused: Refused): Reply {
  account.keep(form, "failed", refused.code);
  return refuse(refused);
}

function refuse({ status, code, message }: Refused): Reply {
  return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

function notFound(request: FakeRequest): Reply {
  return refuse({ status: 404, code: 20404, message: `The requested resource ${request.path} was not found` });
}

function describe(params: URLSearchParams): { to: string; from: string; body: string } {
  return { to: params.get("To") ?? "", from: params.get("From") ?? "", body: params.get("Body") ?? "" };
}
