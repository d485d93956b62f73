import { parseNumber, withoutChannel } from "./calling-code.ts";
import { areaCodeOf, regionOf } from "./regions.ts";

/**
 * When a key pauses itself: so many strangers in one costly range within this time. Carriers pay those who hold a range for what is sent into it, so a stolen key writes to numbers in a row
 * abroad or at premium rate; a list of customers hardly ever has so many within one thousand numbers.
 */
export const pumpingRules = {
  strangers: 20,
  withinMs: 10 * 60 * 1000,
  digitsOfRange: 3,
  trustMs: 24 * 60 * 60 * 1000,
} as const;

/**
 * Returns the range of a thousand numbers that an address lies in (its digits without the last three), where writing to it costs more than at home: it is at premium rate, or its country is none of `home`.
 * Null for every other address, and for one whose country is not known.
 */
export function costlyRange(address: string, home: ReadonlySet<string>): number | null {
  if (liesAtHome(address, home)) return null;
  const number = parseNumber(withoutChannel(address), null);
  const country = number?.country;
  if (number === null || country === undefined) return null;
  const type = number.getType();
  const isPremium = type === "PREMIUM_RATE" || type === "SHARED_COST";
  if (!isPremium && home.has(country)) return null;
  const digits = number.number.slice(1, -pumpingRules.digitsOfRange);
  return digits === "" ? null : Number(digits);
}

/** No area code of a state or province has a premium rate (those of islands have ranges with one): what is at home by it needs no closer look. */
function liesAtHome(address: string, home: ReadonlySet<string>): boolean {
  const place = regionOf(areaCodeOf(address) ?? "");
  return place?.region != null && home.has(place.country);
}

/** Returns the countries that are home to a key: its organization's and those of its numbers; the United States and Canada are one. */
export function homeOf(organization: string | null, numbers: readonly string[]): ReadonlySet<string> {
  const countries = numbers.map((address) => parseNumber(withoutChannel(address), null)?.country);
  const home = new Set([organization, ...countries].filter((country) => typeof country === "string"));
  if (home.has("US") || home.has("CA")) for (const country of ["US", "CA"]) home.add(country);
  return home;
}

/** Returns why a key paused itself, as a sentence. */
export function tellPumping(range: number): string {
  return `The API key paused itself: it wrote to ${pumpingRules.strangers} strangers within ten minutes in the range +${range}${"x".repeat(pumpingRules.digitsOfRange)}. If that was meant, set it active again.`;
}
