import * as z from "zod";
import type { CarrierResult } from "../carrier.ts";
import type { MacLocation, MacLogin } from "./account.ts";
import { call, readAnswer, type Wire } from "./call.ts";

/** A look-up at Apple may take its time. */
const lookUpMs = 30_000;
const word = z.string().nullish().catch(null);
const available = z.object({ available: z.boolean() });
const card = z.object({ name: word, avatar: word }).nullish();
const link = z.object({ link: z.string().min(1) });
const place = z.object({
  handle: z.string().nullish(),
  coordinates: z.tuple([z.number(), z.number()]).nullish().catch(null),
  status: word,
  long_address: word,
  short_address: word,
  last_updated: z.number().nullish().catch(null),
});
const places = z.array(place).nullish();

/** Asks Apple whether an address can be reached. Only a clear yes is one. Each such question is a sign to Apple: the caller keeps the answer. */
export async function isReachable(
  wire: Wire,
  login: MacLogin,
  contact: string,
  by: "imessage" | "facetime",
): Promise<CarrierResult<boolean>> {
  const asked = { path: `handle/availability/${by}`, query: { address: contact }, timeoutMs: lookUpMs };
  const read = readAnswer(await call(wire, login, asked), available);
  return read.ok ? { ok: true, value: read.value.available } : read;
}

/** Returns our own contact card as Messages shares it; the picture is base64. */
export async function contactCard(
  wire: Wire,
  login: MacLogin,
): Promise<CarrierResult<{ name: string | null; avatar: string | null }>> {
  const read = readAnswer(await call(wire, login, { path: "icloud/contact" }), card);
  if (!read.ok) return read;
  return { ok: true, value: { name: read.value?.name ?? null, avatar: read.value?.avatar ?? null } };
}

/** Makes a FaceTime link; whoever opens it waits to be let in, and nobody is called. */
export async function makeFaceTimeLink(wire: Wire, login: MacLogin): Promise<CarrierResult<string>> {
  const asked = { method: "POST", path: "facetime/session", timeoutMs: lookUpMs } as const;
  const read = readAnswer(await call(wire, login, asked), link);
  return read.ok ? { ok: true, value: read.value.link } : read;
}

/** Returns where people are who share their place with this Apple ID, as far as the server knows; a refresh opens Find My on the Mac for half a minute. */
export async function locations(wire: Wire, login: MacLogin, refresh: boolean): Promise<CarrierResult<MacLocation[]>> {
  const asked = refresh
    ? ({ method: "POST", path: "icloud/findmy/friends/refresh", timeoutMs: 2 * lookUpMs } as const)
    : { path: "icloud/findmy/friends" };
  const read = readAnswer(await call(wire, login, asked), places);
  return read.ok ? { ok: true, value: (read.value ?? []).flatMap(readPlace) } : read;
}

function readPlace(found: z.infer<typeof place>): MacLocation[] {
  if (found.handle == null) return [];
  return [
    {
      handle: found.handle,
      coordinates: found.coordinates ?? null,
      status: found.status ?? "unknown",
      address: found.long_address ?? found.short_address ?? null,
      lastUpdated: found.last_updated ?? null,
    },
  ];
}
