import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64, fromBase64Url, toBase64, toBase64Url, toHex } from "./bytes.ts";

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => new Uint8Array(array));

test("any bytes come back from both kinds of Base64, written as Node writes them", () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(toBase64(value)).toBe(Buffer.from(value).toString("base64"));
      expect(toBase64Url(value)).toBe(Buffer.from(value).toString("base64url"));
      expect(toHex(value)).toBe(Buffer.from(value).toString("hex"));
      expect(fromBase64(toBase64(value))).toEqual(value);
      expect(fromBase64Url(toBase64Url(value))).toEqual(value);
    }),
  );
});

test("a text that is not what we would write is refused, so that each value has one spelling", () => {
  for (const text of ["A", "AB", "AB=", "AB==C", "AR==", "A===", "AA-_", "AA A", "AA\n=", "é==="]) {
    expect(fromBase64(text), text).toBeNull();
  }
  for (const text of ["A", "AR", "AA==", "AA+/", "AA A"]) expect(fromBase64Url(text), text).toBeNull();
});
