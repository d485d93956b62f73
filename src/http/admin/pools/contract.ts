import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { address, timestamp } from "../../shapes/fields.ts";
import { messageFields } from "../../v2/messages/send-request.ts";
import { apiKeyParams, keyProtocol } from "../api-keys/contract.ts";
import { ManagedNumber } from "../numbers/contract.ts";
import { Selection } from "../organizations/contract.ts";

const share = z.number().min(0).max(1).nullable();

const Pool = z
  .object({
    api_key_id: z.string(),
    protocol: keyProtocol.nullable(),
    selection: Selection,
    numbers: z.array(
      z.object({
        ...ManagedNumber.shape,
        sent_today: z.int(),
        queued: z.int(),
        delivery_rate_7d: share,
        failure_rate_7d: share,
      }),
    ),
  })
  .meta({ id: "Pool" });

const selectionReason = z.enum([
  "requested",
  "sticky",
  "first",
  "round_robin",
  "weighted",
  "geographic",
  "least_busy",
  "replied_to",
]);

export const Candidates = z.array(z.object({ phone_number: z.string(), eligible: z.boolean(), why: z.string() }));

const PoolPreview = z
  .object({
    would_send: z.boolean(),
    code: z.string().optional().meta({ description: "Why it would be refused: the code that the send would answer." }),
    message: z.string().optional().meta({ description: "The same in words." }),
    from_number: z.string().nullable().meta({
      description: "Who would speak; null where no number can. Also named where the person or the key is refused.",
    }),
    reason: selectionReason.nullable(),
    considered: Candidates,
    note: z.string().nullish(),
    parts: z.int().nullable().meta({ description: "In how many parts it would leave; null without content." }),
    encoding: z.enum(["GSM-7", "UCS-2"]).nullable(),
    quiet_until: timestamp.nullish().meta({ description: "Until when it would wait for the end of quiet hours." }),
  })
  .meta({ id: "PoolPreview" });

const ofKey = { base: "admin", auth: "admin", tags: ["Pools"], params: apiKeyParams } as const;

export const getPool = defineOperation({
  ...ofKey,
  id: "getPool",
  method: "get",
  path: "/api-keys/{apiKeyId}/pool",
  summary: "Read a key's number pool",
  description: "The selection in force, and each number with its queue, rates and health.",
  answers: { 200: { description: "The pool, whole, in its order.", schema: Pool } },
  errors: ["not_found"],
});

export const previewPool = defineOperation({
  ...ofKey,
  id: "previewPool",
  method: "post",
  path: "/api-keys/{apiKeyId}/pool/preview",
  summary: "What a send would do now, and why",
  description:
    "A send without the sending: the same checks in the same order. A send that would be refused answers 200 with `would_send` false and its `code`; a body that cannot be read is 400. Without content only the sender is asked for. Changes nothing.",
  // Its fields are judged by the handler, which answers a fault of theirs as a refused send.
  body: z.looseObject({ to: address }),
  documentedBody: z.strictObject({ to: address, ...messageFields }),
  answers: { 200: { description: "What would happen.", schema: PoolPreview } },
  errors: ["not_found"],
});

const wholePool = z
  .array(address)
  .min(1)
  .max(10_000)
  .refine((list) => new Set(list).size === list.length, { error: "must name each number once." });

export const orderPool = defineOperation({
  ...ofKey,
  id: "orderPool",
  method: "put",
  path: "/api-keys/{apiKeyId}/pool/order",
  summary: "Put a key's number pool in order",
  description: "The whole order at once: every number of the pool, each once. Of two orders at once one stands, whole.",
  body: z.strictObject({
    phone_numbers: wholePool,
    seen: wholePool.optional().meta({
      description:
        "The order from which this one was made: where the pool stands otherwise by now, nothing is changed.",
    }),
  }),
  bodyLimit: 1024 * 1024,
  answers: { 200: { description: "The pool in its new order.", schema: Pool } },
  errors: ["not_found", "pool_changed", "publish_failed"],
});

export const poolOperations = [getPool, previewPool, orderPool] as const;
