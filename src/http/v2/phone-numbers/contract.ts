import * as z from "zod";
import { defineOperation } from "../../operation.ts";

const lineType = z.enum([
  "FIXED_LINE",
  "MOBILE",
  "FIXED_LINE_OR_MOBILE",
  "TOLL_FREE",
  "PREMIUM_RATE",
  "SHARED_COST",
  "VOIP",
  "PERSONAL_NUMBER",
  "PAGER",
  "UAN",
  "VOICEMAIL",
]);

export const PhoneNumberLookupResult = z
  .object({
    input: z.string(),
    valid: z.boolean(),
    possible: z.boolean(),
    e164: z.string().optional(),
    national: z.string().optional(),
    international: z.string().optional(),
    country_calling_code: z.string().optional(),
    country: z.string().nullish(),
    national_number: z.string().optional(),
    type: lineType.nullish(),
    location: z
      .object({ city: z.string().nullish(), region: z.string().nullish(), region_name: z.string().nullish() })
      .nullish(),
    area_code: z.string().optional(),
    exchange: z.string().optional(),
    area_code_region: z.string().optional(),
  })
  .meta({ id: "PhoneNumberLookupResult" });

export const BatchLookup = z.object({ results: z.array(PhoneNumberLookupResult) }).meta({ id: "BatchLookup" });

const number = z.string().min(1).max(128);
const common = { base: "v2", auth: "api_key", tags: ["Phone numbers"] } as const;
const answers = { 200: { description: "What is known of the number.", schema: PhoneNumberLookupResult } } as const;

export const lookupPhoneNumber = defineOperation({
  ...common,
  id: "lookupPhoneNumber",
  method: "get",
  path: "/phone-numbers/lookup",
  summary: "Look a phone number up",
  description:
    "From the numbering plans alone: validity, E.164 form, country and kind. No carrier is asked, and nothing is charged.",
  query: z.object({ number }),
  answers,
  errors: [],
});

export const lookupPhoneNumberPost = defineOperation({
  ...common,
  id: "lookupPhoneNumberPost",
  method: "post",
  path: "/phone-numbers/lookup",
  summary: "Look a phone number up",
  description: "The same as GET, for numbers that should not stand in a URL.",
  body: z.object({ number }),
  answers,
  errors: [],
});

export const batchLookupPhoneNumbers = defineOperation({
  ...common,
  id: "batchLookupPhoneNumbers",
  method: "post",
  path: "/phone-numbers/batch",
  summary: "Look up to 100 phone numbers up",
  description: "Each number is judged by itself and answered in order.",
  body: z.object({ numbers: z.array(number).min(1).max(100) }),
  answers: { 200: { description: "One result for each number, in order.", schema: BatchLookup } },
  errors: [],
});

export const phoneNumberOperations = [lookupPhoneNumber, lookupPhoneNumberPost, batchLookupPhoneNumbers] as const;
