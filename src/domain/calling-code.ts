import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import { kept } from "./kept.ts";

/** A message's number is asked about several times on its way. */
const parse = kept(500, (place) => {
  const at = place.indexOf(" ");
  const defaultCountry = readCountry(place.slice(0, at));
  const options = defaultCountry === null ? { extract: false } : { extract: false, defaultCountry };
  return { number: parsePhoneNumberFromString(place.slice(at + 1), options) ?? null };
});

/** Returns a number as libphonenumber reads the whole of the text, national forms in `homeCountry`; null where it sees none. */
export function parseNumber(text: string, homeCountry: string | null): PhoneNumber | null {
  return parse(`${homeCountry ?? ""} ${text}`).number;
}

/** Returns the country as libphonenumber knows it (ISO 3166 alpha-2, upper case), or null for one it does not know. */
export function readCountry(country: string | null): CountryCode | null {
  const code = country?.toUpperCase() ?? "";
  return isSupportedCountry(code) ? code : null;
}

/** Returns the calling code of an address (`+1…` gives "1", `whatsapp:` is looked through), or null where there is none. */
export function callingCodeOf(address: string): string | null {
  return parseNumber(withoutChannel(address), null)?.countryCallingCode ?? null;
}

/** Returns the address without a leading `whatsapp:`. */
export function withoutChannel(address: string): string {
  return address.replace(/^whatsapp:/, "");
}
