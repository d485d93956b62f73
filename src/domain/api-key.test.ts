import { createHash, createHmac, getRandomValues } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import {
  encodeBase62,
  formatKeyId,
  hint,
  mintToken,
  parsePoolReference,
  parseToken,
  poolReference,
} from "./api-key.ts";

let current: CryptoKey;
let previous: CryptoKey;
let foreign: CryptoKey;

beforeAll(async () => {
  [current, previous, foreign] = await Promise.all([importKey(1), importKey(2), importKey(3)]);
});

function importKey(fill: number) {
  const bytes = new Uint8Array(32).fill(fill);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

function random(length: number) {
  return getRandomValues(new Uint8Array(length));
}

function mint(mode: "live" | "test" = "live", checksumKey = current) {
  const keyId = formatKeyId(random(32));
  return mintToken({ mode, keyId, secretBytes: random(64), checksumKey }).then((minted) => ({ keyId, ...minted }));
}

describe("a token", () => {
  test.each(["live", "test"] as const)("of mode %s has 64 characters and says whose it is", async (mode) => {
    const { token, hash, keyId } = await mint(mode);
    expect(token).toMatch(new RegExp(`^tl_${mode}_[0-9A-Za-z]{56}$`));
    expect(token).toHaveLength(64);
    expect(hash).toBe(createHash("sha256").update(token).digest("hex"));
    expect(await parseToken(token, [current])).toEqual({ keyId, mode, hash });
    expect(hint(token)).toBe(token.slice(60));
  });

  test("ends in the base62 reading of the HMAC of all before it", async () => {
    const { token } = await mint();
    const mac = createHmac("sha256", Buffer.alloc(32, 1)).update(token.slice(0, 56)).digest();
    expect(token.slice(56)).toBe(encodeBase62(mac, 8));
  });

  test("minted under an older key of the ring is still known, one of another deployment is not", async () => {
    const { token } = await mint("live", previous);
    expect(await parseToken(token, [current, previous])).not.toBeNull();
    expect(await parseToken(token, [current, foreign])).toBeNull();
    expect(await parseToken(token, [])).toBeNull();
  });

  test("G12: with any one character changed is garbage, mode and checksum included", async () => {
    const { token } = await mint();
    for (let at = 0; at < token.length; at += 1) {
      for (const character of ["0", "z", "_", "é"]) {
        if (token[at] === character) continue;
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        expect(await parseToken(changed, [current]), changed).toBeNull();
      }
    }
    expect(await parseToken(token.replace("tl_live_", "tl_test_"), [current])).toBeNull();
  });

  test("that was found genuine is known again without its checksum, and by nothing but its hash", async () => {
    const keys = [current];
    const { token, hash, keyId } = await mint();
    expect(await parseToken(token, keys)).not.toBeNull();
    const sign = vi.spyOn(crypto.subtle, "sign");
    expect(await parseToken(token, keys)).toEqual({ keyId, mode: "live", hash });
    expect(sign).not.toHaveBeenCalled();
    expect(await parseToken(`${token.slice(0, 63)}${token.endsWith("0") ? "1" : "0"}`, keys)).toBeNull();
    expect(await parseToken(token, [foreign])).toBeNull();
    sign.mockRestore();
  });

  test("cannot be put together from the parts of two others", async () => {
    const [a, b] = [(await mint()).token, (await mint()).token];
    for (const cut of [24, 40, 56]) {
      expect(await parseToken(a.slice(0, cut) + b.slice(cut), [current])).toBeNull();
    }
  });

  test("H10: in any other form is garbage", async () => {
    const { token } = await mint();
    const forms = ["", " ", token.slice(1), `${token} `, ` ${token}`, `Bearer ${token}`, `${token},${token}`];
    forms.push(token.toUpperCase(), token.slice(0, 63), `${token.slice(0, 63)}\n`, `${token}0`, "\u0000".repeat(64));
    forms.push(token.replaceAll("_", "-"), "tl_live_", "tl_prod_".padEnd(64, "a"), "__proto__".padEnd(64, "0"));
    for (const form of forms) expect(await parseToken(form, [current]), JSON.stringify(form)).toBeNull();
  });

  test("nothing that is made up passes, and nothing throws", async () => {
    const nearly = fc.stringMatching(/^tl_(live|test)_[0-9A-Za-z]{56}$/);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ maxLength: 80 }), nearly), async (text) => {
        expect(await parseToken(text, [current])).toBeNull();
        expect(await parsePoolReference(text, [current])).toBeNull();
      }),
    );
  });

  test("G12: what is too long is refused by its length alone: nothing of it is read", async () => {
    for (const length of [65, 10 * 1024 * 1024]) {
      // It has a length like a string, and whoever looks further fails.
      const unreadable = new Proxy({} as object, {
        get(_, name) {
          if (name === "length") return length;
          throw new Error(`Its ${String(name)} was read.`);
        },
      }) as unknown as string;
      expect([await parseToken(unreadable, [current]), await parsePoolReference(unreadable, [current])]).toEqual([
        null,
        null,
      ]);
    }
  });

  test("needs a directory id and enough random bytes", async () => {
    const parts = { mode: "live", secretBytes: random(64), checksumKey: current } as const;
    for (const keyId of [
      "",
      "0123456789abcdef",
      "key_0123456789abcde",
      "key_0123456789abcde/",
      "org_0123456789abcdef",
    ]) {
      await expect(mintToken({ ...parts, keyId })).rejects.toThrow(RangeError);
    }
    const keyId = formatKeyId(random(32));
    await expect(mintToken({ ...parts, keyId, secretBytes: random(31) })).rejects.toThrow(RangeError);
  });
});

