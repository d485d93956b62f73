import { callingCodeOf, withoutChannel } from "./calling-code.ts";
import { areaCodeRows, overlayComplexes, tollFreeCodes } from "./nanp-area-codes.ts";

/** Where an area code lies: ISO 3166 country, state or province (null outside the United States and Canada) and its English name. */
export type AreaCodeRegion = { country: string; region: string | null; name: string | null };

const regions: ReadonlyMap<string, AreaCodeRegion> = new Map(
  areaCodeRows.flatMap(([country, region, name, codes]) =>
    codes.split(" ").map((code) => [code, { country, region, name }] as const),
  ),
);
const overlays: ReadonlyMap<string, ReadonlySet<string>> = collectOverlays();
const tollFree: ReadonlySet<string> = new Set(tollFreeCodes.split(" "));

/** Returns the area code of a North American number, null for any other address. */
export function areaCodeOf(address: string): string | null {
  return /^\+1([2-9]\d\d)\d{7}$/.exec(withoutChannel(address))?.[1] ?? null;
}

/** Returns where an area code lies; null for toll-free, other non-geographic and unassigned codes. */
export function regionOf(areaCode: string): AreaCodeRegion | null {
  return regions.get(areaCode) ?? null;
}

/** Says whether two different area codes serve one and the same area (NANPA's overlay complexes). */
export function sharesOverlay(a: string, b: string): boolean {
  return a !== b && overlays.get(a)?.has(b) === true;
}

/** Says whether an area code is toll-free in the whole plan. */
export function isTollFree(areaCode: string): boolean {
  return tollFree.has(areaCode);
}

/** Returns where a number is at home, as far as `proximity` asks: numbers with the same answer are equally near to everybody. */
export function placeOf(address: string): string {
  return areaCodeOf(address) ?? `+${callingCodeOf(address) ?? ""}`;
}

/** How near a sender is to a recipient, nearest first. */
export type Proximity = "area_code" | "overlay" | "region" | "country" | "none";

/**
 * Returns how near a sender is to a recipient: in North America by area code, overlay, state or province, country; elsewhere by calling code.
 * A toll-free sender counts as of the country for recipients in the United States and Canada, which it serves alike.
 */
export function proximity(from: string, to: string): Proximity {
  const sender = areaCodeOf(from);
  const recipient = areaCodeOf(to);
  if (sender !== null && recipient !== null) return proximityOfAreaCodes(sender, recipient);
  const callingCode = callingCodeOf(from);
  return callingCode !== null && callingCode !== "1" && callingCode === callingCodeOf(to) ? "country" : "none";
}

function proximityOfAreaCodes(sender: string, recipient: string): Proximity {
  if (sender === recipient) return "area_code";
  if (sharesOverlay(sender, recipient)) return "overlay";
  const there = regionOf(recipient);
  if (there === null) return "none";
  if (isTollFree(sender)) return there.country === "US" || there.country === "CA" ? "country" : "none";
  const here = regionOf(sender);
  if (here === null || here.country !== there.country) return "none";
  return here.region !== null && here.region === there.region ? "region" : "country";
}

function collectOverlays(): Map<string, Set<string>> {
  const neighbours = new Map<string, Set<string>>();
  for (const line of overlayComplexes) {
    const codes = line.split(" ");
    for (const code of codes) neighbours.set(code, new Set([...(neighbours.get(code) ?? []), ...codes]));
  }
  return neighbours;
}
