import type { KeyRing, RingKey } from "./key-ring.ts";

const encoder = new TextEncoder();
const salt = encoder.encode("trunkline");

type Shape = "hmac" | "aes";
const shapes = {
  hmac: { algorithm: { name: "HMAC", hash: "SHA-256", length: 256 }, usages: ["sign", "verify"] },
  aes: { algorithm: { name: "AES-GCM", length: 256 }, usages: ["encrypt", "decrypt"] },
} as const;

const derivedLists = new WeakMap<KeyRing, Map<string, Promise<CryptoKey[]>>>();
const derivedKeys = new WeakMap<RingKey, Map<string, Promise<CryptoKey>>>();

/** Returns an HMAC-SHA256 key of each ring key for `purpose`, current first (HKDF-SHA256, RFC 5869); keys of different purposes tell nothing of each other. */
export function deriveKey(ring: KeyRing, purpose: string): Promise<CryptoKey[]> {
  return remember(derivedLists, ring, purpose, () =>
    Promise.all(ring.all.map((key) => deriveOne(key, "hmac", purpose))),
  );
}

/** Returns the AES-256-GCM key of one ring key under which records are sealed; it is not the ring key itself, so that each key has one use. */
export function deriveSealingKey(key: RingKey): Promise<CryptoKey> {
  return deriveOne(key, "aes", "sealing");
}

function deriveOne(key: RingKey, shape: Shape, purpose: string): Promise<CryptoKey> {
  const info = `${shape}:${purpose}`;
  return remember(derivedKeys, key, info, async () => {
    const master = await crypto.subtle.importKey("raw", key.bytes, "HKDF", false, ["deriveKey"]);
    const parameters = { name: "HKDF", hash: "SHA-256", salt, info: encoder.encode(info) };
    const { algorithm, usages } = shapes[shape];
    return crypto.subtle.deriveKey(parameters, master, algorithm, false, [...usages]);
  });
}

/** Hot paths derive once for each owner: what is kept goes when the owner goes. */
function remember<Owner extends object, Value>(
  kept: WeakMap<Owner, Map<string, Promise<Value>>>,
  owner: Owner,
  name: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const ofOwner = kept.get(owner) ?? new Map<string, Promise<Value>>();
  kept.set(owner, ofOwner);
  const value = ofOwner.get(name) ?? make();
  ofOwner.set(name, value);
  return value;
}
