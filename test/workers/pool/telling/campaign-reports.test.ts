import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { call, eventually } from "../../../support/workers/gateway.ts";
import {
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendTaken,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const day = 24 * 60 * 60_000;
const to = "+15551234567";
const hook = "https://customer.example/campaign";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
  await call("/v2/api/webhooks", { body: { webhook_url: hook, format: "campaign" }, token: key.token });
});
afterEach(() => vi.useRealTimers());

function rowsOf(id: string) {
  return outside.told.filter(({ url, body }) => url === hook && body.message_id === id).map(({ body }) => body);
}

/** Waits until a message has these rows, in the order in which they happened. */
async function awaitRows(id: string, statuses: string[]) {
  const rows = await eventually(async () => (rowsOf(id).length >= statuses.length ? rowsOf(id) : null));
  expect(rows.toSorted((a, b) => Number(a.sequence) - Number(b.sequence)).map(({ status }) => status)).toEqual(
    statuses,
  );
  return rows;
}

describe("the campaign format", () => {
  it.each([
    ["160 characters of GSM-7", "x".repeat(160), 1],
    ["161 characters of GSM-7", "x".repeat(161), 2],
    ["71 characters of UCS-2", `${"x".repeat(70)}ł`, 2],
    ["1530 characters of GSM-7", "x".repeat(1530), 10],
  ])("counts the parts of %s in every status", async (_, text, parts) => {
    const { id, sid } = await sendTaken(twilio, key, text, to);
    await twilio.sendStatus(sid, "sent");
    await twilio.sendStatus(sid, "delivered");
    const rows = await awaitRows(id, ["enqueued", "sent", "delivered"]);
    expect(rows.map(({ number_of_message_parts }) => number_of_message_parts)).toEqual([parts, parts, parts]);
  });

  it("tells a delivery that is reported within four days of the send, and none that is reported later", async () => {
    const early = await sendTaken(twilio, key, "Within four days", to);
    const late = await sendTaken(twilio, key, "After four days", to);
    for (const { sid } of [early, late]) await twilio.sendStatus(sid, "sent");
    await Promise.all([early, late].map(({ id }) => awaitRows(id, ["enqueued", "sent"])));
    vi.setSystemTime(Date.now() + 4 * day - 60_000);
    await twilio.sendStatus(early.sid, "delivered");
    await awaitRows(early.id, ["enqueued", "sent", "delivered"]);
    vi.setSystemTime(Date.now() + 120_000);
    await twilio.sendStatus(late.sid, "delivered");
    const { id, sid } = await sendTaken(twilio, key, "What comes after it", to);
    await twilio.sendStatus(sid, "sent");
    await awaitRows(id, ["enqueued", "sent"]);
    expect(rowsOf(late.id).map(({ status }) => status)).toEqual(["enqueued", "sent"]);
  });
});
