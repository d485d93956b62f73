import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { vi } from "vitest";
import { computeSignature } from "../node/fake-twilio-webhooks.ts";
import { doCampaign, draftCampaign, give, readCampaign } from "./campaigns.ts";
import { admin, call, eventually } from "./gateway.ts";
import { changeNumber, makePool, type Pool, report, send, writeTo } from "./pool.ts";

/** One call of the Worker to a key's object, as plain data both ways. */
export type RecordedCall = { method: string; args: unknown[]; answer: unknown };

/** What a release leaves behind, and what its Worker and its objects say to each other. */
export type Recording = {
  keyId: string;
  token: string;
  at: number;
  ledger: string;
  directory: string;
  calls: RecordedCall[];
};

const day = 24 * 60 * 60 * 1000;
const people = Array.from({ length: 12 }, (_, index) => `+1415666${String(2000 + index)}`);
const person = (index: number) => String(people[index]);
const [delivered, refused, unknown, later, held] = [person(0), person(1), person(2), person(3), person(4)];
const [heard, stopped, barred, spare] = [person(5), person(6), person(7), person(8)];

/** Plays the life of one key with everything that a ledger and a directory hold, and returns what is left of it. The clock must be faked. */
export async function recordRelease(): Promise<Recording> {
  const calls = recordCalls();
  const pool = await makePool([{}, { messages_per_second: 5 }, { weight: 3 }], {
    strategy: "weighted",
    sticky: true,
    sticky_days: 30,
  });
  const key = `/api-keys/${pool.id}`;
  const hooks = await subscribe(pool);
  await talk(pool);
  await readEverything(pool, key, hooks);
  await keepPeople(pool, key);
  await knockAtDoors(pool);
  await eventually(async () => calls.some(({ method }) => method === "recordDeliveries"));
  return {
    keyId: pool.id,
    token: pool.token,
    at: Date.now(),
    ledger: await dumpLedger(pool.id),
    directory: await dumpDirectory(),
    calls: firstAndLast(calls),
  };
}

/** Of each method the first call and the last: what the release says is in them, and the fixture stays small. */
function firstAndLast(calls: readonly RecordedCall[]): RecordedCall[] {
  const ofMethod = Map.groupBy(calls, ({ method }) => method);
  return [...ofMethod.values()].flatMap((made) => [...made.slice(0, 1), ...made.slice(1).slice(-1)]);
}

/** Wraps what the namespace of objects gives out: each call is kept as it was sent and answered. */
function recordCalls(): RecordedCall[] {
  const calls: RecordedCall[] = [];
  const prototype = Object.getPrototypeOf(env.POOLS);
  const { getByName } = prototype;
  vi.spyOn(prototype, "getByName").mockImplementation(function (this: unknown, ...names: unknown[]) {
    const stub = Reflect.apply(getByName, this, names) as Record<string, (...args: unknown[]) => Promise<unknown>>;
    return new Proxy(stub, {
      get(target, method: string) {
        const known = Reflect.get(target, method);
        if (typeof known !== "function" || !String(names[0]).startsWith("key_")) return known;
        return async (...args: unknown[]) => {
          const answer = await Reflect.apply(known, target, args);
          if (!["fetch", "then", "dup"].includes(method)) calls.push(structuredClone({ method, args, answer }));
          return answer;
        };
      },
    });
  });
  return calls;
}

/** The runtime's own stub, which is not recorded. */
function stubOf(keyId: string) {
  return env.POOLS.get(env.POOLS.idFromName(keyId));
}

async function subscribe(pool: Pool) {
  const hook = (path: string) => ({ webhook_url: `https://customer.example/${path}`, webhook_type: "all" });
  const own = await call("/v2/api/webhooks", { body: hook("own"), token: pool.token });
  const failing = await call("/v2/api/webhooks", { body: hook("failing"), token: pool.token });
  const ofAll = await admin("/webhooks", { body: { ...hook("all"), organization_id: pool.carrier.organizationId } });
  return [own, failing, ofAll].map(({ body }) => String(body.webhook_id));
}

