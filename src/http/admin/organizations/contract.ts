import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { countryCode, segment, timestamp } from "../../shapes/fields.ts";
import { Pagination, pageQuery } from "../../shapes/paging.ts";

/** How a pool picks its sender; every field is said. */
export const Selection = z
  .strictObject({
    strategy: z.enum(["first", "round_robin", "weighted", "geographic", "least_busy"]),
    sticky: z.boolean(),
    sticky_days: z.int().min(1).max(3650).nullable().meta({ description: "null: for ever." }),
  })
  .meta({ id: "Selection" });

const selection = z.strictObject({ twilio: Selection, blooio: Selection });

/** Longer than the four days in which a carrier still reports of a message. */
const retentionDays = z.int().min(7).max(3_650).nullable().meta({
  description:
    "How many days messages are kept, and what hangs on them; null: until they are deleted. Events and delivery logs go after 30 days in any case.",
});

export const Organization = z
  .object({
    organization_id: z.string(),
    name: z.string(),
    country_code: z.string().nullable(),
    selection,
    retention_days: retentionDays,
    created_at: timestamp,
  })
  .meta({ id: "Organization" });

/** A name that a person gives to a thing of ours. */
export const givenName = z.string().trim().min(1).max(128);

const common = { base: "admin", auth: "admin", tags: ["Organizations"] } as const;
const ofOrganization = { ...common, params: z.object({ organizationId: segment }) } as const;

export const createOrganization = defineOperation({
  ...common,
  id: "createOrganization",
  method: "post",
  path: "/organizations",
  summary: "Create an organization",
  description:
    "Keys, accounts, numbers and webhooks belong to one. Its country reads numbers that are written without one.",
  body: z.strictObject({ name: givenName, country_code: countryCode.nullish() }),
  answers: { 201: { description: "The new organization.", schema: Organization } },
  errors: [],
});

export const listOrganizations = defineOperation({
  ...common,
  id: "listOrganizations",
  method: "get",
  path: "/organizations",
  summary: "List organizations",
  description: "All of this deployment.",
  query: z.object(pageQuery),
  answers: {
    200: {
      description: "One page of organizations.",
      schema: z.object({ organizations: z.array(Organization), pagination: Pagination }),
    },
  },
  errors: [],
});

export const getOrganization = defineOperation({
  ...ofOrganization,
  id: "getOrganization",
  method: "get",
  path: "/organizations/{organizationId}",
  summary: "Read an organization",
  description: "Its country and the selection that its keys inherit.",
  answers: { 200: { description: "The organization.", schema: Organization } },
  errors: ["not_found"],
});

export const updateOrganization = defineOperation({
  ...ofOrganization,
  id: "updateOrganization",
  method: "patch",
  path: "/organizations/{organizationId}",
  summary: "Change an organization",
  description: "A changed selection is in force at once for every key that has none of its own.",
  body: z.strictObject({
    name: givenName.optional(),
    country_code: countryCode.nullish(),
    selection: z.strictObject({ twilio: Selection.optional(), blooio: Selection.optional() }).optional(),
    retention_days: retentionDays.optional(),
  }),
  answers: { 200: { description: "The organization as it now stands.", schema: Organization } },
  errors: ["not_found", "publish_failed"],
});

export const organizationOperations = [
  createOrganization,
  listOrganizations,
  getOrganization,
  updateOrganization,
] as const;
