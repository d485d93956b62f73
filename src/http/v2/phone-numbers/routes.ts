import type { Context, Hono } from "hono";
import { ok, type Result } from "../../../domain/failure.ts";
import { lookUpNumber, type NumberLookup } from "../../../domain/phone-lookup.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { batchLookupPhoneNumbers, lookupPhoneNumber, lookupPhoneNumberPost } from "./contract.ts";

/** Registers what the numbering plans say of phone numbers; nobody outside is asked. */
export function mountPhoneNumbers(router: Hono<Edge>): void {
  mount(
    router,
    lookupPhoneNumber,
    async ({ query, reply }, c) => {
      const country = await homeCountryOf(c);
      return country.ok ? reply(200, toLookup(lookUpNumber(query.number, country.value))) : country;
    },
    apiKeyGuard,
  );

  mount(
    router,
    lookupPhoneNumberPost,
    async ({ body, reply }, c) => {
      const country = await homeCountryOf(c);
      return country.ok ? reply(200, toLookup(lookUpNumber(body.number, country.value))) : country;
    },
    apiKeyGuard,
  );

  mount(
    router,
    batchLookupPhoneNumbers,
    async ({ body, reply }, c) => {
      const country = await homeCountryOf(c);
      if (!country.ok) return country;
      return reply(200, { results: body.numbers.map((number) => toLookup(lookUpNumber(number, country.value))) });
    },
    apiKeyGuard,
  );
}

/** Returns the organization's country, by whose writing digits without a calling code are read. */
export async function homeCountryOf(c: Context<Edge>): Promise<Result<string | null>> {
  const credential = credentialOf(c);
  const key = await askPool(c.get("deps"), credential.keyId, (pool) => pool.authenticate(credential));
  return key.ok ? ok(key.value.organization.countryCode) : key;
}

/** Returns what is known of a number as answers show it. */
export function toLookup(found: NumberLookup) {
  return {
    input: found.input,
    valid: found.valid,
    possible: found.possible,
    e164: found.e164,
    national: found.national,
    international: found.international,
    country_calling_code: found.countryCallingCode,
    country: found.country,
    national_number: found.nationalNumber,
    type: found.type,
    ...northAmericanOf(found),
  };
}

function northAmericanOf({ location, areaCode, exchange, areaCodeRegion }: NumberLookup) {
  const place = location && { city: location.city, region: location.region, region_name: location.regionName };
  return {
    ...(place === undefined ? {} : { location: place }),
    ...(areaCode === undefined ? {} : { area_code: areaCode }),
    ...(exchange === undefined ? {} : { exchange }),
    ...(areaCodeRegion === undefined ? {} : { area_code_region: areaCodeRegion }),
  };
}
