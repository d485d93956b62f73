import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf, clientOf, eventually, type LivePool, makeLivePool, senderOf } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Sink, startSink } from "../support/node/sink.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const number = "+15559876543";
/** Whose message was taken when the power went, who was still waiting, whose event hung, and whose event failed. */
const leaving = "+15557770001";
const waiting = "+15557770002";
const hanging = "+15557770003";
const failing = "+15557770004";

let twilio: FakeTwilio;
let sink: Sink;
let gateway: Gateway;
let pool: LivePool;
const messageIds = new Map<string, string>();

const takenOf = (to: string) => twilio.accepted().filter((entry) => entry.kind === "accepted" && entry.to === to);
const deliveriesOf = (to: string, event: string) =>
  sink.deliveries.filter(({ payload }) => payload?.external_id === to && payload.event === event);

/** Brings four messages to four different places, kills every process at once, and starts again on the same state. */
beforeAll(async () => {
  sink = await startSink();
  twilio = await startFakeTwilio({
    accountSid: `AC${"a1".repeat(16)}`,
    authToken: "token-of-the-stand-in",
    numbers: [number],
    lifeCycle: ({ to }) => (to === leaving ? [] : [{ status: "delivered" }]),
  });
  const env = { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1" };
  gateway = await startGateway({ env });
  pool = await makeLivePool(gateway, twilio);
  const hook = await clientOf(gateway, pool.key)("POST", "/webhooks", { webhook_url: `${sink.url}/hook` });
  sink.trust(String(hook.body.signing_secret));

  sink.answerAlways("/hook", { kind: "status", status: 500 });
  await send(failing);
  await eventually(async () => deliveriesOf(failing, "message.delivered").length > 0);
  sink.answerAlways("/hook", { kind: "hang" });
  await send(hanging);
  await eventually(async () => deliveriesOf(hanging, "message.delivered").length > 0);
  twilio.fault({ to: leaving }, { kind: "hang", taken: true });
  await send(leaving);
  await eventually(async () => takenOf(leaving).length > 0);
  twilio.fault({ to: waiting }, { kind: "rate_limit", retryAfter: "8" });
  await send(waiting);
  const story = `/api-keys/${pool.keyId}/messages/${messageIds.get(waiting)}`;
  await eventually(async () => {
    const { next } = (await adminOf(gateway)("GET", story)).body as { next?: { why: string } };
    return next?.why === "rate_limited";
  });

  await gateway.kill9();
  sink.answerAlways("/hook", { kind: "status", status: 200 });
  gateway = await startGateway({ env, stateDir: gateway.stateDir, port: Number(new URL(gateway.url).port) });
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  await sink?.stop();
  await twilio?.stop();
});

async function send(to: string): Promise<void> {
  const sent = await senderOf(gateway, pool.key)(to, { text: `For ${to}` });
  expect(sent.status).toBe(202);
  messageIds.set(to, String(sent.body.message_id));
}

async function waitForStatus(to: string, status: string): Promise<void> {
  const path = `/chats/${encodeURIComponent(to)}/messages/${messageIds.get(to)}/status`;
  await eventually(async () => (await clientOf(gateway, pool.key)("GET", path)).body.status === status);
}

test("a message that had not left leaves after the restart, once", async () => {
  await waitForStatus(waiting, "delivered");
  expect(takenOf(waiting)).toHaveLength(1);
  await sink.waitFor(({ payload }) => payload?.message_id === messageIds.get(waiting), 20_000);
});

test("a message that was leaving is not sent again, and its callback settles it", async () => {
  await waitForStatus(leaving, "queued");
  const [taken] = takenOf(leaving);
  const sid = taken?.kind === "accepted" ? taken.sid : "";
  for (const status of ["sent", "delivered"]) expect((await twilio.sendStatus(sid, status))?.status).toBe(204);
  await waitForStatus(leaving, "delivered");
  const arrived = await sink.waitFor(
    ({ payload }) => payload?.message_id === messageIds.get(leaving) && payload?.event === "message.delivered",
    20_000,
  );
  expect(arrived.payload).toMatchObject({ external_id: leaving, internal_id: number });
  expect(takenOf(leaving)).toHaveLength(1);
});

test.each([
  ["had failed and waited for its next attempt", failing],
  ["was under way, its bell lost with the queue", hanging],
])("an event that %s arrives within a minute, with the same id and bytes", async (_, to) => {
  const [first, again] = await eventually(async () => {
    const all = deliveriesOf(to, "message.delivered");
    return all.length >= 2 && all;
  }, 60_000);
  expect(again?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
  expect(again?.raw.equals(first?.raw ?? Buffer.alloc(0))).toBe(true);
});

test("nothing was sent twice, no signature was wrong, and Twilio was never used wrongly", () => {
  expect(twilio.accepted()).toHaveLength(4);
  expect(sink.forgeries()).toEqual([]);
  expect(twilio.violations).toEqual([]);
});
