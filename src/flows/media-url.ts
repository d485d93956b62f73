import { fromHex, toHex } from "../domain/bytes.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import { deriveKey } from "../sealing/derive.ts";
import type { Deps } from "./deps.ts";

/** One file of an inbound message, as Twilio names it, and the name it has for a person. */
export type MediaPlace = { accountId: string; messageSid: string; mediaSid: string; name: string };

/** How long a link opens: longer than the last attempt of a webhook that carries it. */
const linkKeptMs = 7 * 24 * 60 * 60 * 1000;
const encoder = new TextEncoder();

/** Returns a link to a file of an inbound message that opens for seven days, without credentials. */
export async function signMediaUrl(
  deps: Pick<Deps, "keyRing" | "publicUrl" | "now">,
  place: MediaPlace,
): Promise<string> {
  const [key] = await deriveKey(deps.keyRing, "media-url");
  if (key === undefined) throw new Error("The key ring is empty.");
  const expires = deps.now() + linkKeptMs;
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(`${pathOf(place)}?${expires}`));
  return `${deps.publicUrl}${pathOf(place)}?exp=${expires}&sig=${toHex(new Uint8Array(mac))}`;
}

/** Says whether a link is ours and still opens: `signature_invalid` where it is not ours, `media_expired` where it was. */
export async function checkMediaUrl(
  deps: Pick<Deps, "keyRing" | "now">,
  place: MediaPlace,
  query: URLSearchParams,
): Promise<Result<null>> {
  const expires = query.get("exp") ?? "";
  const given = fromHex(query.get("sig") ?? "");
  if (given === null) return fail("signature_invalid", "This link was not made by this gateway.");
  for (const key of await deriveKey(deps.keyRing, "media-url")) {
    if (!(await crypto.subtle.verify("HMAC", key, given, encoder.encode(`${pathOf(place)}?${expires}`)))) continue;
    return Number(expires) > deps.now() ? ok(null) : fail("media_expired");
  }
  return fail("signature_invalid", "This link was not made by this gateway.");
}

function pathOf({ accountId, messageSid, mediaSid, name }: MediaPlace): string {
  return `/media/${accountId}/${messageSid}/${mediaSid}/${name}`;
}
