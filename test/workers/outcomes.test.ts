import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reconcileMs } from "../../src/domain/retry.ts";
import type { FakeAccount } from "../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../support/workers/gateway.ts";
import { type LiveKey, makeLiveKey, type Outside, standInForTheOutside } from "../support/workers/twilio.ts";

const to = "+15551234567";
const minute = 60_000;

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
});

afterEach(() => {
  expect(twilio.violations).toEqual([]);
  vi.useRealTimers();
});

async function send(text: string, recipient = to): Promise<string> {
  const sent = await call(`/v2/api/chats/${encodeURIComponent(recipient)}/messages`, {
    body: { text },
    token: key.token,
  });
  expect(sent.status).toBe(202);
  return String(sent.body.message_id);
}

async function read(id: string, recipient = to) {
  return (await call(`/v2/api/chats/${encodeURIComponent(recipient)}/messages/${id}`, { token: key.token })).body;
}

async function readInside(id: string) {
  return (await admin(`/api-keys/${key.id}/messages/${id}`)).body;
}

function accepted() {
  return twilio.log.filter((entry) => entry.kind === "accepted");
}

function creates() {
  return twilio.log.filter((entry) => entry.kind === "request" && entry.method === "POST" && /Messages\.json$/.test(entry.path));
}

/** Lets time pass and the pool's alarm ring. */
async function pass(ms: number) {
  vi.setSystemTime(Date.now() + ms);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
}

async function settled(id: string) {
  return eventually(async () => {
    const message = await read(id);
    return message.status === "failed" || message.status === "sent" || message.status === "delivered" ? message : null;
  });
}

async function unknown(id: string) {
  return eventually(async () => {
    const message = await read(id);
    return message.outcome_unknown === true ? message : null;
  });
}

describe("a send whose outcome is known", () => {
  it("is taken once, and callbacks lead it to its end", async () => {
    const id = await send("Hello");
    const [taken] = await eventually(async () => (accepted().length === 1 ? accepted() : null));
    for (const status of ["sent", "delivered"]) {
      expect(await twilio.sendStatus(taken?.sid ?? "", status)).toMatchObject({ status: 204 });
    }
    expect(await read(id)).toMatchObject({ status: "delivered", outcome_unknown: false });
  });
});
