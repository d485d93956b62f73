import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf, clientOf, eventually, makeLivePool } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Sink, startSink } from "../support/node/sink.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const number = "+15559876543";
const person = "+15557770001";
const texts = Array.from({ length: 120 }, (_, index) => `Nobody holds this number ${index}`);

let twilio: FakeTwilio;
let sink: Sink;
let gateway: Gateway;

beforeAll(async () => {
  sink = await startSink();
  twilio = await startFakeTwilio({ accountSid: `AC${"a2".repeat(16)}`, authToken: "token", numbers: [number] });
  gateway = await startGateway({ env: { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1" } });
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  await sink?.stop();
  await twilio?.stop();
});

test("what came in while nobody held a number is told after the power went right behind its assignment, each once", async () => {
  const pool = await makeLivePool(gateway, twilio);
  const hook = await clientOf(gateway, pool.key)("POST", "/webhooks", { webhook_url: `${sink.url}/hook` });
  sink.trust(String(hook.body.signing_secret));
  const path = `/numbers/${encodeURIComponent(number)}`;
  expect((await adminOf(gateway)("PATCH", path, { api_key_id: null })).status).toBe(200);
  for (const text of texts) {
    const [answer] = await twilio.sendInbound({ from: person, to: number, text });
    expect(answer?.status).toBe(200);
  }
  const assigned = adminOf(gateway)("PATCH", path, { api_key_id: pool.keyId }).catch(() => null);
  await eventually(async () => JSON.stringify((await adminOf(gateway)("GET", "/numbers")).body).includes(pool.keyId));
  await gateway.kill9();
  await assigned;
  const { stateDir, url } = gateway;
  const env = { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1" };
  gateway = await startGateway({ env, stateDir, port: Number(new URL(url).port) });
  const told = () =>
    sink.deliveries.flatMap(({ payload }) => (payload?.text === undefined ? [] : String(payload.text)));
  await eventually(async () => texts.every((text) => told().includes(text)), 30_000);
  expect(new Set(sink.deliveries.map(({ payload }) => payload?.message_id)).size).toBe(texts.length);
  expect(sink.forgeries()).toEqual([]);
});
