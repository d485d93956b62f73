import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf, call, clientOf, type LivePool, makeLivePool, senderOf } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Sink, startSink } from "../support/node/sink.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const authToken = "canary-of-the-auth-token-5f2b";
const apiKey = { sid: `SK${"b2".repeat(16)}`, secret: "canary-of-the-api-secret-91ac" };
const number = "+15559876543";
const person = "+15557654321";
const text = "canary of the text 3e7d";

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
});

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
  expect(named("request").at(-1)).toMatchObject({
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

test("nothing that is printed holds a number, a text or a secret", () => {
  const said = gateway.output();
  const digits = [person, number].map((whole) => whole.slice(1));
  for (const canary of [...digits, "canary", authToken, apiKey.secret, pool.key, webhookSecret, gateway.adminToken]) {
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
