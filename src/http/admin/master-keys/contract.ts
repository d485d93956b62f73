import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { segment } from "../../shapes/fields.ts";

const common = { base: "admin", auth: "admin", tags: ["Master keys"] } as const;

export const reseal = defineOperation({
  ...common,
  id: "resealSecrets",
  method: "post",
  path: "/master-keys/reseal",
  summary: "Seal secrets anew under the newest master key",
  description:
    "One page of what older keys of MASTER_KEYS sealed; repeat until `left` is 0. What was sealed under a key that is missing is `lost`, and is left as it is: put that key back.",
  answers: {
    200: {
      description: "How far it has come.",
      schema: z.object({
        resealed: z.int().meta({ description: "Secrets sealed anew by this call." }),
        left: z.int().meta({ description: "Secrets that older keys still seal." }),
        lost: z.int().meta({ description: "Secrets that no key of MASTER_KEYS opens." }),
      }),
    },
  },
  errors: ["publish_failed"],
});

export const retire = defineOperation({
  ...common,
  id: "retireMasterKey",
  method: "post",
  path: "/master-keys/{masterKeyId}/retire",
  params: z.object({ masterKeyId: segment }),
  summary: "Ask whether a master key may go",
  description:
    "409 while secrets, tokens of API keys or callbacks under way need it, with how many. Where it answers 200, take the key out of MASTER_KEYS.",
  answers: {
    200: {
      description: "Nothing needs it.",
      schema: z.object({ master_key: z.string(), may_go: z.literal(true), message: z.string() }),
    },
  },
  errors: ["master_key_in_use", "not_found"],
});

export const masterKeyOperations = [reseal, retire] as const;
