import { env, exports } from "cloudflare:workers";
import type { ServerResponse } from "node:http";
import { vi } from "vitest";
import { FakeAccount, type FakeTwilioOptions } from "../node/fake-twilio-account.ts";
import { answer, type Reply } from "../node/fake-twilio-rest.ts";
import { newSid } from "../node/fake-twilio-store.ts";
import { admin, call, eventually } from "./gateway.ts";

/** What a customer's endpoint was told, read and as it came. */
export type Told = { url: string; body: Record<string, unknown>; raw: string; headers: Headers };

/** Twilio, the customer and the gateway's own door, all behind the one `fetch` of the isolate. */
export type Outside = {
  /** Puts an account of the strict stand-in behind Twilio's address. */
  open(options?: Partial<FakeTwilioOptions>): FakeAccount;
  told: Told[];
  /** The origins that lead to the gateway, and who answers there. */
  doors: string[];
  enter: (request: Request) => Response | Promise<Response>;
  /** Decides how the customer's endpoint answers; 200 by default. */
  answerAs: (url: string) => number | Promise<number>;
  /** How far Twilio's clock is ahead. */
  twilioAheadMs: number;
  /** Every line that the gateway logged. */
  lines: string[];
  /** Resolves when nothing is asked of Twilio any more, or half a second later where something hangs. */
  calm(): Promise<void>;
};

// What a pool of an earlier test still sends, its own account answers.
const accounts: FakeAccount[] = [];

/** Replaces the outside for one test: requests to Twilio are answered by the strict stand-in, webhooks are kept, callbacks come in by the gateway's own door. */
export function standInForTheOutside(): Outside {
  let underWay = 0;
  const outside: Outside = {
    told: [],
    doors: ["https://gateway.test"],
    enter: (request) => exports.default.fetch(request),
    answerAs: () => 200,
    twilioAheadMs: 0,
    lines: [],
    async calm() {
      for (let [quiet, left] = [0, 100]; quiet < 3 && left > 0; left -= 1) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        quiet = underWay === 0 ? quiet + 1 : 0;
      }
    },
    open(options = {}) {
      const account = new FakeAccount({
        accountSid: newSid("AC"),
        authToken: newSid("tk"),
        numbers: [freshNumber()],
        lifeCycle: () => [],
        ...options,
      });
      account.url = env.TWILIO_API_URL;
      accounts.push(account);
      return account;
    },
  };
  vi.spyOn(console, "log").mockImplementation((line: unknown) => void outside.lines.push(String(line)));
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (outside.doors.includes(url.origin)) return outside.enter(request);
    const account = accounts.find((one) => one.url === url.origin && belongs(one, url.pathname, request.headers));
    if (account !== undefined) {
      underWay += 1;
      return ask(account, request).finally(() => {
        underWay -= 1;
      });
    }
    if (url.origin === env.TWILIO_API_URL) {
      return new Response("", {
        status: 401,
        headers: { date: new Date(Date.now() + outside.twilioAheadMs).toUTCString() },
      });
    }
    const raw = await request.text();
    outside.told.push({ url: request.url, body: JSON.parse(raw), raw, headers: request.headers });
    return new Response("thanks", { status: await outside.answerAs(request.url) });
  });
  return outside;
}

let given = 0;

/** Returns a real-looking number that no other test of the file has: the directory holds each number once. */
export function freshNumber(): string {
  given += 1;
  return `+1415555${String(given).padStart(4, "0")}`;
}

function belongs(account: FakeAccount, path: string, headers: Headers): boolean {
  if (path.startsWith("/v2/")) {
    const [user] = atob((headers.get("authorization") ?? "").replace(/^Basic /, "")).split(":");
    return user === account.options.accountSid;
  }
  return path.startsWith("/cdn/")
    ? account.files.has(path.split("/").at(-1) ?? "")
    : path.startsWith(`${account.root}/`) || path === `${account.root}.json`;
}

/** Hands a request to the stand-in; where it resets the connection or hangs, so does this. */
async function ask(account: FakeAccount, request: Request): Promise<Response> {
  const arrivedAt = Date.now();
  const url = new URL(request.url);
  let reset = (_error: Error) => {};
  const broken = new Promise<never>((_, reject) => {
    reset = reject;
  });
  const socket = { resetAndDestroy: () => reset(new TypeError("The connection was reset.")) };
  const asked = {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(request.headers),
    body: new TextDecoder().decode(await request.arrayBuffer()),
  };
  // What it takes, it takes before the first wait: a clock that moves on meanwhile is no later departure.
  account.arrivedAt = arrivedAt;
  // The stand-in only ever breaks the connection of a response it cannot answer.
  const answering = answer(account, asked, { socket, destroyed: false } as unknown as ServerResponse);
  account.arrivedAt = null;
  const reply = await answering;
  const authorized = request.headers.has("authorization");
  account.note({
    kind: "request",
    method: request.method,
    path: url.pathname,
    status: reply?.status ?? null,
    authorized,
  });
  return reply === null ? Promise.race([broken, abortOf(request.signal)]) : render(reply, account.clock());
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new TypeError("The request was given up.")), { once: true });
  });
}

