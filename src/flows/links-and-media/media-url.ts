import { fromHex } from "../../domain/bytes.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Message } from "../../domain/message.ts";
import { deriveKey } from "../../sealing/derive.ts";
import { type MediaPlace, mediaPath, signMediaLink } from "../../sealing/media-link.ts";
import { publicUrlOf } from "../addresses.ts";
import type { Deps } from "../deps.ts";

export type { MediaPlace };

const encoder = new TextEncoder();

/** Returns a link to a file of an inbound message that opens for seven days, without credentials; at our address unless another base is given. */
export async function signMediaUrl(
  deps: Pick<Deps, "keyRing" | "addresses" | "now">,
  place: MediaPlace,
  base?: string,
): Promise<string> {
  return signMediaLink(deps.keyRing, place, { base: base ?? (await publicUrlOf(deps)), now: deps.now() });
}

/** Returns a message whose links to inbound files open for seven days from now: read again, an old message has files again. */
export async function renewLinks(
  deps: Pick<Deps, "keyRing" | "addresses" | "now">,
  message: Message,
): Promise<Message> {
  if (message.direction !== "inbound" || message.attachments.length === 0) return message;
  const attachments = message.attachments.map(async (attachment) => ({
    ...attachment,
    url: await renewLink(deps, attachment.url),
  }));
  return { ...message, attachments: await Promise.all(attachments) };
}

/** Returns a link of ours as it opens for seven days from now; any other as it is. */
export async function renewLink(deps: Pick<Deps, "keyRing" | "addresses" | "now">, url: string): Promise<string> {
  const found = await findOwn(deps, url);
  return found === null ? url : signMediaUrl(deps, found.place, deps.addresses.known().current ?? found.base);
}

/** Reads a link of ours, whatever our address was when it was made: its signature says that it is ours, also when its time is over. */
async function findOwn(
  deps: Pick<Deps, "keyRing" | "now">,
  url: string,
): Promise<{ place: MediaPlace; base: string } | null> {
  const parts = /^(.*)\/media\/([^/?]+)\/([^/?]+)\/([^/?]+)\/([^/?]+)\?(.*)$/.exec(url) ?? [];
  const [, base, accountId, messageSid, mediaSid, name, query] = parts;
  if (base === undefined || accountId === undefined || messageSid === undefined) return null;
  if (mediaSid === undefined || name === undefined) return null;
  const place = { accountId, messageSid, mediaSid, name };
  const checked = await checkMediaUrl(deps, place, new URLSearchParams(query));
  return checked.ok || checked.failure.code === "media_expired" ? { place, base } : null;
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
    if (!(await crypto.subtle.verify("HMAC", key, given, encoder.encode(`${mediaPath(place)}?${expires}`)))) continue;
    return Number(expires) > deps.now() ? ok(null) : fail("media_expired");
  }
  return fail("signature_invalid", "This link was not made by this gateway.");
}
