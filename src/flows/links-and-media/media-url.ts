import { fromHex, toHex } from "../../domain/bytes.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Message } from "../../domain/message.ts";
import { deriveKey } from "../../sealing/derive.ts";
import type { Deps } from "../deps.ts";

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

/** Returns a message whose links to inbound files open for seven days from now: read again, an old message has files again. */
export async function renewLinks(
  deps: Pick<Deps, "keyRing" | "publicUrl" | "now">,
  message: Message,
): Promise<Message> {
  if (message.direction !== "inbound" || message.attachments.length === 0) return message;
  const attachments = message.attachments.map(async (attachment) => {
    const place = placeOf(deps, attachment.url);
    return place === null ? attachment : { ...attachment, url: await signMediaUrl(deps, place) };
  });
  return { ...message, attachments: await Promise.all(attachments) };
}

function placeOf(deps: Pick<Deps, "publicUrl">, url: string): MediaPlace | null {
  if (!url.startsWith(`${deps.publicUrl}/media/`)) return null;
  const [, accountId, messageSid, mediaSid, name] = /\/media\/([^/?]+)\/([^/?]+)\/([^/?]+)\/([^/?]+)\?/.exec(url) ?? [];
  if (accountId === undefined || messageSid === undefined || mediaSid === undefined || name === undefined) return null;
  return { accountId, messageSid, mediaSid, name };
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
