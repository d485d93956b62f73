import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, eventually, type LivePool, makeLivePool, senderOf } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

/** A newcomer's gateway on loopback, and a Twilio that never calls it. */
let twilio: FakeTwilio;
let gateway: Gateway;
let pool: LivePool;

beforeAll(async () => {
  twilio = await startFakeTwilio({
    accountSid: `AC${"a1".repeat(16)}`,
    authToken: "token-of-the-stand-in",
    numbers: ["+15559876543"],
    lifeCycle: () => [],
    shows: ({ body }) => ({ body: `Sent from your Twilio trial account - ${body}` }),
  });
  gateway = await startGateway({ env: { TWILIO_API_URL: twilio.url } });
  pool = await makeLivePool(gateway, twilio);
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  await twilio?.stop();
});

async function send(to: string, text: string): Promise<string> {
  const sent = await senderOf(gateway, pool.key)(to, { text });
  return `/chats/${encodeURIComponent(to)}/messages/${sent.body.message_id}`;
}

async function moveOn(to: string, status: string) {
  const taken = await eventually(async () => twilio.messages.find((message) => message.to === to));
  await twilio.sendStatus(taken.sid, status, { silent: true });
}

async function reaches(path: string, status: string) {
  await eventually(async () => {
    const { body } = await clientOf(gateway, pool.key)("GET", path);
    return body.status === status && body.outcome_unknown === false;
  }, 30_000);
}

test("a message's life is told without callbacks, by looks at it", async () => {
  const path = await send("+15557770011", "Hello");
  await moveOn("+15557770011", "sent");
  await reaches(path, "sent");
  await moveOn("+15557770011", "delivered");
  await reaches(path, "delivered");
});

test("a message whose answer was lost is found in a trial account's list, and was sent once", async () => {
  twilio.fault({ to: "+15557770012" }, { kind: "reset", taken: true });
  const path = await send("+15557770012", "Lost");
  await moveOn("+15557770012", "delivered");
  await reaches(path, "delivered");
  expect(twilio.accepted().filter((entry) => entry.kind === "accepted" && entry.to === "+15557770012")).toHaveLength(1);
  expect(twilio.violations).toEqual([]);
});