/** Messages in every state that there is. */
async function talk(pool: Pool): Promise<void> {
  const { twilio } = pool.carrier;
  pool.carrier.refuse = ({ to }) => (to === refused ? 21612 : null);
  twilio.faults.add({ to: unknown }, { kind: "error", status: 500, taken: false }, 1);
  await sendKeyed(pool, delivered, "kept-key", { text: "See https://example.com/page", shorten_links: true });
  await eventually(async () => pool.carrier.departures.length > 0);
  const departure = pool.carrier.departures[0];
  if (departure !== undefined) {
    await report(pool, departure, "sent");
    await report(pool, departure, "delivered");
  }
  await send(pool, refused, { text: "Refused" });
  await send(pool, unknown, { text: "Who knows" });
  await send(pool, later, { text: "Later", send_at: Date.now() + day });
  await writeTo(pool, heard, String(pool.numbers[1]), "Hello you");
  await send(pool, heard, { text: "Hello back", attachments: ["https://example.com/a.png"] });
  await writeTo(pool, stopped, String(pool.numbers[2]), "STOP");
  await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { status: "paused" } });
  await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { status: "active" } });
  await changeNumber(String(pool.numbers[0]), { is_active: false });
  await send(pool, held, { text: "Held", from_number: String(pool.numbers[1]) });
  await runDurableObjectAlarm(stubOf(pool.id));
}

function sendKeyed(pool: Pool, to: string, idempotencyKey: string, body: object) {
  return call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, {
    body,
    token: pool.token,
    headers: { "Idempotency-Key": idempotencyKey },
  });
}

async function readEverything(pool: Pool, key: string, [own, failing, ofAll]: string[]): Promise<void> {
  const v2 = (path: string, method = "GET", body?: unknown) =>
    call(`/v2/api${path}`, { method, token: pool.token, ...(body === undefined ? {} : { body }) });
  const chat = `/chats/${encodeURIComponent(delivered)}`;
  const listed = await v2(`${chat}/messages`);
  const message = (listed.body.messages as { message_id: string }[])[0]?.message_id;
  const events = await v2("/events?limit=10");
  const event = (events.body.events as { event_id: string }[])[0]?.event_id;
  for (const path of [
    "/me",
    "/me/numbers",
    "/chats",
    chat,
    `${chat}/messages/${message}`,
    `${chat}/messages/${message}/status`,
    "/webhooks",
    `/webhooks/${own}/logs`,
    "/events?limit=10",
  ])
    await v2(path);
  const scheduled = await v2(`/chats/${encodeURIComponent(spare)}/messages`, "POST", {
    text: "Never",
    send_at: Date.now() + day,
  });
  await v2(`/chats/${encodeURIComponent(spare)}/messages/${scheduled.body.message_id}`, "DELETE");
  await v2("/messages/bulk", "POST", {
    messages: [
      { chat_id: spare, text: "One of many" },
      { chat_id: "nobody", text: "x" },
    ],
  });
  await v2(`/webhooks/${own}/logs/${event}/replay`, "POST", {});
  await admin(`${key}/test-message`, { body: { to: refused, text: "A trial", from_number: pool.numbers[2] } });
  for (const path of [
    "",
    "/pool",
    "/stats?days=3",
    "/messages?status=sent&q=Hello",
    `/messages/${message}`,
    "/chats",
    `${chat}/messages`,
    "/assignments",
    "/opt-outs",
    "/contacts",
  ])
    await admin(key + path);
  await admin(`${key}/pool/preview`, { body: { to: spare, text: "Would it" } });
  await admin(`${key}/messages`, { body: { to: spare, text: "From the dashboard" } });
  // Several pools agree on how far a replay goes.
  await admin("/api-keys", { body: { name: "Beside it", organization_id: pool.carrier.organizationId, mode: "test" } });
  await admin(`/webhooks/${ofAll}/replay`, { body: { since: 0 } });
  await admin(`/webhooks/${ofAll}/logs`);
  await admin("/webhooks");
  await admin(`/webhooks/${failing}`, { method: "PATCH", body: { deprecate: true } });
  await call("/v4/channels", { token: pool.token });
  await admin("/status");
  await admin("/numbers");
  await admin(`/integrations/twilio/${pool.carrier.integrationId}`);
}

