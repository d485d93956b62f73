import { fromBase64Url, toBase64Url } from "../domain/bytes.ts";
import type { Sealed } from "../domain/snapshot.ts";
import { deriveSealingKey } from "./derive.ts";
import type { KeyRing } from "./key-ring.ts";

/** Where a sealed value lives; it opens nowhere else. */
export type Place = { table: string; row: string; column: string };

/** The opened text, or why there is none: not our format, a key that the ring no longer has, or altered or moved. */
export type Opened = { ok: true; text: string } | { ok: false; because: "malformed" | "unknown_key" | "refused" };

const version = "v1";
const nonceLength = 12;
const tagLength = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Returns `v1.<key id>.<nonce>.<ciphertext>`: AES-256-GCM under the ring's current key, bound to its place.
 * Nonces are random, which holds for 2^32 values a key (NIST SP 800-38D section 8.3).
 */
export async function seal(
  ring: KeyRing,
  plaintext: string,
  place: Place,
  nonce: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(nonceLength)),
): Promise<Sealed> {
  if (nonce.length !== nonceLength) throw new RangeError(`A nonce has ${nonceLength} bytes.`);
  const { current } = ring;
  const key = await deriveSealingKey(current);
  const sealed = await crypto.subtle.encrypt(parametersOf(nonce, current.id, place), key, encoder.encode(plaintext));
  return [version, current.id, toBase64Url(nonce), toBase64Url(new Uint8Array(sealed))].join(".");
}

/** Returns the text sealed at this very place under any key of the ring; never a part of it, never a throw. */
export async function open(ring: KeyRing, sealed: Sealed, place: Place): Promise<Opened> {
  const parts = parse(sealed);
  if (parts === null) return { ok: false, because: "malformed" };
  const ringKey = ring.all.find((key) => key.id === parts.keyId);
  if (ringKey === undefined) return { ok: false, because: "unknown_key" };
  try {
    const key = await deriveSealingKey(ringKey);
    const bytes = await crypto.subtle.decrypt(parametersOf(parts.nonce, ringKey.id, place), key, parts.ciphertext);
    return { ok: true, text: decoder.decode(bytes) };
  } catch {
    return { ok: false, because: "refused" };
  }
}

/** Tells whether a value is sealed under the ring's current key; one that is not is due for sealing again. */
export function isCurrent(ring: KeyRing, sealed: Sealed): boolean {
  return parse(sealed)?.keyId === ring.current.id;
}

/** Returns the id of the key that sealed a value, null for what was never sealed. */
export function sealedBy(sealed: Sealed): string | null {
  return parse(sealed)?.keyId ?? null;
}

/** Returns the first of the values' keys that the ring does not have, null where it has them all. */
export function lostKeyAmong(ring: KeyRing, values: readonly (Sealed | null)[]): string | null {
  const ids = values.flatMap((value) => (value === null ? [] : (sealedBy(value) ?? [])));
  return ids.find((id) => !ring.all.some((key) => key.id === id)) ?? null;
}

/** A secret that cannot be opened: our own fault or the operator's, never the caller's. `lostKey` is the master key that MASTER_KEYS lacks, or has with other bytes; null for what was never sealed. */
export class UnopenedSecret extends Error {
  readonly lostKey: string | null;

  constructor(place: Place, sealed: Sealed, because: string) {
    const key = sealedBy(sealed);
    super(
      because === "unknown_key"
        ? `A secret of ${place.table} ${place.row} was sealed by the master key ${key}, which MASTER_KEYS does not have: put it back at the end of the list.`
        : `A secret of ${place.table} ${place.row} cannot be opened: ${because}.`,
    );
    this.name = "UnopenedSecret";
    this.lostKey = key;
  }
}

function parse(sealed: Sealed) {
  const [form, keyId, nonceText, ciphertextText, ...rest] = sealed.split(".", 5);
  if (form !== version || keyId === undefined || rest.length > 0) return null;
  const nonce = fromBase64Url(nonceText ?? "");
  const ciphertext = fromBase64Url(ciphertextText ?? "");
  if (nonce?.length !== nonceLength || ciphertext === null || ciphertext.length < tagLength) return null;
  return { keyId, nonce, ciphertext };
}

function parametersOf(nonce: Uint8Array<ArrayBuffer>, keyId: string, place: Place) {
  const bound = JSON.stringify([version, keyId, place.table, place.row, place.column]);
  return { name: "AES-GCM", iv: nonce, additionalData: encoder.encode(bound), tagLength: tagLength * 8 };
}
