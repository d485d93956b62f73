import { hkdfSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { deriveKey } from "./derive.ts";
import { type KeyRing, parseKeyRing } from "./key-ring.ts";

const [a, b] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

function ringOf(text: string): KeyRing {
  const ring = parseKeyRing(text);
  if (!ring.ok) throw new Error(ring.failure.message);
  return ring.value;
}

const ring = ringOf(`new:${b.toString("base64")},old:${a.toString("base64")}`);

async function macs(keys: CryptoKey[]) {
  const signed = await Promise.all(keys.map((key) => crypto.subtle.sign("HMAC", key, Buffer.from("message"))));
  return signed.map((mac) => Buffer.from(mac).toString("hex"));
}

describe("derived keys", () => {
  test("are HKDF-SHA256 of the master keys, current first", async () => {
    const expected = await Promise.all(
      [b, a].map((master) =>
        crypto.subtle.importKey(
          "raw",
          new Uint8Array(hkdfSync("sha256", master, "trunkline", "hmac:token checksum", 32)),
          { name: "HMAC", hash: "SHA-256" },
          false,
          ["sign"],
        ),
      ),
    );
    expect(await macs(await deriveKey(ring, "token checksum"))).toEqual(await macs(expected));
  });

  test("differ for every purpose and every master key, and stay the same for the same ones", async () => {
    const tokens = await macs(await deriveKey(ring, "token checksum"));
    const links = await macs(await deriveKey(ring, "signed link"));
    expect(new Set([...tokens, ...links]).size).toBe(4);
    const alone = await macs(await deriveKey(ringOf(`x:${a.toString("base64")}`), "token checksum"));
    expect(alone).toEqual([tokens[1]]);
  });

  test("are derived once for a ring, and cannot be read out", async () => {
    const keys = await deriveKey(ring, "token checksum");
    expect(await deriveKey(ring, "token checksum")).toBe(keys);
    expect(keys.map((key) => key.extractable)).toEqual([false, false]);
  });
});
