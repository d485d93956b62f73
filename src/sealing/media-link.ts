import { toHex } from "../domain/bytes.ts";
import { deriveKey } from "./derive.ts";
import type { KeyRing } from "./key-ring.ts";

/** One file of an inbound message, as its network names it, and the name it has for a person. */
export type MediaPlace = { accountId: string; messageSid: string; mediaSid: string; name: string };

/** How long a link opens: longer than the last attempt of a webhook that carries it. */
const linkKeptMs = 7 * 24 * 60 * 60 * 1000;

/** Returns a link to a file of an inbound message that opens for seven days, without credentials. */
export async function signMediaLink(
  ring: KeyRing,
  place: MediaPlace,
  { base, now }: { base: string; now: number },
): Promise<string> {
  const [key] = await deriveKey(ring, "media-url");
  if (key === undefined) throw new Error("The key ring is empty.");
  const expires = now + linkKeptMs;
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${mediaPath(place)}?${expires}`));
  return `${base}${mediaPath(place)}?exp=${expires}&sig=${toHex(new Uint8Array(mac))}`;
}

/** Returns a file's path below the gateway's address. */
export function mediaPath({ accountId, messageSid, mediaSid, name }: MediaPlace): string {
  return `/media/${accountId}/${messageSid}/${mediaSid}/${name}`;
}
