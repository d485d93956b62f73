import type { NumberType } from "libphonenumber-js/max";
import { parseNumber } from "./calling-code.ts";
import { countryOf } from "./phone.ts";
import { areaCodeOf, regionOf } from "./regions.ts";

/** What the numbering plans say of a number. The last four stand only on numbers of calling code 1. */
export type NumberLookup = {
  input: string;
  valid: boolean;
  possible: boolean;
  e164: string;
  national: string;
  international: string;
  countryCallingCode: string;
  country: string | null;
  nationalNumber: string;
  type: Exclude<NumberType, undefined> | null;
  location?: { city: string | null; region: string | null; regionName: string | null } | null;
  areaCode?: string;
  exchange?: string;
  areaCodeRegion?: string;
};

/** Returns what the numbering plans say of a number (contract `PhoneNumberLookupResult`); text that is no number is neither valid nor possible, its forms empty. */
export function lookUpNumber(input: string, homeCountry: string | null): NumberLookup {
  const number = input.includes("%") ? null : parseNumber(input.replace(/^\s+(?=\d)/, "+").trim(), homeCountry);
  if (number === null) return unreadable(input);
  return {
    input,
    valid: number.isValid(),
    possible: number.isPossible(),
    e164: number.number,
    national: number.formatNational(),
    international: number.formatInternational(),
    countryCallingCode: number.countryCallingCode,
    country: countryOf(number.number),
    nationalNumber: number.nationalNumber,
    type: number.getType() ?? null,
    ...northAmerican(number.number),
  };
}

/** City stays null: no table of exchanges is kept. A country without states stands in `areaCodeRegion` itself. */
function northAmerican(e164: string): Pick<NumberLookup, "location" | "areaCode" | "exchange" | "areaCodeRegion"> {
  const areaCode = areaCodeOf(e164);
  if (areaCode === null) return {};
  const found = regionOf(areaCode);
  const codes = { areaCode, exchange: e164.slice(5, 8) };
  if (found === null) return { ...codes, location: null };
  return {
    ...codes,
    location: found.region === null ? null : { city: null, region: found.region, regionName: found.name },
    areaCodeRegion: found.region ?? found.country,
  };
}

function unreadable(input: string): NumberLookup {
  const forms = { e164: "", national: "", international: "", countryCallingCode: "", nationalNumber: "" };
  return { input, valid: false, possible: false, ...forms, country: null, type: null };
}
