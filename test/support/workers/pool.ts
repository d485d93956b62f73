import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject, vi } from "vitest";
import { signTwilioRequest } from "../../../src/domain/twilio-signature.ts";
import { admin, call } from "./gateway.ts";
import { postForm } from "./live-key.ts";

/** How often a property is tried: `few` in CI, `FUZZ_RUNS` when it is set. */
export function runs(few: number): number {
  return inject("fuzzRuns") || few;
}

/** A message that the stubbed Twilio took: from whom, to whom, when by the gateway's clock, and where its statuses go. */
export type Departure = { from: string; to: string; body: string; at: number; sid: string; callback: string };

/** How the stub answers a send: 201, or Twilio's refusal with this code. */
type Verdict = (departure: Departure) => number | null;

/** An organization's account at a stubbed Twilio, with as many numbers as a test needs; only the gateway's own parts work. */
export type Carrier = {
  organizationId: string;
  integrationId: string;
  accountSid: string;
  authToken: string;
  departures: Departure[];
  refuse: Verdict;
};

/** A live key with its numbers. */
export type Pool = { id: string; token: string; numbers: string[]; carrier: Carrier };

type Wish = { mms?: boolean; type?: string; weight?: number; messages_per_second?: number };

const hex = (length: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length / 2)), (byte) => byte.toString(16).padStart(2, "0")).join("");

let given = 0;

/** Returns a number with this area code that no other test of the file has. */
export function newNumber(areaCode = "212"): string {
  given += 1;
  return `+1${areaCode}555${String(1000 + given)}`;
}

/** Returns a person whom no other test of the file has written to. */
export function newPerson(areaCode = "415"): string {
  given += 1;
  return `+1${areaCode}666${String(1000 + given)}`;
}

/** Connects an organization to a stubbed Twilio that lists `numbers` and takes every message, until mocks are restored. */
export async function connectCarrier(numbers: Record<string, Wish>): Promise<Carrier> {
  const carrier: Carrier = {
    organizationId: "",
    integrationId: "",
    accountSid: `AC${hex(32)}`,
    authToken: hex(32),
    departures: [],
    refuse: () => null,
  };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) =>
    answer(carrier, numbers, new Request(input, init)),
  );
  const organization = await admin("/organizations", { body: { name: "Pools", country_code: "US" } });
  carrier.organizationId = String(organization.body.organization_id);
  const connected = await admin("/integrations/twilio", {
    body: { organization_id: carrier.organizationId, account_sid: carrier.accountSid, auth_token: carrier.authToken },
  });
  carrier.integrationId = String(connected.body.integration_id);
  const addresses = Object.keys(numbers);
  for (let start = 0; start < addresses.length; start += 50) {
    const phone_numbers = addresses.slice(start, start + 50);
    await admin(`/integrations/twilio/${carrier.integrationId}/import`, { body: { phone_numbers } });
  }
  return carrier;
}

async function answer(carrier: Carrier, numbers: Record<string, Wish>, request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.origin !== new URL(env.TWILIO_API_URL).origin) return new Response("ok");
  if (url.pathname.endsWith("/Messages.json") && request.method === "POST") {
    // What a pool of an earlier test still sends is no business of this one.
    const isOwn = url.pathname.includes(carrier.accountSid);
    return isOwn ? take(carrier, request) : Response.json({ sid: `SM${hex(32)}`, status: "queued" }, { status: 201 });
  }
  if (url.pathname.endsWith("/Messages.json")) return Response.json({ messages: [], next_page_uri: null });
  const items = Object.entries(numbers).map(([number, wish], index) => describe(number, wish, index));
  const asked = url.searchParams.get("PhoneNumber");
  if (url.pathname.endsWith("/IncomingPhoneNumbers.json")) {
    const found = items.filter((item) => asked === null || item.phone_number === asked);
    return Response.json({ incoming_phone_numbers: found, next_page_uri: null });
  }
  const single = items.find((item) => url.pathname.endsWith(`/${item.sid}.json`));
  if (single !== undefined) return Response.json(single);
  return Response.json({ sid: carrier.accountSid, status: "active", friendly_name: "Pools", type: "Full" });
}

async function take(carrier: Carrier, request: Request): Promise<Response> {
  const form = new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
  const [from, to, body, callback] = ["From", "To", "Body", "StatusCallback"].map((name) => form.get(name) ?? "");
  const departure = { from, to, body, callback, at: Date.now(), sid: `SM${hex(32)}` } as Departure;
  const code = carrier.refuse(departure);
  if (code !== null) return Response.json({ code, message: `Refused with ${code}`, status: 400 }, { status: 400 });
  carrier.departures.push(departure);
  return Response.json({ sid: departure.sid, status: "queued", from, to }, { status: 201 });
}