async function keepPeople(pool: Pool, key: string): Promise<void> {
  const v2 = (path: string, method = "GET", body?: unknown) =>
    call(`/v2/api${path}`, { method, token: pool.token, ...(body === undefined ? {} : { body }) });
  const contact = `/contacts/${encodeURIComponent(heard)}`;
  await v2("/contacts", "POST", { identifier: spare, name: "Spare" });
  await v2(contact, "PATCH", { name: "Heard" });
  await v2(`${contact}/tags`, "POST", { tags: ["vip", "berlin"] });
  await v2(`${contact}/tags/berlin`, "DELETE");
  await v2(`${contact}/opt-ins`, "POST", { agreed_at: 1, source: "A form" });
  await v2(`${contact}/opt-ins`);
  await v2(contact);
  await v2("/contacts");
  await v2(`${contact}/capabilities`);
  await v2("/contacts", "POST", { identifier: person(10), name: "Gone" });
  await v2(`/contacts/${encodeURIComponent(person(10))}`, "DELETE");
  await admin(`${key}/contacts/${encodeURIComponent(person(10))}/erase`, { body: {} });
  const wish = { contact: person(9), phone_number: pool.numbers[2] };
  await admin(`${key}/assignments`, { method: "PUT", body: wish });
  await admin(`${key}/assignments`, { method: "PUT", body: { assignments: [wish] } });
  await admin(`${key}/assignments?contact=${encodeURIComponent(spare)}`, { method: "DELETE" });
  await admin(`${key}/opt-outs`, { body: { contact: barred } });
  await admin(`${key}/opt-outs`, { body: { contact: person(11) } });
  await admin(`${key}/opt-outs?contact=${encodeURIComponent(String(person(11)))}`, { method: "DELETE" });
}

async function knockAtDoors(pool: Pool): Promise<void> {
  const { twilio, integrationId } = pool.carrier;
  const link = /https:\/\/gateway\.test(\/l\/\S+)/.exec(pool.carrier.departures[0]?.body ?? "")?.[1];
  await exports.default.fetch(`https://gateway.test${link}`, { redirect: "manual" });
  const sync = { direction: "both", channels: ["sms", "whatsapp", "voice"], events: "both", media: true };
  await admin(`/integrations/twilio/${integrationId}`, { method: "PATCH", body: { sync } });
  const form: [string, string][] = [
    ["CallSid", `CA${"1".repeat(32)}`],
    ["AccountSid", twilio.options.accountSid],
    ["From", heard],
    ["To", String(pool.numbers[1])],
  ];
  const url = `${env.PUBLIC_URL}/twilio/${integrationId}/voice`;
  const headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    "X-Twilio-Signature": computeSignature(url, form, twilio.options.authToken),
  };
  await exports.default.fetch(url, { method: "POST", headers, body: new URLSearchParams(form) });
  await env.POOLS.getByName(pool.id).keepAll(true);
  await askLines(pool);
  await carryForAnother(pool);
  await runACampaign(pool);
  const headersOfAdmin = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
  const exported = await exports.default.fetch("https://gateway.test/admin/api/export", { headers: headersOfAdmin });
  await exported.text();
  const empty = env.POOLS.getByName("key_0000000000000001");
  await empty.importRows([], 1);
  await empty.finishImport();
  await changeNumber(String(pool.numbers[2]), { api_key_id: null });
  await writeTo(pool, heard, String(pool.numbers[2]), "Is anybody there?");
  await changeNumber(String(pool.numbers[2]), { api_key_id: pool.id });
}

