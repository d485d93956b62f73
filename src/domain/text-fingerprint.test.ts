import fc from "fast-check";
import { expect, test } from "vitest";
import { fingerprintText } from "./text-fingerprint.ts";

test("a campaign's text is one text, whatever code, spacing or case each message has", () => {
  expect(fingerprintText("Your code is 123456.")).toBe(fingerprintText("  your code  is 7. "));
  expect(fingerprintText("Sale ends today")).not.toBe(fingerprintText("Sale ended today"));
});

test("different texts have different fingerprints", () => {
  const texts = Array.from({ length: 1_000 }, (_, index) => `hello ${"x".repeat(index)}`);
  expect(new Set(texts.map(fingerprintText)).size).toBe(texts.length);
});

test("a fingerprint is 16 hex digits of any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => /^[0-9a-f]{16}$/.test(fingerprintText(text))));
});
