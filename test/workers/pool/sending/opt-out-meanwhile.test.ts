import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import {
  acceptedBy,
  type LiveKey,
  makeLiveKey,
  type Outside,
  readMessage,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const hour = 60 * 60 * 1000;
const [leaver, other] = ["+15553330001", "+15553330002"] as const;

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
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const later = (text: string, to: string) =>
  sendText(key, text, to, { send_at: new Date(Date.now() + hour).toISOString() });
const optOut = (contact: string) => admin(`/api-keys/${key.id}/opt-outs`, { body: { contact } });
const sleep = () => evictDurableObject(env.POOLS.getByName(key.id));
const texts = () => acceptedBy(twilio).map(({ body }) => body);

/** A message that waits leaves: from then on the object knows that nobody has opted out. */
async function letOneLeave() {
  await later("Before", other);
  await passHour();
  await eventually(async () => texts().includes("Before"));
}

async function passHour() {
  vi.setSystemTime(Date.now() + hour + 1_000);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
}

describe("whoever opts out while a message to them waits is not written to", () => {
  it.each([
    ["while the object lives on", []],
    ["where the object slept before they did", ["sleep", "leaver"]],
    ["where the object slept since", ["leaver", "sleep"]],
    ["where somebody else has opted out since", ["leaver", "other"]],
    ["where somebody else had opted out before", ["other", "leaver"]],
  ] as const)("%s", async (_name, steps) => {
    await letOneLeave();
    const id = await later("To whoever leaves", leaver);
    for (const step of steps.length === 0 ? (["leaver"] as const) : steps) {
      await (step === "sleep" ? sleep() : optOut(step === "leaver" ? leaver : other));
    }
    await later("To somebody else", "+15553330003");
    await passHour();
    await eventually(async () => texts().includes("To somebody else"));
    await outside.calm();
    expect(await readMessage(key, id, leaver)).toMatchObject({ status: "failed", error_code: "recipient_opted_out" });
    expect(texts()).toEqual(["Before", "To somebody else"]);
  });
});
