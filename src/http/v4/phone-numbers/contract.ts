import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import {
  batchLookupPhoneNumbers,
  lookupPhoneNumber,
  lookupPhoneNumberPost,
  PhoneNumberLookupResult,
} from "../../v2/phone-numbers/contract.ts";
import { item, v4 } from "../shapes.ts";

const answers = { 200: item(PhoneNumberLookupResult, "What is known of the number.") } as const;

export const lookupV4PhoneNumber = defineOperation({ ...lookupPhoneNumber, ...v4, id: "lookupV4PhoneNumber", answers });

export const lookupV4PhoneNumberPost = defineOperation({
  ...lookupPhoneNumberPost,
  ...v4,
  id: "lookupV4PhoneNumberPost",
  answers,
});

export const batchLookupV4PhoneNumbers = defineOperation({
  ...batchLookupPhoneNumbers,
  ...v4,
  id: "batchLookupV4PhoneNumbers",
  answers: {
    200: {
      description: "One result for each number, in order.",
      schema: z.object({ data: z.array(PhoneNumberLookupResult) }),
    },
  },
});

export const v4PhoneNumberOperations = [
  lookupV4PhoneNumber,
  lookupV4PhoneNumberPost,
  batchLookupV4PhoneNumbers,
] as const;
