import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf, eventually } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const theirs = "https://theirs.example/sms";
const numbers = ["+15559870001", "+15559870002"];
/** The watchdog's second round comes a minute after the start: what holds before is the first one's. */
const wellBeforeTheMinuteMs = 30_000;

let twilio: FakeTwilio;
/** Another account, which is connected while everything ends. */
let other: FakeTwilio;
let between: Server;
let gateway: Gateway;
/** What becomes of a change of a number on its way to Twilio: it passes, is lost, or is made and never answered. */
let changes: "pass" | "lose" | "mute" = "pass";
/** Requests that are kept without an answer. */
const held = { changes: 0, tries: 0 };
let mayConnect = false;

function hold(what: keyof typeof held): void {
  held[what] += 1;
}

function isOther({ url }: IncomingMessage): boolean {
  return url?.includes(other.accountSid) === true;
}

/** As what a request, or its answer, is kept; null lets it pass. */
function heldAs(incoming: IncomingMessage, fate: "lose" | "mute"): keyof typeof held | null {
  const isChange = incoming.method === "POST" && incoming.url?.includes("/IncomingPhoneNumbers/") === true;
  if (isChange) return changes === fate ? "changes" : null;
  return isOther(incoming) && fate === "mute" && !mayConnect ? "tries" : null;
}

beforeAll(async () => {
  twilio = await startFakeTwilio({
    accountSid: `AC${"b3".repeat(16)}`,
    authToken: "token",
    numbers: numbers.map((phoneNumber) => ({ phoneNumber })),
  });
  other = await startFakeTwilio({ accountSid: `AC${"c4".repeat(16)}`, authToken: "token", numbers: [] });
  between = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const lost = heldAs(incoming, "lose");
    if (lost !== null) return hold(lost);
    const body = Buffer.concat(chunks);
    const answer = await fetch((isOther(incoming) ? other : twilio).url + incoming.url, forward(incoming, body));
    const mute = heldAs(incoming, "mute");
    if (mute !== null) return hold(mute);
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
  gateway = await start();
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  between?.closeAllConnections();
  between?.close();
  await twilio?.stop();
  await other?.stop();
});

function forward({ method = "GET", headers }: IncomingMessage, body: Buffer): RequestInit {
  const { authorization = "", "content-type": type } = headers;
  const kept = { authorization, ...(type === undefined ? {} : { "content-type": type }) };
  return { method, headers: kept, ...(method === "GET" ? {} : { body: new Uint8Array(body) }) };
}

function start(before?: Gateway): Promise<Gateway> {
  const env = { TWILIO_API_URL: `http://127.0.0.1:${(between.address() as AddressInfo).port}` };
  if (before === undefined) return startGateway({ env });
  return startGateway({ env, stateDir: before.stateDir, port: Number(new URL(before.url).port) });
}

function smsUrlOf(number: string): string | undefined {
  return twilio.numbers.find(({ phoneNumber }) => phoneNumber === number)?.fields.sms_url;
}

function connectOther() {
  const body = { account_sid: other.accountSid, auth_token: "token" };
  return adminOf(gateway)("POST", "/integrations/twilio", body);
}

/** What was tried at Twilio and not yet stored leaves nothing: asked for again, it is there once. */
async function connectOtherAgain(): Promise<void> {
  mayConnect = true;
  const { integrations: before } = (await adminOf(gateway)("GET", "/integrations/twilio")).body;
  expect(JSON.stringify(before)).not.toContain(other.accountSid);
  expect((await connectOther()).status).toBe(201);
  const { integrations } = (await adminOf(gateway)("GET", "/integrations/twilio")).body;
  const accounts = (integrations as { account_sid: string }[]).filter(
    ({ account_sid: sid }) => sid === other.accountSid,
  );
  expect(accounts).toHaveLength(1);
}

test("an import that a kill met before or after Twilio took it is finished by the first round after the start, and what stood there is given back in the end; an account that it met on the way in leaves nothing", async () => {
  const account = { account_sid: twilio.accountSid, auth_token: "token" };
  const connected = await adminOf(gateway)("POST", "/integrations/twilio", account);
  const path = `/integrations/twilio/${connected.body.integration_id}`;
  for (const [index, fate] of (["lose", "mute"] as const).entries()) {
    const number = numbers[index] ?? "";
    for (const { phoneNumber, fields } of twilio.numbers) if (phoneNumber === number) fields.sms_url = theirs;
    changes = fate;
    const asked = adminOf(gateway)("POST", `${path}/import`, { phone_numbers: [number] }).catch(() => null);
    const connecting = mayConnect ? null : connectOther().catch(() => null);
    await eventually(async () => held.changes === index + 1 && held.tries === 1);
    await gateway.kill9();
    await Promise.all([asked, connecting]);
    expect(smsUrlOf(number) === theirs).toBe(fate === "lose");
    changes = "pass";
    gateway = await start(gateway);
    const here = `/twilio/${connected.body.integration_id}/`;
    await eventually(async () => smsUrlOf(number)?.includes(here) === true, wellBeforeTheMinuteMs);
    await eventually(async () => gateway.output().includes("import_finished"), wellBeforeTheMinuteMs);
    const released = await adminOf(gateway)("DELETE", `/numbers/${encodeURIComponent(number)}`);
    expect(released).toMatchObject({ status: 200, body: { webhooks_restored: true } });
    expect(smsUrlOf(number)).toBe(theirs);
    if (!mayConnect) await connectOtherAgain();
  }
});
