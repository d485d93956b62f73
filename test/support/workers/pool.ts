import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject } from "vitest";
import type { FakeAccount } from "../node/fake-twilio-account.ts";
import { admin, call } from "./gateway.ts";
import { acceptedBy, standInForTheOutside } from "./twilio.ts";

/** How often a property is tried: `few` in CI, `FUZZ_RUNS` when it is set. */
export function runs(few: number): number {
  return inject("fuzzRuns") || few;
}

/** A message that Twilio took: from whom, to whom, when by the gateway's clock. */
export type Departure = { from: string; to: string; body: string; at: number; sid: string };

/** Twilio's refusal of a send with this code, or null when it takes it. */
type Verdict = (seen: Pick<Departure, "from" | "to" | "body">) => number | null;

/** An organization's account at the stand-in of Twilio, with as many numbers as a test needs; no status is reported by itself. */
export type Carrier = {
  organizationId: string;
  integrationId: string;
  twilio: FakeAccount;
  /** Resolves when nothing is asked of Twilio any more. */
  calm(): Promise<void>;
  readonly departures: Departure[];
  refuse: Verdict;
};

/** A live key with its numbers. */
export type Pool = { id: string; token: string; numbers: string[]; carrier: Carrier };

type Wish = { mms?: boolean; type?: string; weight?: number; messages_per_second?: number };

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

/** Connects an organization to an account of the stand-in that has these numbers and takes every message, until mocks are restored. */
export async function connectCarrier(numbers: Record<string, Wish>): Promise<Carrier> {
  const addresses = Object.keys(numbers);
  const outside = standInForTheOutside();
  const twilio = outside.open({
    numbers: addresses.map((phoneNumber) => ({ phoneNumber, mms: numbers[phoneNumber]?.mms ?? true })),
  });
  const carrier: Carrier = {
    organizationId: "",
    integrationId: "",
    twilio,
    calm: () => outside.calm(),
    refuse: () => null,
    get departures() {
      return acceptedBy(twilio).map(({ from, to, body, at, sid }) => ({ from: from ?? "", to, body, at, sid }));
    },
  };
  twilio.faults.chooseBy((seen) => {
    const code = seen.call === "create" ? carrier.refuse(seen) : null;
    return code === null ? null : { kind: "refuse", status: 400, code, message: `Refused with ${code}` };
  });
  const organization = await admin("/organizations", { body: { name: "Pools", country_code: "US" } });
  carrier.organizationId = String(organization.body.organization_id);
  const { accountSid: account_sid, authToken: auth_token } = twilio.options;
  const connected = await admin("/integrations/twilio", {
    body: { organization_id: carrier.organizationId, account_sid, auth_token },
  });
  carrier.integrationId = String(connected.body.integration_id);
  for (let start = 0; start < addresses.length; start += 50) {
    const phone_numbers = addresses.slice(start, start + 50);
    await admin(`/integrations/twilio/${carrier.integrationId}/import`, { body: { phone_numbers } });
  }
  return carrier;
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

/** Lets a person write to a number, and returns how the gateway answered. */
export async function writeTo(pool: Pool, from: string, to: string, text = "Hi"): Promise<number> {
  const url = `${env.PUBLIC_URL}/twilio/${pool.carrier.integrationId}/inbound`;
  const [answer] = await pool.carrier.twilio.sendInbound({ from, to, text, url });
  return answer?.status ?? 0;
}

/** Reports a status of a message that left, and returns how the gateway answered. */
export async function report(pool: Pool, departure: Departure, status: string, errorCode?: number): Promise<number> {
  const extras = errorCode === undefined ? {} : { errorCode };
  return (await pool.carrier.twilio.sendStatus(departure.sid, status, extras))?.status ?? 0;
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