function render({ status, body, headers }: Reply, now: number): Response {
  const text = typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body);
  const standard = {
    "content-type": "application/json",
    "twilio-request-id": newSid("RQ"),
    date: new Date(now).toUTCString(),
  };
  return new Response(status === 204 ? null : text, { status, headers: { ...standard, ...headers } });
}

/** A live key with real numbers behind the stand-in, and a webhook that gets everything. */
export type LiveKey = { id: string; token: string; numbers: string[]; organizationId: string; integrationId: string };

/** Connects a stand-in's account to an organization of its own, imports its numbers, and gives them all to one live key. */
export async function makeLiveKey(
  account: FakeAccount,
  options: { country?: string; integration?: Record<string, unknown>; numbers?: string[] } = {},
): Promise<LiveKey> {
  const organization = await admin("/organizations", { body: { name: "Live", country_code: options.country ?? "US" } });
  const organizationId = String(organization.body.organization_id);
  const connected = await admin("/integrations/twilio", {
    body: {
      organization_id: organizationId,
      account_sid: account.options.accountSid,
      auth_token: account.options.authToken,
      ...options.integration,
    },
  });
  if (connected.status !== 201) throw new Error(`The account was not connected: ${JSON.stringify(connected.body)}`);
  const integrationId = String(connected.body.integration_id);
  const key = await admin("/api-keys", { body: { name: "Live key", organization_id: organizationId } });
  const id = String(key.body.api_key_id);
  const numbers = options.numbers ?? account.numbers.map((number) => number.phoneNumber);
  await admin(`/integrations/twilio/${integrationId}/import`, { body: { phone_numbers: numbers } });
  for (const number of numbers) await assignTo(id, number);
  return { id, token: String(key.body.key), numbers, organizationId, integrationId };
}

/** Gives a number to a key. */
export async function assignTo(keyId: string | null, number: string): Promise<void> {
  const assigned = await admin(`/numbers/${encodeURIComponent(number)}`, {
    method: "PATCH",
    body: { api_key_id: keyId },
  });
  if (assigned.status !== 200) throw new Error(`The number was not assigned: ${JSON.stringify(assigned.body)}`);
}

/** Connects another account of the stand-in to a key's organization and gives its numbers to the key; returns the integration's id. */
export async function joinAccount(key: { id: string; organizationId: string }, account: FakeAccount): Promise<string> {
  const { accountSid: account_sid, authToken: auth_token } = account.options;
  const connected = await admin("/integrations/twilio", {
    body: { organization_id: key.organizationId, account_sid, auth_token },
  });
  const integrationId = String(connected.body.integration_id);
  const phone_numbers = account.numbers.map(({ phoneNumber }) => phoneNumber);
  await admin(`/integrations/twilio/${integrationId}/import`, { body: { phone_numbers } });
  for (const number of phone_numbers) await assignTo(key.id, number);
  return integrationId;
}

/** Sends a text by the public API and returns the message's id. */
export async function sendText(key: { token: string }, text: string, to: string, more: object = {}): Promise<string> {
  const path = `/v2/api/chats/${encodeURIComponent(to)}/messages`;
  const sent = await call(path, { body: { text, ...more }, token: key.token });
  if (sent.status !== 202) throw new Error(`The message was not accepted: ${JSON.stringify(sent.body)}`);
  return String(sent.body.message_id);
}

/** Reads a message by the public API. */
export async function readMessage(key: { token: string }, id: string, to: string): Promise<Record<string, unknown>> {
  return (await call(`/v2/api/chats/${encodeURIComponent(to)}/messages/${id}`, { token: key.token })).body;
}

/** Returns what the stand-in took, in order. */
export function acceptedBy(twilio: FakeAccount) {
  return twilio.log.filter((entry) => entry.kind === "accepted");
}

/** Sends a text and waits until the stand-in has taken it. */
export async function sendTaken(
  twilio: FakeAccount,
  key: { token: string },
  text: string,
  to: string,
): Promise<{ id: string; sid: string }> {
  const before = acceptedBy(twilio).length;
  const id = await sendText(key, text, to);
  const taken = await eventually(async () => acceptedBy(twilio)[before]);
  return { id, sid: taken.sid };
}
