import type { Hono } from "hono";
import { lookUpNumber } from "../../../domain/phone-lookup.ts";
import { apiKeyGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { homeCountryOf, toLookup } from "../../v2/phone-numbers/routes.ts";
import { batchLookupV4PhoneNumbers, lookupV4PhoneNumber, lookupV4PhoneNumberPost } from "./contract.ts";

/** Registers what the numbering plans say of phone numbers by v4. */
export function mountV4PhoneNumbers(router: Hono<Edge>): void {
  mount(
    router,
    lookupV4PhoneNumber,
    async ({ query, reply }, c) => {
      const country = await homeCountryOf(c);
      return country.ok ? reply(200, { data: toLookup(lookUpNumber(query.number, country.value)) }) : country;
    },
    apiKeyGuard,
  );
  mount(
    router,
    lookupV4PhoneNumberPost,
    async ({ body, reply }, c) => {
      const country = await homeCountryOf(c);
      return country.ok ? reply(200, { data: toLookup(lookUpNumber(body.number, country.value)) }) : country;
    },
    apiKeyGuard,
  );
  mount(
    router,
    batchLookupV4PhoneNumbers,
    async ({ body, reply }, c) => {
      const country = await homeCountryOf(c);
      if (!country.ok) return country;
      return reply(200, { data: body.numbers.map((number) => toLookup(lookUpNumber(number, country.value))) });
    },
    apiKeyGuard,
  );
}
