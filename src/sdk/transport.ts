import { errorOf, TrunklineError } from "./error.ts";
import { type Calls, routes } from "./wire.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type TrunklineOptions = {
  /** `tl_live_…` or `tl_test_…`; else the environment's `TRUNKLINE_API_KEY`. */
  apiKey?: string;
  /** Where the gateway is, with or without `/v2/api`; else the environment's `TRUNKLINE_URL`, else `http://127.0.0.1:8787`. */
  baseUrl?: string;
  /** In place of the global one. */
  fetch?: Fetch;
  /** How long one attempt may take, in milliseconds; 30,000 unless told otherwise. */
  timeoutMs?: number;
  /** How often a call is repeated that may safely be; 2 unless told otherwise. */
  maxRetries?: number;
};

export type CallOptions = {
  /** Ends the call, and its repeats, at once. */
  signal?: AbortSignal;
  timeoutMs?: number;
  maxRetries?: number;
};

export type CallName = keyof Calls;
export type Answer<N extends CallName> = Calls[N]["answer"];
/** Asks the gateway for one call of a table of operations. */
export type AskOf<C> = <N extends keyof C>(
  name: N,
  given: Omit<C[N], "answer">,
  options?: CallOptions,
) => Promise<C[N] extends { answer: infer A } ? A : never>;
/** Asks the gateway for one call of the v2 API. */
export type Ask = AskOf<Calls>;

/** Asks for what is no JSON: sends a file as it is, or answers what is read as it comes. The time of `timeoutMs` ends with the answer's head. */
export type Open = (method: "GET" | "PUT", path: string, file?: Blob, options?: CallOptions) => Promise<Response>;

/** What a client speaks to: the paths of its calls, where they begin, and the credential that they carry. */
type Service = {
  routes: Readonly<Record<string, readonly [method: string, path: string]>>;
  basePath: string;
  credential: string;
};
type Transport = Omit<TrunklineOptions, "apiKey">;

type Parts = {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
};
type Prepared = { url: string; init: RequestInit; mayRepeat: boolean; readsLater?: boolean };
type Limits = { timeoutMs: number; maxRetries: number; signal: AbortSignal | undefined };

const longestPauseMs = 60_000;
/** A list of a hundred thousand people is read and judged before the answer begins. */
const fileTimeoutMs = 600_000;

/** Returns how the gateway is asked. Throws a TypeError when there is no key, or the address is none. */
export function makeAsk(options: TrunklineOptions): Ask {
  return makeAskOf<Calls>(options, { routes, basePath: "/v2/api", credential: apiKeyOf(options) });
}

function apiKeyOf(options: TrunklineOptions): string {
  const apiKey = options.apiKey ?? readEnvironment().TRUNKLINE_API_KEY ?? "";
  if (apiKey === "") throw new TypeError("No API key: give apiKey, or set TRUNKLINE_API_KEY.");
  return apiKey;
}

