import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { phoneNumber } from "../../shapes/fields.ts";

const PublicUrl = z
  .object({
    url: z.string().nullable().meta({ description: "null: none is known yet, and live keys answer 503." }),
    source: z.enum(["setting", "directory"]).nullable().meta({
      description:
        "The Worker's setting PUBLIC_URL wins over the directory, unless it is this machine's own address alone.",
    }),
    changeable: z.boolean().meta({ description: "Whether this call may set another: false where the setting wins." }),
    former: z.array(z.string()).meta({ description: "Newest first: callbacks to them are still taken." }),
    numbers_behind: z.int().meta({ description: "Numbers whose webhooks at Twilio lead to another address." }),
    phone_numbers_behind: z.array(phoneNumber).meta({ description: "At most 50 of them." }),
  })
  .meta({ id: "PublicUrl" });

const common = { base: "admin", auth: "admin", tags: ["Health"] } as const;

export const getPublicUrl = defineOperation({
  ...common,
  id: "getPublicUrl",
  method: "get",
  path: "/public-url",
  summary: "Read the public URL",
  description: "Where the world reaches the gateway and did before, and which numbers still lead there.",
  answers: { 200: { description: "The address in force and those of before.", schema: PublicUrl } },
  errors: [],
});

export const putPublicUrl = defineOperation({
  ...common,
  id: "putPublicUrl",
  method: "put",
  path: "/public-url",
  summary: "Set the public URL",
  description:
    "In force at once. Callbacks to former addresses are taken for ever; numbers stay as they are at Twilio until repaired.",
  body: z.strictObject({ url: z.string().min(1).max(512) }),
  answers: { 200: { description: "The address in force and those of before.", schema: PublicUrl } },
  errors: ["forbidden", "publish_failed"],
});

export const repairPublicUrl = defineOperation({
  ...common,
  id: "repairPublicUrl",
  method: "post",
  path: "/public-url/repair",
  summary: "Point the numbers at the public URL",
  description:
    "Sets the webhooks of numbers that lead to a former address, 20 in this call and the others behind it. Changes nothing while the gateway does not answer there; may be repeated.",
  answers: {
    200: {
      description: "What was set in this call.",
      schema: z.object({
        repaired: z.int(),
        failed: z.array(z.object({ phone_number: phoneNumber, code: z.string(), message: z.string() })),
        goes_on: z.boolean().meta({ description: "More numbers follow by themselves." }),
      }),
    },
  },
  errors: ["invalid_request"],
});

export const publicUrlOperations = [getPublicUrl, putPublicUrl, repairPublicUrl] as const;
