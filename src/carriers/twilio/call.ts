import type * as z from "zod";
import type { CarrierResult, Refusal } from "../carrier.ts";
import { exchange, type Fetch } from "../exchange.ts";
import type { Login } from "./account.ts";
import type { Clock } from "./clock.ts";
import { authorize, scrub } from "./credentials.ts";
import { chooseApiUrl } from "./host.ts";
import { readRetryAfter } from "./retry-after.ts";
import { errorBody } from "./shapes.ts";

/** What every call needs from outside: how to reach Twilio, and how long to wait for a whole answer. */
export type Wire = { fetch: Fetch; apiUrl: string; timeoutMs: number; now: () => number; clock: Clock };

/** One call, by default of the 2010 API; a form makes it a POST. */
export type Call = { path: string; form?: URLSearchParams; maxBytes?: number; product?: "api" | "messaging" };

/** What came of a call: an answer, none that could be read, or a login with which nothing can be sent. */
export type Called =
  | {
      kind: "answer";
      status: number;
      body: unknown;
      code: string | null;
      message: string | null;
      retryAfterSeconds: number | null;
      requestId: string | null;
    }
  | { kind: "silence"; cause: string }
  | { kind: "unsendable"; message: string };

const defaultMaxBytes = 64 * 1024;

/** Returns the path of an account's resources; everything a login may touch lies below it. */
export function accountPath(login: Login): string {
  return `/2010-04-01/Accounts/${encodeURIComponent(login.accountSid)}`;
}

/** Calls Twilio once with the login's credentials, form encoded, JSON asked for. Never throws, never repeats. */
export async function call(wire: Wire, login: Login, { path, form, maxBytes, product = "api" }: Call): Promise<Called> {
  const base = chooseApiUrl(wire.apiUrl, login.region, login.edge);
  if (base === null) return { kind: "unsendable", message: "The account's region and edge name no Twilio host." };
  const authorization = authorize(login);
  if (authorization === null) return { kind: "unsendable", message: "The account holds no credentials." };
  const headers: Record<string, string> = { authorization, accept: "application/json" };
  if (form !== undefined) headers["content-type"] = "application/x-www-form-urlencoded";
  const init = form === undefined ? { method: "GET", headers } : { method: "POST", headers, body: form.toString() };
  const limits = { timeoutMs: wire.timeoutMs, maxBytes: maxBytes ?? defaultMaxBytes };
  const askedAt = wire.now();
  const exchanged = await exchange(wire.fetch, base.replace("//api.", `//${product}.`) + path, init, limits);
  if (!exchanged.ok) return { kind: "silence", cause: exchanged.cause };
  const { status, headers: answered, text } = exchanged.answer;
  wire.clock.learn(answered.get("date"), askedAt, wire.now());
  const body = text === null ? null : parseJson(text);
  const error = errorBody.safeParse(body).data;
  return {
    kind: "answer",
    status,
    body,
    code: error?.code == null ? null : scrub(String(error.code), login),
    message: error?.message == null ? null : scrub(error.message, login),
    retryAfterSeconds: readRetryAfter(answered.get("retry-after"), wire.now()),
    requestId: answered.get("twilio-request-id"),
  };
}

/** Returns the value of a 2xx answer read by `shape`, else why there is none. */
export function readAnswer<T>(called: Called, shape: z.ZodType<T>): CarrierResult<T> {
  if (called.kind !== "answer" || called.status < 200 || called.status >= 300) {
    return { ok: false, refusal: explain(called) };
  }
  const read = shape.safeParse(called.body);
  if (read.success) return { ok: true, value: read.data };
  return { ok: false, refusal: { status: called.status, code: null, message: "Twilio's answer could not be read." } };
}

function explain(called: Called): Refusal {
  switch (called.kind) {
    case "answer": {
      const message = called.message ?? `Twilio answered HTTP ${called.status}.`;
      return { status: called.status, code: called.code, message };
    }
    case "silence":
      return { status: null, code: null, message: `Twilio did not answer: ${called.cause}.` };
    case "unsendable":
      return { status: null, code: null, message: called.message };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
