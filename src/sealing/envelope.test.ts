import { createDecipheriv, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCurrent, open, seal } from "./envelope.ts";
import { type KeyRing, parseKeyRing } from "./key-ring.ts";

const records = Number(process.env.FUZZ_RUNS ?? 300);
const place = { table: "accounts", row: "int_1", column: "auth_token" };
const oldRing = ringOf("old:1");
const rotatedRing = ringOf("new:2", "old:1");

function ringOf(...keys: string[]): KeyRing {
  const text = keys.map((key) => {
    const [id, fill] = key.split(":");
    return `${id}:${Buffer.alloc(32, Number(fill)).toString("base64")}`;
  });
  const ring = parseKeyRing(text.join(","));
  if (!ring.ok) throw new Error(ring.failure.message);
  return ring.value;
}

function flipBit(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

describe("a sealed value", () => {
  test("opens at its place and nowhere shows its text", async () => {
    const sealed = await seal(oldRing, "a secret of Twilio's", place);
    expect(sealed).toMatch(/^v1\.old\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{48}$/);
    expect(await open(oldRing, sealed, place)).toEqual({ ok: true, text: "a secret of Twilio's" });
  });

  test("gives back any text, byte order marks and the empty text included", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
        expect(await open(oldRing, await seal(oldRing, text, place), place)).toEqual({ ok: true, text });
      }),
    );
    const marked = "\ufeff\ufeffx\u0000";
    expect(await open(oldRing, await seal(oldRing, marked, place), place)).toEqual({ ok: true, text: marked });
  });

  test("G04: the same text never looks the same twice", async () => {
    const sealed = await Promise.all(Array.from({ length: records }, () => seal(oldRing, "same", place)));
    expect(new Set(sealed.map((one) => one.split(".")[2])).size).toBe(records);
    expect(new Set(sealed.map((one) => one.split(".")[3])).size).toBe(records);
  });

  test("takes a nonce of 96 bits and no other", async () => {
    const nonce = new Uint8Array(12).fill(9);
    expect((await seal(oldRing, "x", place, nonce)).split(".")[2]).toBe(Buffer.from(nonce).toString("base64url"));
    await expect(seal(oldRing, "x", place, new Uint8Array(16))).rejects.toThrow(RangeError);
  });
});

test("G02: one flipped bit of nonce, ciphertext or tag is refused: every bit of one record, and one of each of many", async () => {
  const refusesFlip = async (sealed: string, pick: (bits: number) => number) => {
    const [form, id, nonce = "", ciphertext = ""] = sealed.split(".");
    const bytes = Buffer.concat([Buffer.from(nonce, "base64url"), Buffer.from(ciphertext, "base64url")]);
    const flipped = flipBit(bytes, pick(bytes.length * 8));
    const parts = [flipped.subarray(0, 12), flipped.subarray(12)].map((part) => part.toString("base64url"));
    expect(await open(oldRing, [form, id, ...parts].join("."), place)).toEqual({ ok: false, because: "refused" });
  };
  const whole = await seal(oldRing, "every bit of it", place);
  for (let bit = 0; bit < (12 + 15 + 16) * 8; bit += 1) await refusesFlip(whole, () => bit);
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.nat(), async (text, at) => {
      await refusesFlip(await seal(oldRing, text, place), (bits) => at % bits);
    }),
    { numRuns: records },
  );
});

test("G02: one changed character of the written form is refused, wherever it stands", async () => {
  const sealed = await seal(rotatedRing, "text", place);
  for (let at = 0; at < sealed.length; at += 1) {
    for (const character of ["A", "B", "_", ".", "=", " ", "é"]) {
      if (sealed[at] === character) continue;
      const changed = sealed.slice(0, at) + character + sealed.slice(at + 1);
      expect((await open(rotatedRing, changed, place)).ok, changed).toBe(false);
    }
  }
});

test("G03: no value opens in another row, column or table, nor where the names only join to the same text", async () => {
  const places = ["accounts", "webhooks"].flatMap((table) =>
    ["1", "2", "11", '1"', "a,b"].flatMap((row) => ["secret", "1secret"].map((column) => ({ table, row, column }))),
  );
  expect(places).toHaveLength(20);
  const sealed = await Promise.all(places.map((one) => seal(oldRing, "value", one)));
  for (const [from, value] of sealed.entries()) {
    for (const [to, target] of places.entries()) {
      expect((await open(oldRing, value, target)).ok).toBe(from === to);
    }
  }
});

describe("G05: keys that are wrong, missing or old", () => {
  test("a rotated ring opens what the old key sealed, and knows that it is due for sealing again", async () => {
    const old = await seal(oldRing, "kept", place);
    const fresh = await seal(rotatedRing, "kept", place);
    expect(await open(rotatedRing, old, place)).toEqual({ ok: true, text: "kept" });
    expect([isCurrent(rotatedRing, old), isCurrent(rotatedRing, fresh), isCurrent(oldRing, old)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("a ring without the key, or with other bytes under its id, opens nothing", async () => {
    const sealed = await seal(oldRing, "kept", place);
    expect(await open(ringOf("new:2"), sealed, place)).toEqual({ ok: false, because: "unknown_key" });
    expect(await open(ringOf("old:2"), sealed, place)).toEqual({ ok: false, because: "refused" });
    expect(await open(ringOf("twin:1", "old:2"), sealed.replace("old", "twin"), place)).toEqual({
      ok: false,
      because: "refused",
    });
  });

  test("what was never sealed is malformed: plain text is not passed through", async () => {
    const sealed = await seal(oldRing, "kept", place);
    const [form, id, nonce, ciphertext] = sealed.split(".");
    const texts = ["", "a plain token", "v1", "v1.old", `v2.${id}.${nonce}.${ciphertext}`, `${sealed}.`, `${sealed}.x`];
    texts.push(`${form}.${id}.${nonce}`, `${form}.${id}.${nonce}.`, `${form}.${id}..${ciphertext}`);
    texts.push(
      `${form}.${id}.${nonce}A.${ciphertext}`,
      `${form}.${id}.${nonce}.${ciphertext}=`,
      `${form}.${id}.${nonce}.AAAA`,
    );
    for (const text of texts) {
      expect(await open(oldRing, text, place), text).toEqual({ ok: false, because: "malformed" });
      expect(isCurrent(oldRing, text), text).toBe(false);
    }
  });
});

describe("G01: another implementation of HKDF and AES-256-GCM", () => {
  const master = Buffer.alloc(32, 1);
  const key = Buffer.from(hkdfSync("sha256", master, "trunkline", "aes:sealing", 32));

  /** Opens a sealed value with OpenSSL alone, by what the format says. */
  function openElsewhere(sealed: string): string {
    const [version, id, nonce, whole] = sealed.split(".");
    const bytes = Buffer.from(whole ?? "", "base64url");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce ?? "", "base64url"));
    decipher.setAAD(Buffer.from(JSON.stringify([version, id, place.table, place.row, place.column])));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
  }

  test("opens whatever is sealed here, and refuses what is refused here", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.nat(), async (text, where) => {
        const sealed = await seal(oldRing, text, place);
        expect(openElsewhere(sealed)).toBe(text);
        const [version, id, nonce, whole = ""] = sealed.split(".");
        const bytes = Buffer.from(whole, "base64url");
        const flipped = flipBit(bytes, where % (bytes.length * 8)).toString("base64url");
        const altered = [version, id, nonce, flipped].join(".");
        expect(() => openElsewhere(altered)).toThrow();
        expect(await open(oldRing, altered, place)).toEqual({ ok: false, because: "refused" });
      }),
      { numRuns: records },
    );
  });
});