/** A key without iMessage lines answers what only those can do. */
async function askLines(pool: Pool): Promise<void> {
  const ledger = env.POOLS.getByName(pool.id);
  const { integrationId: accountId } = pool.carrier;
  const credential = { keyId: pool.id, hash: "0".repeat(64) };
  await ledger.ringLine({ accountId, kind: "ring", edits: false });
  await ledger.readLineMark(accountId);
  await ledger.callChat(credential, person(0), { kind: "read" });
  await ledger.callLine(credential, { kind: "facetime", handle: person(0) });
  await ledger.listGroups(credential, { q: null, sort: "recent", limit: 50, offset: 0 });
  await ledger.resume();
  await ledger.readGroup(credential, "grp_1");
  await ledger.callGroup(credential, { kind: "delete", groupId: "grp_1" });
}

/** A message of another key is refused for good, since that key is none of this organization, and nothing is told of it. */
async function carryForAnother(pool: Pool): Promise<void> {
  const ledger = env.POOLS.getByName(pool.id);
  const from = { keyId: "key_0000000000000002", messageId: "msg_1" };
  const draft = { to: spare, channel: "sms" as const, text: "Hello", attachments: [], fromNumber: null };
  const parcel = { from, to: pool.id, organizationId: "org_other", mode: "live" as const };
  const carried = await ledger.carry({ ...parcel, draft: { ...draft, metadata: null, sendAt: null, extras: {} } });
  await ledger.takeToCarry();
  await ledger.recallCarried(from);
  await ledger.noteHeard(from, 1);
  if (carried.ok) await ledger.noteCarried(from.messageId, carried.value);
  await ledger.noteRecalled(from.messageId, true);
  const carriage = { messageId: "msg_2", fromNumber: spare, channel: "sms" as const };
  const state = { status: "sent" as const, providerId: null, errorCode: null, errorMessage: null, at: 0, n: 1 };
  await ledger.hearCarried(from.keyId, { ...carriage, ...state, from, deliveryReport: "expected" });
}

/** One that has people in every state, and waits for its time. */
async function runACampaign(pool: Pool): Promise<void> {
  const id = await draftCampaign(pool, { text: "Hi {first_name|there}" });
  await give(pool, id, [[spare, "Ann"], [spare, "Ann again"], stopped, "nobody"]);
  await doCampaign<"start">(pool, { kind: "start", id, at: Date.now() + day });
  await readCampaign(pool, id);
}

function quote(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  return typeof value === "number" ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
}

function inserts(table: string, rows: readonly Record<string, unknown>[]): string[] {
  return rows.map((row) => {
    const columns = Object.keys(row);
    return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map((column) => quote(row[column])).join(", ")});`;
  });
}

/** Returns a ledger as SQL: its tables as they stand, and every row. */
export function dumpLedger(keyId: string): Promise<string> {
  return runInDurableObject(stubOf(keyId), (_, { storage: { sql } }) => {
    const made = sql
      .exec<{ name: string; type: string; sql: string }>(
        "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY type DESC, name",
      )
      .toArray();
    const tables = made.filter(({ type }) => type === "table");
    const rows = tables.flatMap(({ name }) => inserts(name, sql.exec(`SELECT * FROM ${name}`).toArray()));
    return [...made.map((one) => `${one.sql.replaceAll(/\s+/g, " ")};`), ...rows].join("\n");
  });
}

/** Returns the directory's rows as SQL; its tables are the migrations'. */
export async function dumpDirectory(): Promise<string> {
  const tables = [
    "organizations",
    "api_keys",
    "api_key_secrets",
    "twilio_accounts",
    "numbers",
    "webhooks",
    "unclaimed_inbound",
  ];
  const rows = await Promise.all(
    tables.map(async (table) => inserts(table, (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results)),
  );
  return rows.flat().join("\n");
}
