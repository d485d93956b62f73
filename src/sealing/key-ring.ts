import { fromBase64 } from "../domain/bytes.ts";
import { fail, ok, type Result } from "../domain/failure.ts";

/** One master key: the id that its records carry, and its 32 bytes. */
export type RingKey = { readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** The deployment's master keys: the first seals and signs, all open and verify. */
export type KeyRing = { readonly current: RingKey; readonly all: readonly RingKey[] };

const keyLength = 32;
const recipe = "Make one with: openssl rand -base64 32";

/** Returns the ring of `id:base64(32 bytes)[,id:base64…]`, or `setup_incomplete` naming the entry at fault and never its key. */
export function parseKeyRing(text: string): Result<KeyRing> {
  if (text.trim() === "") return fail("setup_incomplete", `MASTER_KEYS is missing: set it to id:key. ${recipe}`);
  const keys: RingKey[] = [];
  for (const [index, entry] of text.split(",").entries()) {
    const read = parseEntry(entry.trim(), keys);
    if (typeof read === "string") return fail("setup_incomplete", `MASTER_KEYS entry ${index + 1} ${read}`);
    keys.push(read);
  }
  const [current] = keys;
  return current === undefined ? fail("setup_incomplete") : ok({ current, all: keys });
}

/** The key of one entry, or what is wrong with it. */
function parseEntry(entry: string, earlier: readonly RingKey[]): RingKey | string {
  if (entry === "") return "is empty: remove the comma beside it.";
  const colon = entry.indexOf(":");
  if (colon === -1) return "has no id: write it as id:key.";
  const id = entry.slice(0, colon);
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(id))
    return "has an invalid id: use 1 to 32 letters, digits, hyphens or underscores.";
  if (earlier.some((key) => key.id === id)) return `repeats the id "${id}": every key needs its own.`;
  const bytes = fromBase64(entry.slice(colon + 1));
  if (bytes === null) return `("${id}") is not padded Base64. ${recipe}`;
  if (bytes.length !== keyLength) return `("${id}") has ${bytes.length} bytes instead of ${keyLength}. ${recipe}`;
  return { id, bytes };
}