function describe(number: string, wish: Wish, index: number) {
  const empty = {
    sms_url: "",
    sms_fallback_url: "",
    sms_application_sid: "",
    voice_url: "",
    voice_application_sid: "",
  };
  return {
    sid: `PN${String(index).padStart(32, "0")}`,
    phone_number: number,
    friendly_name: number,
    capabilities: { sms: true, mms: wish.mms ?? true, voice: true, fax: false },
    sms_method: "POST",
    sms_fallback_method: "POST",
    voice_method: "POST",
    ...empty,
  };
}

/** Makes a live key with numbers of its own on a carrier of its own, in this order, with these settings and this selection. */
export async function makePool(
  wishes: Wish[] | Record<string, Wish>,
  selection?: { strategy: string; sticky: boolean; sticky_days: number | null },
): Promise<Pool> {
  const numbers = Array.isArray(wishes) ? Object.fromEntries(wishes.map((wish) => [newNumber(), wish])) : wishes;
  return makeKey(await connectCarrier(numbers), numbers, selection);
}

/** Makes a live key on a carrier and gives it these numbers, in this order. */
export async function makeKey(
  carrier: Carrier,
  numbers: Record<string, Wish>,
  selection?: { strategy: string; sticky: boolean; sticky_days: number | null },
): Promise<Pool> {
  const key = await admin("/api-keys", {
    body: { name: "Pool", organization_id: carrier.organizationId, ...(selection === undefined ? {} : { selection }) },
  });
  const id = String(key.body.api_key_id);
  for (const [number, { mms: _, ...settings }] of Object.entries(numbers)) {
    await changeNumber(number, { api_key_id: id, ...settings });
  }
  return { id, token: String(key.body.key), numbers: Object.keys(numbers), carrier };
}

/** Changes a number by the admin API. */
export async function changeNumber(number: string, change: Record<string, unknown>) {
  const changed = await admin(`/numbers/${encodeURIComponent(number)}`, { method: "PATCH", body: change });
  if (changed.status !== 200) throw new Error(`The number was not changed: ${JSON.stringify(changed.body)}`);
  return changed.body;
}

/** Sends by the v2 API; a text by default. */
export function send(pool: Pool, to: string, body: Record<string, unknown> = { text: "Hello" }) {
  return call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body, token: pool.token });
}

/** Sends, and returns the number that the answer names. */
export async function senderOf(pool: Pool, to: string, body?: Record<string, unknown>): Promise<string> {
  const sent = await send(pool, to, body);
  if (sent.status !== 202) throw new Error(`It was not accepted: ${JSON.stringify(sent.body)}`);
  return String(sent.body.from_number);
}

/** Lets a person write to a number, signed as Twilio does. */
export async function writeTo(pool: Pool, from: string, to: string, text = "Hi"): Promise<number> {
  const url = `${env.PUBLIC_URL}/twilio/${pool.carrier.integrationId}/inbound`;
  const sid = `SM${hex(32)}`;
  const params: [string, string][] = Object.entries({
    MessageSid: sid,
    SmsMessageSid: sid,
    SmsSid: sid,
    SmsStatus: "received",
    AccountSid: pool.carrier.accountSid,
    From: from,
    To: to,
    Body: text,
    NumMedia: "0",
    NumSegments: "1",
    ApiVersion: "2010-04-01",
  });
  return postForm(url, params, await signTwilioRequest(url, params, pool.carrier.authToken));
}

/** Reports a status of a message that left, signed as Twilio does. */
export async function report(pool: Pool, departure: Departure, status: string, errorCode?: number): Promise<number> {
  const params: [string, string][] = Object.entries({
    MessageSid: departure.sid,
    SmsSid: departure.sid,
    MessageStatus: status,
    SmsStatus: status,
    To: departure.to,
    From: departure.from,
    AccountSid: pool.carrier.accountSid,
    ApiVersion: "2010-04-01",
    ...(errorCode === undefined ? {} : { ErrorCode: String(errorCode) }),
  });
  return postForm(
    departure.callback,
    params,
    await signTwilioRequest(departure.callback, params, pool.carrier.authToken),
  );
}

/** Throws the pool's object out of memory, as a deployment or an idle minute does: what it knows next, it reads from its ledger. */
export function evict(pool: Pool): Promise<void> {
  return evictDurableObject(env.POOLS.getByName(pool.id));
}

/** Ends the pool's object on the spot, timers and all, as a crash does; the next call starts it anew. */
export async function crash(pool: Pool): Promise<void> {
  const stub = env.POOLS.getByName(pool.id);
  await runInDurableObject(stub, (_, state) => state.abort("the process ended")).catch(() => undefined);
}

/** Lets the pool's alarm ring now. */
export function ring(pool: Pool): Promise<boolean> {
  return runDurableObjectAlarm(env.POOLS.getByName(pool.id));
}

/** Returns how often each number appears, in the pool's order. */
export function tally(pool: Pool, senders: readonly string[]): number[] {
  return pool.numbers.map((number) => senders.filter((sender) => sender === number).length);
}
