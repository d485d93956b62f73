import { toHex } from "./bytes.ts";
import type { KeyMode } from "./snapshot.ts";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const idLength = 16;
const secretLength = 32;
const checksumLength = 8;
const tokenLength = "tl_live_".length + idLength + secretLength + checksumLength;
const referenceLength = idLength + checksumLength;
const keyIdForm = /^key_([0-9A-Za-z]{16})$/;
const encoder = new TextEncoder();

/** What a well-formed token says: whose it is (`key_…`), its mode, and the SHA-256 of the whole token in hex, to compare with what is stored. */
export type ParsedToken = { keyId: string; mode: KeyMode; hash: string };

/** Returns a new API key id, `key_` and 16 base62 digits; 32 random bytes suffice. */
export function formatKeyId(random: Uint8Array): string {
  return `key_${encodeBase62(random, idLength)}`;
}

/** Returns a new 64 character token of `keyId` and its hash; 64 random bytes suffice for its secret. */
export async function mintToken(parts: {
  mode: KeyMode;
  keyId: string;
  secretBytes: Uint8Array;
  checksumKey: CryptoKey;
}): Promise<{ token: string; hash: string }> {
  const body = `tl_${parts.mode}_${bareId(parts.keyId)}${encodeBase62(parts.secretBytes, secretLength)}`;
  const token = body + (await checksumOf(body, parts.checksumKey));
  return { token, hash: await hashToken(token) };
}

/** Returns what the token says, or null for anything that was not minted under one of the checksum keys. */
export async function parseToken(text: string, checksumKeys: readonly CryptoKey[]): Promise<ParsedToken | null> {
  if (text.length !== tokenLength) return null;
  const [, mode, id] = /^tl_(live|test)_([0-9A-Za-z]{16})[0-9A-Za-z]{40}$/.exec(text) ?? [];
  if ((mode !== "live" && mode !== "test") || id === undefined) return null;
  const hash = await hashToken(text);
  const genuine = genuineUnder(checksumKeys);
  if (!genuine.has(hash)) {
    if (!(await endsWithChecksum(text, "", checksumKeys))) return null;
    remember(genuine, hash, "");
  }
  return { keyId: `key_${id}`, mode, hash };
}

/** Says whether a text has the form of an API key id. */
export function isApiKeyId(text: string): boolean {
  return keyIdForm.test(text);
}

/** Returns the last 4 characters of a token, by which a person recognises it. */
export function hint(token: string): string {
  return token.slice(-4);
}

/** Returns the name of a key's pool for a callback URL, 24 base62 digits that only we can make. */
export async function poolReference(keyId: string, checksumKey: CryptoKey): Promise<string> {
  const id = bareId(keyId);
  return id + (await checksumOf(`pool:${id}`, checksumKey));
}

/** Returns the key id (`key_…`) of a pool reference, or null for anything not made under one of the checksum keys. */
export async function parsePoolReference(text: string, checksumKeys: readonly CryptoKey[]): Promise<string | null> {
  if (text.length !== referenceLength || !/^[0-9A-Za-z]+$/.test(text)) return null;
  const id = text.slice(0, idLength);
  const genuine = genuineUnder(checksumKeys);
  if (!equalInConstantTime(genuine.get(id) ?? "", text)) {
    if (!(await endsWithChecksum(text, "pool:", checksumKeys))) return null;
    remember(genuine, id, text);
  }
  return `key_${id}`;
}

/** So many are remembered of what was found genuine under a ring's keys: tokens by their hash alone, and references by the id that they name. */
const rememberedAtMost = 1_000;
const genuineBy = new WeakMap<readonly CryptoKey[], Map<string, string>>();

function genuineUnder(keys: readonly CryptoKey[]): Map<string, string> {
  const genuine = genuineBy.get(keys) ?? new Map<string, string>();
  genuineBy.set(keys, genuine);
  return genuine;
}

function remember(genuine: Map<string, string>, name: string, text: string): void {
  if (genuine.size >= rememberedAtMost) genuine.clear();
  genuine.set(name, text);
}

/**
 * Returns `length` base62 digits, each as likely as any other: bytes from 248 on are passed over, as 62 does not divide 256.
 * Throws where the bytes run out; twice as many bytes as digits always suffice in practice.
 */
export function encodeBase62(random: Uint8Array, length: number): string {
  let digits = "";
  for (const byte of random) {
    if (byte < 248 && digits.length < length) digits += alphabet.charAt(byte % 62);
  }
  if (digits.length < length) throw new RangeError(`Not enough random bytes for ${length} base62 digits.`);
  return digits;
}

function bareId(keyId: string): string {
  const id = keyIdForm.exec(keyId)?.[1];
  if (id === undefined) throw new RangeError("An API key id is key_ and 16 base62 digits.");
  return id;
}

async function hashToken(token: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(token))));
}

async function checksumOf(body: string, key: CryptoKey): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(body));
  return encodeBase62(new Uint8Array(mac), checksumLength);
}

async function endsWithChecksum(text: string, scope: string, keys: readonly CryptoKey[]): Promise<boolean> {
  const body = text.slice(0, -checksumLength);
  const given = text.slice(-checksumLength);
  const expected = await Promise.all(keys.map((key) => checksumOf(scope + body, key)));
  return expected.filter((checksum) => equalInConstantTime(checksum, given)).length > 0;
}

/** Both texts have the same length, so the time tells nothing about where they differ. */
function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}
