import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { call, eventually } from "../../../support/workers/gateway.ts";
import {
  type LiveKey,
  makeLiveKey,
  type Outside,
  readMessage,
  sendTaken,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const to = "+15551234567";
const hook = "https://customer.example/failures";
const campaign = "https://customer.example/campaign";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
  await call("/v2/api/webhooks", { body: { webhook_url: hook }, token: key.token });
  const shape = { webhook_url: campaign, format: "campaign" };
  await call("/v2/api/webhooks", { body: shape, token: key.token });
});
afterEach(() => vi.useRealTimers());

/** Sends a message that Twilio takes and then reports as undelivered; returns its page, its event and its campaign event. */
async function failWith(report: Parameters<FakeAccount["sendStatus"]>[2]) {
  const { id, sid } = await sendTaken(twilio, key, "Hello", to);
  await twilio.sendStatus(sid, "undelivered", report);
  const at = (url: string, status: string) =>
    eventually(async () => {
      const told = outside.told.filter((one) => one.url === url && one.body.message_id === id);
      return told.find(({ body }) => body.status === status)?.body ?? null;
    });
  return { page: await readMessage(key, id, to), event: await at(hook, "failed"), row: await at(campaign, "failed") };
}

describe("why a message failed is always said in words", () => {
  it("those that Twilio sends along, beside the dictionary's", async () => {
    const { page, event, row } = await failWith({ errorCode: 30003, params: [["ErrorMessage", "Phone is off"]] });
    const meaning = expect.stringContaining("could not be reached");
    const retry = expect.stringMatching(/^Once more/);
    expect(event).toMatchObject({ error_code: "30003", error_message: "Phone is off", error_meaning: meaning, retry });
    expect(page).toMatchObject({ error: "Phone is off", error_meaning: meaning, retry });
    expect(row).toMatchObject({ error: "unreachable_handset", comment: "Unreachable destination handset" });
  });

  it("the dictionary's where Twilio sends a code alone; in a campaign Twilio's title, or ours where that is not known", async () => {
    const known = await failWith({ errorCode: 30003 });
    expect(known.event.error_message).toBe(known.event.error_meaning);
    expect(known.page.error).toBe(known.event.error_meaning);
    expect(known.row.comment).toBe("Unreachable destination handset");
    const untitled = await failWith({ errorCode: 30485 });
    expect(untitled.row).toMatchObject({ error: "message_not_delivered", comment: untitled.event.error_message });
  });

  it("where the code is one that nobody knows, and where there is none", async () => {
    const unknown = await failWith({ errorCode: 39999 });
    const words = expect.stringMatching(/error 39999.*https:\/\/www\.twilio\.com\/docs\/api\/errors\/39999/);
    expect(unknown.event).toMatchObject({
      error_message: words,
      error_name: "unknown_error",
      retry: expect.any(String),
    });
    expect(unknown.row).toMatchObject({ status_code: 39999, error: "39999", comment: words });
    const bare = await failWith({});
    const reason = "The carrier did not deliver the message and gave no reason.";
    expect(bare.event).toMatchObject({ error_code: null, error_message: reason, error_name: "no_reason_given" });
    expect(bare.page.error).toBe(reason);
    expect(bare.row).toMatchObject({ status_code: null, error: "no_reason_given", comment: reason });
  });

  it("and not said of a message that did not fail", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Hello", to);
    await twilio.sendStatus(sid, "delivered");
    const page = await readMessage(key, id, to);
    expect(page).toMatchObject({ status: "delivered", error: null, error_meaning: null, retry: null });
  });
});
