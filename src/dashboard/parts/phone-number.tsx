import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { Copy } from "./copy.tsx";

const regions = new Intl.DisplayNames("en", { type: "region" });

/** Returns an address as people read it, and its country where the number tells one; anything but a phone number stays as it is. */
export function readAddress(address: string): { words: string; country: string | null } {
  const prefix = /^[a-z]+:/.exec(address)?.[0] ?? "";
  const parsed = parsePhoneNumberFromString(address.slice(prefix.length));
  if (parsed === undefined) return { words: address, country: null };
  return { words: `${prefix}${parsed.formatInternational()}`, country: parsed.country ?? null };
}

/** A phone number as people read it, with its country, to be copied exactly as the API takes it. */
export function PhoneNumber({ address, copies = false }: { address: string; copies?: boolean }) {
  const { words, country } = readAddress(address);
  return (
    <span className="phone">
      <bdi className="mono" title={address}>
        {words}
      </bdi>
      {country !== null && (
        <abbr className="country" title={regions.of(country)}>
          {country}
        </abbr>
      )}
      {copies && <Copy text={address} what={address} />}
    </span>
  );
}
