import { fromBase64, toBase64, toHex } from "./bytes.ts";

const encoder = new TextEncoder();
const prefix = "whsec_";

/** Marks a request that a webhook of ours makes, so that the gateway knows its own when it comes back. */
export const hopHeader = "X-Trunkline-Hop";

/** The imported secrets of a webhook: the newest as Blooio's header reads it, and all of them, newest first, as Standard Webhooks reads them. */
export type SigningKeys = { blooio: CryptoKey; standard: readonly CryptoKey[] };

/** One attempt of a delivery: its event id (no full stop in it), the exact body, and the keys that sign it. */
export type WebhookAttempt = { id: string; body: string; keys: SigningKeys; nowMs: number };

/** Returns a webhook secret, `whsec_` and 64 hex digits, from 32 random bytes. */
export function formatWebhookSecret(random: Uint8Array): string {
  if (random.length !== 32) throw new RangeError("A webhook secret needs 32 random bytes.");
  return prefix + toHex(random);
}

/** Imports a webhook's secrets, newest first. Throws where no usable secret is given: nothing leaves unsigned. */
export async function importSigningKeys(secrets: readonly string[]): Promise<SigningKeys> {
  const [newest] = secrets;
  if (newest === undefined) throw new RangeError("A webhook needs a secret to sign with.");
  const decoded = secrets.map(decodeSecret);
  const blooio = await importBytes(new Uint8Array(encoder.encode(newest)));
  return { blooio, standard: await Promise.all(decoded.map(importBytes)) };
}

/** Returns the signature headers of one attempt: Blooio's with the newest secret alone, and Standard Webhooks 1.0's with every secret. */
export async function signWebhook({ id, body, keys, nowMs }: WebhookAttempt): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const blooio = await hmacSha256(keys.blooio, `${timestamp}.${body}`);
  const standard = await Promise.all(keys.standard.map((key) => hmacSha256(key, `${id}.${timestamp}.${body}`)));
  return {
    "X-Blooio-Signature": `t=${timestamp},v1=${toHex(blooio)}`,
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": standard.map((mac) => `v1,${toBase64(mac)}`).join(" "),
  };
}

/** The key as Standard Webhooks receivers read it: 64 hex digits are Base64 of 48 bytes, too. */
function decodeSecret(secret: string): Uint8Array<ArrayBuffer> {
  const key = secret.startsWith(prefix) ? fromBase64(secret.slice(prefix.length)) : null;
  if (key === null || key.length === 0) throw new RangeError("A webhook secret is not whsec_ followed by Base64.");
  return key;
}

function importBytes(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

async function hmacSha256(key: CryptoKey, message: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(message)));
}
