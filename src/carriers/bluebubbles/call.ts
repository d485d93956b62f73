import * as z from "zod";
import type { CarrierResult, Refusal } from "../carrier.ts";
import { exchange, type Fetch } from "../exchange.ts";
import type { MacLogin, MacRefusalCode } from "./account.ts";

/** What every call needs from outside: how to reach the server, the time, and how long to wait, in milliseconds. */
export type Wire = {
  fetch: Fetch;
  now: () => number;
  readMs: number;
  sendMs: number;
  uploadMs: number;
  typingMs: number;
};

/** One call: the path below /api/v1, with values encoded by the caller. A `form` is sent as it stands, anything else as JSON. */
export type Call = {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  form?: { type: string; stream: ReadableStream<Uint8Array> };
  timeoutMs?: number;
};

/** What came of a call: the server's own answer, a page of whatever stands before it, nothing, or an address that cannot be called. `notConnected`: it surely did not reach the server. */
export type Called =
  | { kind: "answer"; status: number; data: unknown; message: string; error: string }
  | { kind: "page"; status: number; notConnected: boolean }
  | { kind: "silence"; cause: string; notConnected: boolean }
  | { kind: "unsendable"; message: string };

const largestAnswer = 16 * 1024 * 1024;
const text = z.string().nullish().catch(null);
const envelope = z.object({
  status: z.number().int(),
  message: text,
  data: z.unknown().optional(),
  error: z.union([z.object({ message: text }), z.string()]).nullish(),
});

/** Calls the server once, with its password in the query as it wants it; the password stands in no result. Never throws, never repeats, follows no redirect. */
export async function call(wire: Wire, login: MacLogin, asked: Call): Promise<Called> {
  const url = address(login, asked);
  if (url === null) return { kind: "unsendable", message: "The server's address is no HTTP address." };
  const limits = { timeoutMs: asked.timeoutMs ?? wire.readMs, maxBytes: largestAnswer };
  const exchanged = await exchange(wire.fetch, url, describe(asked), limits);
  if (!exchanged.ok) {
    return { kind: "silence", cause: exchanged.cause, notConnected: neverLeft.test(exchanged.cause) };
  }
  const { status, text: body, headers } = exchanged.answer;
  if (body === null) return { kind: "silence", cause: `HTTP ${status} that broke off`, notConnected: false };
  const read = envelope.safeParse(parseJson(body));
  if (!read.success) return { kind: "page", status, notConnected: isUnconnected(status, body, headers) };
  const { message, data, error } = read.data;
  const words = (typeof error === "string" ? error : error?.message) ?? "";
  return { kind: "answer", status, data, message: scrub(message ?? "", login), error: scrub(words, login) };
}

/** Returns an address of the server below /api/v1 with the password in it, null where the server's URL is none. */
export function address(login: MacLogin, { path, query = {} }: Pick<Call, "path" | "query">): string | null {
  const base = URL.parse(login.url);
  if (base === null || (base.protocol !== "https:" && base.protocol !== "http:")) return null;
  base.search = new URLSearchParams({ ...query, password: login.password }).toString();
  base.hash = "";
  base.pathname = `${base.pathname.replace(/\/+$/, "")}/api/v1/${path}`;
  return base.href;
}

function describe({ method = "GET", body, form }: Call): RequestInit {
  const headers: Record<string, string> = { accept: "application/json" };
  if (form !== undefined) {
    headers["content-type"] = form.type;
    // Node asks for `duplex` where a body is streamed; Workers know nothing of it.
    return { method, headers, body: form.stream, duplex: "half" } as RequestInit;
  }
  if (body === undefined) return { method, headers };
  headers["content-type"] = "application/json";
  return { method, headers, body: JSON.stringify(body) };
}

/** The connection was refused or no host was found: nothing was sent. */
const neverLeft = /\((ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\)/;
/** Cloudflare's: no connection to the origin came about (521, 523), no TLS (525, 526), no tunnel (530); and any edge's "too many requests". */
const unconnected = new Set([429, 521, 523, 525, 526, 530]);

function isUnconnected(status: number, body: string, headers: Headers): boolean {
  return (
    unconnected.has(status) ||
    /^ERR_NGROK_(3200|3004|8012)$/.test(headers.get("ngrok-error-code") ?? "") ||
    (status >= 400 && /ERR_NGROK_3200|error code: 1033|Error 1033/i.test(body))
  );
}

/** Returns the data of a 2xx answer read by `shape`, else why there is none. */
export function readAnswer<T>(called: Called, shape: z.ZodType<T>): CarrierResult<T> {
  if (called.kind !== "answer" || called.status < 200 || called.status >= 300)
    return { ok: false, refusal: explain(called) };
  const read = shape.safeParse(called.data);
  if (read.success) return { ok: true, value: read.data };
  return refuse("unreadable", "The server's answer could not be read.", called.status);
}

/** Returns a refusal in our words. */
export function refuse(
  code: MacRefusalCode,
  message: string,
  status: number | null = null,
): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { status, code, message } };
}

/** Returns why a call gave nothing, with one of our codes. */
export function explain(called: Called): Refusal {
  switch (called.kind) {
    case "answer":
      return explainAnswer(called);
    case "page": {
      const code = called.notConnected ? "line_offline" : "outcome_unknown";
      return refuse(code, `Something before the Mac answered HTTP ${called.status}.`, called.status).refusal;
    }
    case "silence": {
      const code = called.notConnected ? "line_offline" : "outcome_unknown";
      return refuse(code, `The Mac did not answer: ${called.cause}.`).refusal;
    }
    case "unsendable":
      return refuse("line_offline", called.message).refusal;
  }
}

function explainAnswer(called: Extract<Called, { kind: "answer" }>): Refusal {
  const { status } = called;
  const words = called.error || called.message || `HTTP ${status}`;
  if (status === 401) return refuse("login_refused", "The server refused the password.", status).refusal;
  if (isPrivateApiOff(called)) return refuse("private_api_off", words, status).refusal;
  if (status >= 400 && status < 500 && !isQueued(called)) return refuse("refused", words, status).refusal;
  return refuse("outcome_unknown", words, status).refusal;
}

/** Says whether the server had no way to Messages: the command surely went nowhere. */
export function isPrivateApiOff({ status, error }: { status: number; error: string }): boolean {
  return status === 500 && /iMessage Private API (is not enabled|Helper is not connected)/.test(error);
}

/** Says whether a 400 means that an equal call is still running, which is no refusal. */
export function isQueued({ status, error }: { status: number; error: string }): boolean {
  return status === 400 && /is already queued to be sent/.test(error);
}

function scrub(words: string, { password }: MacLogin): string {
  const forms = [password, encodeURIComponent(password), new URLSearchParams({ p: password }).toString().slice(2)];
  return forms
    .reduce((clean, form) => (form === "" ? clean : clean.replaceAll(form, "[removed]")), words)
    .slice(0, 500);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