describe("a pool reference", () => {
  test("names its key, and only we can make it", async () => {
    const keyId = formatKeyId(random(32));
    const reference = await poolReference(keyId, previous);
    expect(reference).toMatch(/^[0-9A-Za-z]{24}$/);
    expect(await parsePoolReference(reference, [current, previous])).toBe(keyId);
    expect(await parsePoolReference(reference, [foreign])).toBeNull();
    expect(
      await parsePoolReference(`${reference.slice(0, 23)}${reference.endsWith("0") ? "1" : "0"}`, [previous]),
    ).toBeNull();
    for (const form of ["", reference.slice(1), `${reference}0`, reference.slice(0, 16), `key_${reference}`]) {
      expect(await parsePoolReference(form, [previous]), form).toBeNull();
    }
  });

  test("that was found genuine is known again without its checksum, and another of the same key is not", async () => {
    const keys = [current, previous];
    const keyId = formatKeyId(random(32));
    const [reference, older] = [await poolReference(keyId, current), await poolReference(keyId, previous)];
    expect(await parsePoolReference(reference, keys)).toBe(keyId);
    const sign = vi.spyOn(crypto.subtle, "sign");
    expect(await parsePoolReference(reference, keys)).toBe(keyId);
    expect(sign).not.toHaveBeenCalled();
    const forged = `${reference.slice(0, 23)}${reference.endsWith("0") ? "1" : "0"}`;
    expect(await parsePoolReference(forged, keys)).toBeNull();
    expect(await parsePoolReference(older, keys)).toBe(keyId);
    sign.mockRestore();
  });

  test("cannot be read off a token of the same key", async () => {
    const { token } = await mint();
    expect(await parsePoolReference(token.slice(8, 24) + token.slice(56), [current])).toBeNull();
  });
});

describe("base62", () => {
  test("passes over the bytes that would favour some digits", () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    const digits = encodeBase62(all, 248);
    const counts = new Map<string, number>();
    for (const digit of digits) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    expect(counts.size).toBe(62);
    expect(new Set(counts.values())).toEqual(new Set([4]));
    expect(() => encodeBase62(all, 249)).toThrow(RangeError);
    expect(() => encodeBase62(new Uint8Array(100).fill(255), 1)).toThrow(RangeError);
  });
});
