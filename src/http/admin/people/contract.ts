import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { address, chatIdFailures, timestamp } from "../../shapes/fields.ts";
import { Pagination, pageQuery } from "../../shapes/paging.ts";
import { apiKeyParams } from "../api-keys/contract.ts";

const Assignment = z
  .object({ contact: z.string(), phone_number: z.string().nullable(), assigned_at: timestamp.nullable() })
  .meta({ id: "Assignment" });

const importLimit = 10_000;
const unless = { error: "must be given, unless the body is a list of assignments." };
const one = z.strictObject({ contact: address, phone_number: address });
/** One contact, or a list of them: never both. */
const AssignmentBody = z
  .strictObject({
    contact: address.optional(),
    phone_number: address.optional(),
    assignments: z.array(one).min(1).max(importLimit).optional(),
  })
  .superRefine((body, context) => {
    const single = [body.contact, body.phone_number];
    const complain = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: [field], message, input: body });
    if (body.assignments === undefined) {
      if (body.contact === undefined) complain("contact", unless.error);
      if (body.phone_number === undefined) complain("phone_number", unless.error);
    } else if (single.some((given) => given !== undefined)) {
      complain("assignments", "cannot stand beside contact and phone_number: send one contact, or a list.");
    }
  });

const AssignmentResult = z
  .object({
    index: z.int(),
    contact: z.string(),
    phone_number: z.string(),
    status: z.enum(["assigned", "failed"]),
    code: z.string().optional(),
    message: z.string().optional(),
  })
  .meta({ id: "AssignmentResult" });

const OptOut = z
  .object({
    contact: z.string(),
    source: z.string().meta({
      description:
        "`keyword` (written to a number of the pool), `agent_keyword` (to an RCS agent of its account), `fallback_keyword` (to a key that carried a message of this one), `carrier` (Twilio's error 21610 and its family), or `admin`.",
    }),
    opted_out_at: timestamp,
  })
  .meta({ id: "OptOut" });

const done = z.object({ success: z.boolean() });
const ofKey = { base: "admin", auth: "admin", tags: ["Pools"], params: apiKeyParams } as const;
const ofContact = { ...ofKey, query: z.object({ contact: address }) } as const;

export const listAssignments = defineOperation({
  ...ofKey,
  id: "listAssignments",
  method: "get",
  path: "/api-keys/{apiKeyId}/assignments",
  summary: "Who is sticky to which number",
  description: "Whom the key keeps on which number, and since when.",
  query: z.object({ ...pageQuery, contact: address.optional() }),
  answers: {
    200: {
      description: "One page, or the one contact that was asked for.",
      schema: z.object({ assignments: z.array(Assignment), pagination: Pagination }),
    },
  },
  errors: ["not_found", ...chatIdFailures],
});

export const setAssignment = defineOperation({
  ...ofKey,
  id: "setAssignment",
  method: "put",
  path: "/api-keys/{apiKeyId}/assignments",
  summary: "Tie a contact to a number, or up to 10,000 contacts",
  description:
    "One contact: `{contact, phone_number}`. Many: `{assignments: [{contact, phone_number}]}`, at most 10,000 and 2 MiB in one call; each is judged by itself and answered in `results`, in order.",
  body: AssignmentBody,
  bodyLimit: 2 * 1024 * 1024,
  documentedBody: z.union([one, z.strictObject({ assignments: z.array(one).min(1).max(importLimit) })]),
  answers: {
    200: {
      description: "The contact's number, or what became of each entry of the list.",
      schema: z.union([Assignment, z.object({ results: z.array(AssignmentResult) })]),
    },
  },
  errors: ["not_found", ...chatIdFailures, "from_number_not_owned", "capability_missing"],
});

export const resetAssignment = defineOperation({
  ...ofContact,
  id: "resetAssignment",
  method: "delete",
  path: "/api-keys/{apiKeyId}/assignments",
  summary: "Untie a contact from its number",
  description: "The next message to the contact is chosen afresh.",
  answers: { 200: { description: "The pool chooses anew.", schema: done } },
  errors: ["not_found", ...chatIdFailures],
});

export const listOptOuts = defineOperation({
  ...ofKey,
  id: "listOptOuts",
  method: "get",
  path: "/api-keys/{apiKeyId}/opt-outs",
  summary: "Who opted out",
  description: "Whom this key must not write to, by what that is known, and since when.",
  query: z.object({ ...pageQuery, contact: address.optional() }),
  answers: {
    200: {
      description: "One page of people, or the one contact that was asked for.",
      schema: z.object({ opt_outs: z.array(OptOut), pagination: Pagination }),
    },
  },
  errors: ["not_found", ...chatIdFailures],
});

export const addOptOut = defineOperation({
  ...ofKey,
  id: "addOptOut",
  method: "post",
  path: "/api-keys/{apiKeyId}/opt-outs",
  summary: "Opt a contact out",
  description: "In force at once, for every number of the key.",
  body: z.strictObject({ contact: address }),
  answers: { 201: { description: "The contact is opted out.", schema: OptOut } },
  errors: ["not_found", ...chatIdFailures],
});

export const removeOptOut = defineOperation({
  ...ofContact,
  id: "removeOptOut",
  method: "delete",
  path: "/api-keys/{apiKeyId}/opt-outs",
  summary: "Take a contact off the opt-out list",
  description:
    "Only when the person asked for it: Twilio keeps a block of its own, which the person lifts by writing START.",
  answers: { 200: { description: "The contact can be written to.", schema: done } },
  errors: ["not_found", ...chatIdFailures],
});

export const peopleOperations = [
  listAssignments,
  setAssignment,
  resetAssignment,
  listOptOuts,
  addOptOut,
  removeOptOut,
] as const;
