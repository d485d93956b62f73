import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { countCost } from "../../../support/workers/counts.ts";
import { call, eventually } from "../../../support/workers/gateway.ts";
import { owed } from "../../../support/workers/ledger.ts";
import {
  acceptedBy,
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
});
afterEach(() => vi.restoreAllMocks());

const subscribe = (path: string) =>
  call("/v2/api/webhooks", {
    body: { webhook_url: `https://customer.example/${path}`, webhook_type: "status" },
    token: key.token,
  });

/** An event for two webhooks, each of which answers when it is let go, by the two hands of one request. */
async function beginTwo() {
  await subscribe("first");
  await subscribe("second");
  const gates = new Map(["first", "second"].map((path) => [path, Promise.withResolvers<void>()]));
  outside.answerAs = async (url) => {
    await gates.get(url.split("/").at(-1) ?? "")?.promise;
    return 200;
  };
  await sendText(key, "Hello", "+15554440001");
  await eventually(async () => acceptedBy(twilio).length === 1);
  await outside.calm();
  const counter = await countCost(key.id);
  await twilio.sendStatus(acceptedBy(twilio)[0]?.sid ?? "", "sent");
  await eventually(async () => outside.told.length === 2);
  const recorded = () => counter.since().calls.filter((name) => name === "recordDeliveries").length;
  return { letGo: (path: string) => gates.get(path)?.resolve(), counter, recorded };
}

const untilOwed = (count: number) => eventually(async () => (await owed(key)).length === count);

describe("hands that began together", () => {
  it("write down in one call what they end soon after each other", async () => {
    const { letGo, counter, recorded } = await beginTwo();
    const { setTimeout: later } = globalThis;
    // The wait of a hand for its siblings goes on until they have ended.
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((work: () => void, ms?: number) =>
      later(work, ms === 10 ? 60_000 : ms)) as typeof setTimeout);
    letGo("first");
    await outside.calm();
    await outside.calm();
    expect((await owed(key)).length).toBe(2);
    letGo("second");
    await untilOwed(0);
    expect(recorded()).toBe(1);
    counter.stop();
  });

  it("wait for none that hangs: what the others ended is written down meanwhile", async () => {
    const { letGo, counter, recorded } = await beginTwo();
    letGo("first");
    await untilOwed(1);
    expect(recorded()).toBe(1);
    letGo("second");
    await untilOwed(0);
    expect(recorded()).toBe(1);
    counter.stop();
  });
});
