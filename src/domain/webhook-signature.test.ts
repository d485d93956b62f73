import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { formatWebhookSecret, importSigningKeys, signWebhook as signWithKeys } from "./webhook-signature.ts";

/** Signs with secrets as they are given to people. */
async function signWebhook(attempt: { id: string; body: string; secrets: readonly string[]; nowMs: number }) {
  const { secrets, ...rest } = attempt;
  return signWithKeys({ ...rest, keys: await importSigningKeys(secrets) });
}

const nowMs = 1_706_640_000_999;
const body =
  '{"event":"message.received","message_id":"msg_abc123","external_id":"+15551234567","internal_id":"+15559876543","protocol":"sms","text":"Incoming SMS","sender":"+15551234567","is_group":false,"timestamp":1706640000000}';
const oldSecret = formatWebhookSecret(new Uint8Array(32).fill(7));
const newSecret = formatWebhookSecret(Uint8Array.from({ length: 32 }, (_, index) => index * 8));

beforeEach(() => vi.useFakeTimers({ now: nowMs, toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

test("a secret is whsec_ and 64 hex digits of exactly 32 random bytes", () => {
  expect(newSecret).toMatch(/^whsec_[0-9a-f]{64}$/);
  expect(() => formatWebhookSecret(new Uint8Array(31))).toThrow(RangeError);
});

describe("Blooio's header", () => {
  test("gives the contract's vector", async () => {
    const headers = await signWebhook({
      id: "evt_1",
      body,
      secrets: ["whsec_0123456789abcdef0123456789abcdef01234567"],
      nowMs,
    });
    expect(headers["X-Blooio-Signature"]).toBe(
      "t=1706640000,v1=f0a3c79aaed8c6dec0d67ffd43ed6dd33d7c4c0c2985499e83b0ad8d3806d2aa",
    );
  });

  test("is signed by the newest secret alone, read as it stands", async () => {
    const headers = await signWebhook({ id: "evt_1", body, secrets: [newSecret, oldSecret], nowMs });
    const mac = createHmac("sha256", newSecret).update(`1706640000.${body}`).digest("hex");
    expect(headers["X-Blooio-Signature"]).toBe(`t=1706640000,v1=${mac}`);
  });
});

describe("the Standard Webhooks headers", () => {
  test("verify with the reference library for text of any script", async () => {
    const text = JSON.stringify({ text: "Café 🚀 \u2028" });
    const headers = await signWebhook({ id: "evt_1", body: text, secrets: [newSecret], nowMs });
    expect(new Webhook(newSecret).verify(text, headers)).toEqual({ text: "Café 🚀 \u2028" });
  });

  test("verify with the old and the new secret while a rotation overlaps, and only with the new one after it", async () => {
    const during = await signWebhook({ id: "evt_1", body, secrets: [newSecret, oldSecret], nowMs });
    expect(during["webhook-signature"]?.split(" ")).toHaveLength(2);
    expect(() => new Webhook(newSecret).verify(body, during)).not.toThrow();
    expect(() => new Webhook(oldSecret).verify(body, during)).not.toThrow();
    const after = await signWebhook({ id: "evt_1", body, secrets: [newSecret], nowMs });
    expect(() => new Webhook(newSecret).verify(body, after)).not.toThrow();
    expect(() => new Webhook(oldSecret).verify(body, after)).toThrow("No matching signature");
  });

  test("refuse another body or id, and a signature older than 300 s", async () => {
    const headers = await signWebhook({ id: "evt_1", body, secrets: [newSecret], nowMs });
    const receiver = new Webhook(newSecret);
    expect(() => receiver.verify(`${body} `, headers)).toThrow("No matching signature");
    expect(() => receiver.verify(body, { ...headers, "webhook-id": "evt_2" })).toThrow("No matching signature");
    vi.setSystemTime(nowMs + 300_000);
    expect(() => receiver.verify(body, headers)).not.toThrow();
    vi.setSystemTime(nowMs + 301_000);
    expect(() => receiver.verify(body, headers)).toThrow("too old");
  });

  test("a retry keeps id and body and is signed afresh", async () => {
    const first = await signWebhook({ id: "evt_1", body, secrets: [newSecret], nowMs });
    const retry = await signWebhook({ id: "evt_1", body, secrets: [newSecret], nowMs: nowMs + 7_200_000 });
    expect(retry["webhook-id"]).toBe(first["webhook-id"]);
    expect(retry["X-Blooio-Signature"]).not.toBe(first["X-Blooio-Signature"]);
    expect(retry["webhook-timestamp"]).toBe("1706647200");
  });
});

test("nothing is signed without a usable secret", async () => {
  for (const secrets of [[], [""], ["whsec_"], ["whsec_%"], [newSecret, "0".repeat(64)]]) {
    await expect(signWebhook({ id: "evt_1", body, secrets, nowMs })).rejects.toThrow(RangeError);
  }
});
