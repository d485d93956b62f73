import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fullPath, type Operation } from "../../src/http/operation.ts";
import { operations } from "../../src/http/table.ts";
import { adminOf, call, clientOf, type LivePool, makeLivePool, senderOf } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Sink, startSink } from "../support/node/sink.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const authToken = "canary-of-the-auth-token-5f2b";
const apiKey = { sid: `SK${"b2".repeat(16)}`, secret: "canary-of-the-api-secret-91ac" };
const number = "+15559876543";
const person = "+15557654321";
const text = "canary of the text 3e7d";
/** What names a person, as it may come in a path, a query, a header or a body. */
const namesOfPeople = [
  "canary.person@example.com",
  "(555) 765-4321",
  "555.765.4321",
  "canary-tag-of-a-person",
  `whatsapp:${person}`,
];

let twilio: FakeTwilio;
let sink: Sink;
let gateway: Gateway;
let pool: LivePool;
let webhookSecret: string;

/** A journey with everything that may go wrong on it, so that every kind of line is written. */
beforeAll(async () => {
  twilio = await startFakeTwilio({
    accountSid: `AC${"a1".repeat(16)}`,
    authToken,
    apiKeys: [apiKey],
    numbers: [number],
  });
  sink = await startSink();
  gateway = await startGateway({ env: { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1" } });
  pool = await makeLivePool(gateway, twilio);
  const admin = adminOf(gateway);
  const credentials = { api_key_sid: apiKey.sid, api_key_secret: apiKey.secret };
  expect((await admin("PATCH", `/integrations/twilio/${pool.integrationId}`, credentials)).status).toBe(200);
  const hook = await clientOf(gateway, pool.key)("POST", "/webhooks", { webhook_url: `${sink.url}/hook` });
  webhookSecret = String(hook.body.signing_secret);
  sink.answer("/hook", { kind: "status", status: 500, body: text }, { kind: "reset" });
  twilio.fault({ body: `${text} refused` }, { kind: "refuse", status: 400, code: 21612, message: `To ${person}` });
  twilio.fault({ body: `${text} broken` }, { kind: "error", status: 500, taken: true });
  twilio.fault({ body: `${text} reset` }, { kind: "reset", taken: true });
  const send = senderOf(gateway, pool.key);
  for (const fate of ["", " refused", " broken", " reset"]) await send(person, { text: text + fate });
  await send(person, { text, from_number: "+15550001234" });
  await call(gateway, `${pool.key}x`, "POST", `/v2/api/chats/${person}/messages`, { text });
  await twilio.sendInbound({ from: person, to: number, text });
  await twilio.sendInbound({ from: person, to: number, text, signing: "wrong" });
  await sink.waitFor(({ payload }) => payload?.event === "message.received", 20_000);
  for (const operation of operations) {
    for (const name of [person, ...namesOfPeople]) await knock(operation, name);
  }
});

/** Calls an operation with a person's name wherever the caller may write, at the door it has; what deletes is called by a stranger. */
async function knock(operation: Operation, name: string): Promise<void> {
  const method = operation.method.toUpperCase();
  const path = fullPath(operation).replace(/\{\w+\}/g, encodeURIComponent(name));
  const token = operation.base === "admin" ? gateway.adminToken : pool.key;
  const answer = await fetch(
    `${gateway.url}${path}?q=${encodeURIComponent(name)}&contact=${encodeURIComponent(name)}`,
    {
      method,
      headers: {
        authorization: `Bearer ${method === "DELETE" ? `tl_live_${name.replaceAll(/[^\x21-\x7e]/g, "")}` : token}`,
        "content-type": "application/json",
        "x-request-id": name.replaceAll(/\D/g, "") || "req_of_the_test",
      },
      ...(method === "GET"
        ? {}
        : { body: JSON.stringify({ to: name, contact: name, identifier: name, tags: [name], name }) }),
    },
  );
  await answer.body?.cancel();
}

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  await sink?.stop();
  await twilio?.stop();
});

const lines = () =>
  gateway
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): Record<string, unknown> => JSON.parse(line));

test("every request, send and delivery attempt is one JSON line that names its ids", () => {
  const named = (event: string) => lines().filter((line) => line.event === event);
  expect(named("request")[0]).toMatchObject({
    request_id: expect.stringMatching(/^req_/),
    status: expect.any(Number),
  });
  const sends = named("send");
  expect(sends.map(({ outcome }) => outcome).sort()).toEqual(["accepted", "refused", "unknown", "unknown"]);
  for (const line of sends) {
    expect(line).toMatchObject({ message_id: expect.stringMatching(/^msg_/), api_key_id: pool.keyId, attempt: 1 });
  }
  expect(named("delivery").length).toBeGreaterThan(3);
  expect(named("delivery")[0]).toMatchObject({
    webhook_id: expect.stringMatching(/^wh_/),
    event_id: expect.stringMatching(/^evt_/),
    duration_ms: expect.any(Number),
  });
});

test("a request is named by its route's template, never by its path", () => {
  const templates = new Set(operations.map((operation) => fullPath(operation).replace(/\{(\w+)\}/g, ":$1")));
  const routes = new Set(lines().flatMap(({ event, route }) => (event === "request" ? String(route) : [])));
  const strange = [...routes].filter(
    (route) => !templates.has(route) && !/^(?:none|\/app\/.*|\/twilio\/:accountId\/\w+)$/.test(route),
  );
  expect(strange).toEqual([]);
  expect(routes.size).toBeGreaterThan(60);
});

test("nothing that is printed holds a number, a text or a secret", () => {
  const said = gateway.output();
  const digits = [person, number].map((whole) => whole.slice(1));
  for (const canary of [
    ...digits,
    ...namesOfPeople,
    "canary",
    authToken,
    apiKey.secret,
    pool.key,
    webhookSecret,
    gateway.adminToken,
  ]) {
    expect(said).not.toContain(canary);
  }
});

test("nothing that is kept holds a credential in clear", async () => {
  await gateway.stop();
  const files = (await readdir(gateway.stateDir, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  );
  const contents = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
  const kept = Buffer.concat(contents);
  expect(kept.includes(text)).toBe(true);
  for (const secret of [authToken, apiKey.secret, pool.key, webhookSecret, webhookSecret.slice("whsec_".length)]) {
    expect(kept.includes(secret)).toBe(false);
  }
});
