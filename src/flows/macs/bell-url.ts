import { fromHex, toHex } from "../../domain/bytes.ts";
import { signedUrlsOf } from "../../domain/public-address.ts";
import { deriveKey } from "../../sealing/derive.ts";
import { publicUrlOf } from "../addresses.ts";
import type { Deps } from "../deps.ts";

const purpose = "bell-url";
const encoder = new TextEncoder();

/** Returns the URL at which a Mac rings: nobody can guess its end, and it says nothing. */
export async function bellUrl(deps: Deps, accountId: string): Promise<string> {
  const [key] = await deriveKey(deps.keyRing, purpose);
  if (key === undefined) throw new Error("The key ring is empty.");
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(accountId));
  return `${await publicUrlOf(deps)}/bluebubbles/${accountId}/${toHex(new Uint8Array(mac))}`;
}

/** Says whether the end of a bell's URL is an account's, under any master key. */
export async function bellHolds(deps: Pick<Deps, "keyRing">, accountId: string, secret: string): Promise<boolean> {
  const given = fromHex(secret);
  if (given === null) return false;
  for (const key of await deriveKey(deps.keyRing, purpose)) {
    if (await crypto.subtle.verify("HMAC", key, given, encoder.encode(accountId))) return true;
  }
  return false;
}

/** Returns what tells whether a webhook at the Mac is a bell of ours for this account, at whatever address of ours. */
export async function bellsOf(deps: Deps, accountId: string): Promise<(url: string) => boolean> {
  const ours = signedUrlsOf(await deps.addresses.read(), `/bluebubbles/${accountId}/`);
  return (url) => ours.some((prefix) => url.startsWith(prefix));
}