/** Returns how files are sent and streams are asked for, by the same rules. */
export function makeOpen(options: TrunklineOptions): Open {
  const { root, send } = connect(options);
  const headers = { Authorization: `Bearer ${apiKeyOf(options)}` };
  return (method, path, file, asked = {}) => {
    const init: RequestInit = {
      method,
      headers: { ...headers, ...(file === undefined ? {} : { "Content-Type": file.type || "text/csv" }) },
      ...(file === undefined ? {} : { body: file }),
    };
    const call = { url: `${root}/v2/api${path}`, init, mayRepeat: true, readsLater: true };
    const timeoutMs = asked.timeoutMs ?? (file === undefined ? options.timeoutMs : fileTimeoutMs);
    return askRepeatedly(
      send,
      call,
      limitsOf(options, { ...asked, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
    );
  };
}

/** Returns how one of the gateway's APIs is asked. Throws a TypeError when the address is none. */
export function makeAskOf<C>(options: Transport, service: Service): AskOf<C> {
  const { root, send } = connect(options);
  return async (name, given, asked = {}) => {
    const call = prepare(root, service, String(name), given);
    return readAnswer(await askRepeatedly(send, call, limitsOf(options, asked))) as never;
  };
}

function connect(options: Transport): { root: string; send: Fetch } {
  const root = rootOf(options.baseUrl ?? readEnvironment().TRUNKLINE_URL ?? "http://127.0.0.1:8787");
  return { root, send: options.fetch ?? ((url: string, init: RequestInit) => globalThis.fetch(url, init)) };
}

function limitsOf(options: Transport, { signal, timeoutMs, maxRetries }: CallOptions): Limits {
  return {
    timeoutMs: timeoutMs ?? options.timeoutMs ?? 30_000,
    maxRetries: maxRetries ?? options.maxRetries ?? 2,
    signal,
  };
}

function prepare(root: string, service: Service, name: string, { params, query, headers, body }: Parts): Prepared {
  const [method, template] = service.routes[name] ?? ["GET", `/${name}`];
  const path = template.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params?.[key] ?? ""));
  const asked = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) asked.set(key, String(value));
  const given = Object.entries(headers ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const init: RequestInit = {
    method,
    headers: {
      Authorization: `Bearer ${service.credential}`,
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...Object.fromEntries(given),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const mayRepeat = method !== "POST" || given.some(([key]) => key.toLowerCase() === "idempotency-key");
  return { url: `${root}${service.basePath}${path}${asked.size === 0 ? "" : `?${asked}`}`, init, mayRepeat };
}

/** Repeats what may be: after no answer or 5xx only calls that cannot happen twice, after 429 any, for it was not taken. Never after another 4xx. */
async function askRepeatedly(send: Fetch, call: Prepared, limits: Limits): Promise<Response> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await askOnce(send, call, limits);
    if (outcome instanceof Response) return outcome;
    const { status, code } = outcome;
    const passes = status === 429 || (call.mayRepeat && (status === null || (status >= 500 && status !== 501)));
    const pauseMs = pauseBefore(attempt, outcome.retryAfter);
    if (!passes || code === "setup_incomplete" || attempt >= limits.maxRetries || pauseMs > longestPauseMs)
      throw outcome;
    await pause(pauseMs, limits.signal);
  }
}

async function askOnce(send: Fetch, call: Prepared, limits: Limits): Promise<Response | TrunklineError> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), limits.timeoutMs);
  const signal = limits.signal === undefined ? timeout.signal : AbortSignal.any([limits.signal, timeout.signal]);
  try {
    const response = await send(call.url, { ...call.init, signal });
    if (!response.ok) return await errorOf(response);
    if (call.readsLater === true) return response;
    // Read here, so that an answer that breaks off is a failed attempt like any other.
    return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
  } catch (cause) {
    limits.signal?.throwIfAborted();
    const timedOut = timeout.signal.aborted;
    return new TrunklineError({
      status: null,
      code: timedOut ? "timed_out" : "connection_failed",
      message: timedOut
        ? `The gateway did not answer within ${limits.timeoutMs} ms.`
        : `The gateway at ${new URL(call.url).origin} could not be reached: ${reasonOf(cause)}.`,
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrunklineError({
      status: response.status,
      code: "unreadable_answer",
      message: "The answer is not JSON. Does baseUrl lead to a Trunkline gateway?",
      cause,
    });
  }
}

function pauseBefore(attempt: number, retryAfter: number | null): number {
  const jitter = 0.75 + Math.random() / 2;
  return Math.max((retryAfter ?? 0) * 1000, Math.min(500 * 2 ** attempt, 5_000) * jitter);
}

/** Waits; throws the signal's reason when it is aborted meanwhile. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function rootOf(baseUrl: string): string {
  const trimmed = baseUrl
    .trim()
    .replace(/\/+$/, "")
    .replace(/\/(?:v2(?:\/api)?|admin\/api)$/, "");
  if (!URL.canParse(trimmed) || !/^https?:$/.test(new URL(trimmed).protocol)) {
    throw new TypeError(
      `baseUrl must be an http or https address such as https://trunkline.example.com, not ${baseUrl}.`,
    );
  }
  return trimmed;
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message : String(inner);
}

/** Returns the environment where there is one. */
export function readEnvironment(): Record<string, string | undefined> {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env ?? {};
}
