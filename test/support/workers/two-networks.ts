import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { FakeMac, FakeMacOptions } from "../node/fake-bluebubbles-mac.ts";
import { admin } from "./gateway.ts";
import { type LineKey, type MacWorld, makeLineKey, standInForMacs } from "./mac.ts";
import { connectCarrier, makeKey, newNumber, type Pool } from "./pool.ts";

/** One organization with two live keys: `line` has a line on a Mac, `texts` a Twilio number; both stand-ins are behind the one `fetch`. */
export type TwoNetworks = { world: MacWorld; mac: FakeMac; line: LineKey; texts: Pool };

/** Makes an organization with a key on each network. The line's key falls back to the other one unless `fallback` says otherwise. */
export async function openTwoNetworks(
  options: Partial<FakeMacOptions> = {},
  fallback: object | null | "to_texts" = "to_texts",
): Promise<TwoNetworks> {
  const number = newNumber();
  const carrier = await connectCarrier({ [number]: {} });
  const texts = await makeKey(carrier, { [number]: {} });
  const world = joinMacs();
  const mac = world.open(options);
  const line = await makeLineKey(mac, { organizationId: carrier.organizationId });
  const wanted = fallback === "to_texts" ? { to: "api_key", api_key_id: texts.id } : fallback;
  if (wanted !== null) await setFallback(line, wanted);
  return { world, mac, line, texts };
}

/** Puts the stand-in for Macs beside the one for Twilio: the customer's endpoint is kept by the first. */
export function joinMacs(): MacWorld {
  const toTwilio = vi.mocked(globalThis.fetch).getMockImplementation();
  const world = standInForMacs();
  const toMacs = vi.mocked(globalThis.fetch).getMockImplementation();
  if (toTwilio === undefined || toMacs === undefined) throw new Error("Stand in for the outside first.");
  vi.mocked(globalThis.fetch).mockImplementation((input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    return url.origin === env.TWILIO_API_URL ? toTwilio(input, init) : toMacs(input, init);
  });
  return world;
}

/** Sets where a key's messages fall back to, and returns how that was answered. */
export function setFallback(key: { id: string }, fallback: object | null) {
  return admin(`/api-keys/${key.id}`, { method: "PATCH", body: { fallback } });
}
