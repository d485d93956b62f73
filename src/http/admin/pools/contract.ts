import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { address, chatIdFailures } from "../../shapes/fields.ts";
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
  .object({ from_number: z.string(), reason: selectionReason, considered: Candidates, note: z.string().nullish() })
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
  summary: "What a send would choose now, and why",
  description: "Changes nothing.",
  body: z.strictObject({ to: address, from_number: address.nullish() }),
  answers: { 200: { description: "The choice.", schema: PoolPreview } },
  errors: [
    "not_found",
    ...chatIdFailures,
    "from_number_not_owned",
    "inbound_only_no_prior_inbound",
    "capability_missing",
    "no_numbers_assigned",
    "no_active_number",
  ],
});

export const poolOperations = [getPool, previewPool] as const;
