import { areaCodeZones } from "./area-code-zones.ts";
import { kept } from "./kept.ts";
import { areaCodeRows } from "./nanp-area-codes.ts";
import { countryOf } from "./phone.ts";
import { areaCodeOf, regionOf } from "./regions.ts";

/** Countries with a calling code of which ICU knows no zone. */
const unlisted: Readonly<Record<string, string>> = {
  AC: "Atlantic/St_Helena",
  TA: "Atlantic/St_Helena",
  XK: "Europe/Belgrade",
};

/**
 * Returns every time zone that the person behind an address may live in, one of each that keep the same time: in the United States and Canada by area code, elsewhere, and where an area
 * code lies nowhere (toll-free), by country. What is no phone number is taken to be in `homeCountry`; where that is not known either, the list is empty.
 */
export function zonesOf(address: string, homeCountry: string | null): readonly string[] {
  const areaCode = areaCodeOf(address);
  const byCode = areaCode === null ? null : zonesOfAreaCode(areaCode);
  const country = areaCode === null ? countryOf(address) : (regionOf(areaCode)?.country ?? "US");
  return byCode ?? zonesOfCountry(country ?? homeCountry ?? "");
}

/** Says whether this is the name of a time zone as the tz database writes it, for example America/New_York. */
export function isTimeZone(name: string): boolean {
  if (name !== "UTC" && !/^[A-Za-z]+\/[A-Za-z0-9_+/-]+$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** An area code that is younger than the list lies where the others of its state or province do. */
function zonesOfAreaCode(areaCode: string): readonly string[] | null {
  const own = listed([areaCode]);
  if (own.length > 0) return own;
  const [, region, , around = ""] = areaCodeRows.find(([, , , codes]) => codes.includes(areaCode)) ?? [];
  const near = region == null ? [] : listed(around.split(" "));
  return near.length > 0 ? near : null;
}

function listed(codes: readonly string[]): string[] {
  const rows = areaCodeZones.filter(([, all]) => codes.some((code) => all.includes(code)));
  return [...new Set(rows.flatMap(([zones]) => zones.split(" ")))];
}

/** The zones of a country as ICU lists them, research stations left out. */
const zonesOfCountry = kept(100, (country): readonly string[] => {
  if (!/^[A-Z]{2}$/.test(country)) return [];
  const locale: Locale = new Intl.Locale(`und-${country}`);
  const all = (locale.getTimeZones?.() ?? locale.timeZones ?? []).filter((zone) => !zone.startsWith("Antarctica/"));
  const clocks = new Map(all.map((zone) => [yearOf(zone), zone]));
  const own = unlisted[country];
  return own === undefined ? [...clocks.values()] : [own];
});

type Locale = Intl.Locale & { getTimeZones?: () => string[]; timeZones?: string[] };

/** Zones that differ in no month keep the same time for our purpose; the year is one of the present rules. */
function yearOf(zone: string): string {
  const clock = new Intl.DateTimeFormat("en", { timeZone: zone, day: "numeric", hour: "numeric", minute: "numeric" });
  return Array.from({ length: 12 }, (_, month) => clock.format(Date.UTC(2026, month, 15))).join();
}
