import { expect, test } from "vitest";
import { parseKeyRing } from "./key-ring.ts";

const a = Buffer.alloc(32, 1).toString("base64");
const b = Buffer.alloc(32, 2).toString("base64");

test("the first key is the current one, all are kept in order", () => {
  const ring = parseKeyRing(` new:${b} , 2026-01_a:${a}\n`);
  if (!ring.ok) throw new Error(ring.failure.message);
  expect(ring.value.current.id).toBe("new");
  expect(ring.value.all.map((key) => key.id)).toEqual(["new", "2026-01_a"]);
  expect(ring.value.all[1]?.bytes).toEqual(new Uint8Array(32).fill(1));
});

test.each([
  ["", "MASTER_KEYS is missing: set it to id:key."],
  [" \n", "MASTER_KEYS is missing: set it to id:key."],
  [a, "MASTER_KEYS entry 1 has no id: write it as id:key."],
  [`k1:${a},`, "MASTER_KEYS entry 2 is empty: remove the comma beside it."],
  [`:${a}`, "MASTER_KEYS entry 1 has an invalid id"],
  [`k.1:${a}`, "MASTER_KEYS entry 1 has an invalid id"],
  [`${"k".repeat(33)}:${a}`, "MASTER_KEYS entry 1 has an invalid id"],
  [`k1:${a},k1:${b}`, 'MASTER_KEYS entry 2 repeats the id "k1": every key needs its own.'],
  ["k1:", 'MASTER_KEYS entry 1 ("k1") has 0 bytes instead of 32.'],
  [`k1:${Buffer.alloc(31, 1).toString("base64")}`, 'MASTER_KEYS entry 1 ("k1") has 31 bytes instead of 32.'],
  [`k1:${Buffer.alloc(33, 1).toString("base64")}`, 'MASTER_KEYS entry 1 ("k1") has 33 bytes instead of 32.'],
  [`k1:${a.slice(0, -1)}`, 'MASTER_KEYS entry 1 ("k1") is not padded Base64.'],
  [`k1:${"zz".repeat(32)}:`, 'MASTER_KEYS entry 1 ("k1") is not padded Base64.'],
  [`k1:${"0f".repeat(32)}`, 'MASTER_KEYS entry 1 ("k1") has 48 bytes instead of 32.'],
])("G05: %j is refused with what is wrong", (text, message) => {
  const ring = parseKeyRing(text);
  if (ring.ok) throw new Error("the ring was accepted");
  expect(ring.failure.code).toBe("setup_incomplete");
  expect(ring.failure.message).toContain(message);
});

test("an error never shows a key", () => {
  const secret = Buffer.from("correct horse battery staple 1234").toString("base64");
  for (const text of [secret, `k1:${secret}`, `${secret}:x`, `k1:${a},${secret}`, `k1:${secret.slice(1)}`]) {
    const ring = parseKeyRing(text);
    expect(JSON.stringify(ring)).not.toContain(secret.slice(2, 20));
  }
});
