import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { verifyWebhook } from "./verify-webhook.ts";

const secret = `whsec_${"ab".repeat(32)}`;
const former = `whsec_${"cd".repeat(32)}`;
const now = 1_800_000_000_000;
const seconds = now / 1000;
const body = '{"event":"message.received","text":"É \\u2028 🙂","sender":"+15551234567"}';

const standard = (by: string, at = seconds) => ({
  "webhook-id": "evt_1",
  "webhook-timestamp": String(at),
  "webhook-signature": new Webhook(by).sign("evt_1", new Date(at * 1000), body),
});
const blooio = (by: string, at = seconds) => ({
  "X-Blooio-Signature": `t=${at},v1=${createHmac("sha256", by).update(`${at}.${body}`).digest("hex")}`,
});
const verify = (headers: Record<string, string>, given: string | string[] = secret, raw: string | Uint8Array = body) =>
  verifyWebhook(raw, headers, given, { now });

describe("a genuine webhook", () => {
  test.each<[string, Record<string, string>]>([
    ["Standard Webhooks", standard(secret)],
    ["Blooio", blooio(secret)],
    ["both", { ...standard(secret), ...blooio(secret) }],
    ["one good of two", { ...standard(former), ...blooio(secret) }],
  ])("signed by %s is its event", async (_, headers) => {
    const event = await verify(headers);
    expect(event.event === "message.received" && event.sender).toBe("+15551234567");
  });

  test("may come as bytes, with headers of any kind, and with either secret of a rotation", async () => {
    await verify(standard(secret), secret, new TextEncoder().encode(body));
    await verifyWebhook(body, new Headers(standard(former)), [secret, former], { now });
    const both = `${standard(former)["webhook-signature"]} ${standard(secret)["webhook-signature"]}`;
    await verify({ ...standard(secret), "webhook-signature": both });
  });

  test("is within the tolerance, to the second", async () => {
    await verify(standard(secret, seconds - 300));
    await expect(verify(standard(secret, seconds - 301))).rejects.toMatchObject({ code: "webhook_too_old" });
    await expect(verify(blooio(secret, seconds + 301))).rejects.toMatchObject({ code: "webhook_too_old" });
  });
});

describe("anything else", () => {
  test.each<[string, Record<string, string>, string]>([
    ["without a signature", { "content-type": "application/json" }, "signature_missing"],
    ["with another secret's", standard(former), "signature_invalid"],
    ["with another body's", { ...standard(secret), "webhook-id": "evt_2" }, "signature_invalid"],
    ["with a word for a signature", { ...standard(secret), "webhook-signature": "v1,§§§" }, "signature_invalid"],
    ["with an empty one", { "X-Blooio-Signature": `t=${seconds},v1=` }, "signature_invalid"],
    ["with a time that is none", { "X-Blooio-Signature": "t=,v1=ab" }, "signature_invalid"],
  ])("%s is refused", async (_, headers, code) => {
    await expect(verify(headers)).rejects.toMatchObject({ name: "TrunklineError", code });
  });

  test("parsed and written again is refused, also under an empty secret", async () => {
    await expect(verify(standard(secret), secret, JSON.stringify(JSON.parse(body)))).rejects.toThrow("unparsed");
    await expect(verify(standard(secret), "")).rejects.toMatchObject({ code: "signature_invalid" });
  });
});
