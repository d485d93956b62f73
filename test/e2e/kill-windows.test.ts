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
let between: Server;
let gateway: Gateway;
/** What becomes of a change of a number on its way to Twilio: it passes, is lost, or is made and never answered. */
let changes: "pass" | "lose" | "mute" = "pass";
let held = 0;

/** Keeps a request without an answer. */
function hold(): void {
  held += 1;
}

beforeAll(async () => {
  twilio = await startFakeTwilio({
    accountSid: `AC${"b3".repeat(16)}`,
    authToken: "token",
    numbers: numbers.map((phoneNumber) => ({ phoneNumber })),
  });
  between = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const isChange = incoming.method === "POST" && incoming.url?.includes("/IncomingPhoneNumbers/") === true;
    if (isChange && changes === "lose") return hold();
    const answer = await fetch(twilio.url + incoming.url, forward(incoming, Buffer.concat(chunks)));
    if (isChange && changes === "mute") return hold();
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

test("an import that a kill met before or after Twilio took it is finished by the first round after the start, and what stood there is given back in the end", async () => {
  const account = { account_sid: twilio.accountSid, auth_token: "token" };
  const connected = await adminOf(gateway)("POST", "/integrations/twilio", account);
  const path = `/integrations/twilio/${connected.body.integration_id}`;
  for (const [index, fate] of (["lose", "mute"] as const).entries()) {
    const number = numbers[index] ?? "";
    for (const { phoneNumber, fields } of twilio.numbers) if (phoneNumber === number) fields.sms_url = theirs;
    changes = fate;
    const asked = adminOf(gateway)("POST", `${path}/import`, { phone_numbers: [number] }).catch(() => null);
    await eventually(async () => held === index + 1);
    await gateway.kill9();
    await asked;
    expect(smsUrlOf(number) === theirs).toBe(fate === "lose");
    changes = "pass";
    gateway = await start(gateway);
    const here = `/twilio/${connected.body.integration_id}/`;
    await eventually(async () => smsUrlOf(number)?.includes(here) === true, wellBeforeTheMinuteMs);
    await eventually(async () => gateway.output().includes("import_finished"), wellBeforeTheMinuteMs);
    const released = await adminOf(gateway)("DELETE", `/numbers/${encodeURIComponent(number)}`);
    expect(released).toMatchObject({ status: 200, body: { webhooks_restored: true } });
    expect(smsUrlOf(number)).toBe(theirs);
  }
});
