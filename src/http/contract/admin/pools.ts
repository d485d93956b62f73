import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { timestamp } from "../fields.ts";
import { Pagination, pageQuery } from "../paging.ts";
import { apiKeyParams, keyProtocol } from "./api-keys.ts";
import { ManagedNumber } from "./numbers.ts";
import { Selection } from "./organizations.ts";

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

const Assignment = z
  .object({ contact: z.string(), phone_number: z.string().nullable(), assigned_at: timestamp.nullable() })
  .meta({ id: "Assignment" });

const OptOut = z
  .object({
    contact: z.string(),
    source: z.string().meta({ description: "A keyword, Twilio's error 21610, or the admin API." }),
    opted_out_at: timestamp,
  })
  .meta({ id: "OptOut" });

const address = z.string().min(1).max(64);
const done = z.object({ success: z.boolean() });
const ofKey = { base: "admin", auth: "admin", tags: ["Pools"], params: apiKeyParams } as const;
const ofContact = { ...ofKey, query: z.object({ contact: address }) } as const;

export const getPool = defineOperation({
  ...ofKey,
  id: "getPool",
  method: "get",
  path: "/api-keys/{apiKeyId}/pool",
  summary: "Read a key's number pool",
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
    "invalid_chat_id",
    "from_number_not_owned",
    "inbound_only_no_prior_inbound",
    "capability_missing",
    "no_numbers_assigned",
    "no_active_number",
  ],
});

export const listAssignments = defineOperation({
  ...ofKey,
  id: "listAssignments",
  method: "get",
  path: "/api-keys/{apiKeyId}/assignments",
  summary: "Who is sticky to which number",
  query: z.object({ ...pageQuery, contact: address.optional() }),
  answers: {
    200: {
      description: "One page, or the one contact that was asked for.",
      schema: z.object({ assignments: z.array(Assignment), pagination: Pagination }),
    },
  },
  errors: ["not_found", "invalid_chat_id"],
});

export const setAssignment = defineOperation({
  ...ofKey,
  id: "setAssignment",
  method: "put",
  path: "/api-keys/{apiKeyId}/assignments",
  summary: "Tie a contact to a number",
  body: z.strictObject({ contact: address, phone_number: address }),
  answers: { 200: { description: "The contact's number.", schema: Assignment } },
  errors: ["not_found", "invalid_chat_id", "from_number_not_owned"],
});

export const resetAssignment = defineOperation({
  ...ofContact,
  id: "resetAssignment",
  method: "delete",
  path: "/api-keys/{apiKeyId}/assignments",
  summary: "Untie a contact from its number",
  answers: { 200: { description: "The pool chooses anew.", schema: done } },
  errors: ["not_found", "invalid_chat_id"],
});

export const listOptOuts = defineOperation({
  ...ofKey,
  id: "listOptOuts",
  method: "get",
  path: "/api-keys/{apiKeyId}/opt-outs",
  summary: "Who opted out",
  query: z.object(pageQuery),
  answers: {
    200: {
      description: "One page of people.",
      schema: z.object({ opt_outs: z.array(OptOut), pagination: Pagination }),
    },
  },
  errors: ["not_found"],
});

export const addOptOut = defineOperation({
  ...ofKey,
  id: "addOptOut",
  method: "post",
  path: "/api-keys/{apiKeyId}/opt-outs",
  summary: "Opt a contact out",
  body: z.strictObject({ contact: address }),
  answers: { 201: { description: "The contact is opted out.", schema: OptOut } },
  errors: ["not_found", "invalid_chat_id"],
});

export const removeOptOut = defineOperation({
  ...ofContact,
  id: "removeOptOut",
  method: "delete",
  path: "/api-keys/{apiKeyId}/opt-outs",
  summary: "Take a contact off the opt-out list",
  answers: { 200: { description: "The contact can be written to.", schema: done } },
  errors: ["not_found", "invalid_chat_id"],
});

export const poolOperations = [
  getPool,
  previewPool,
  listAssignments,
  setAssignment,
  resetAssignment,
  listOptOuts,
  addOptOut,
  removeOptOut,
] as const;
