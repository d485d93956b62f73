import type { Hono } from "hono";
import type * as z from "zod";
import { findOrganization, listOrganizations, type Organization } from "../../../directory/organizations.ts";
import { fail } from "../../../domain/failure.ts";
import * as flows from "../../../flows/keys/organizations.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { paginate } from "../../shapes/paging.ts";
import { given } from "../given.ts";
import * as operations from "./contract.ts";
import { readSelection, toSelection } from "./selection-answers.ts";

function toOrganization(organization: Organization): z.output<typeof operations.Organization> {
  const { twilio, blooio } = organization.selection;
  return {
    organization_id: organization.id,
    name: organization.name,
    country_code: organization.countryCode,
    selection: { twilio: toSelection(twilio), blooio: toSelection(blooio) },
    retention_days: organization.retentionDays,
    created_at: organization.createdAt,
  };
}

/** Registers the calls about organizations. */
export function mountOrganizations(router: Hono<Edge>): void {
  mountReading(router);
  mountChanging(router);
}

function mountReading(router: Hono<Edge>): void {
  mount(
    router,
    operations.listOrganizations,
    async ({ query, reply }, c) => {
      const { organizations, total } = await listOrganizations(c.get("deps").db, query);
      return reply(200, { organizations: organizations.map(toOrganization), pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.getOrganization,
    async ({ params, reply }, c) => {
      const found = await findOrganization(c.get("deps").db, params.organizationId);
      return found === null ? fail("not_found", "Organization not found.") : reply(200, toOrganization(found));
    },
    adminGuard,
  );
}

function mountChanging(router: Hono<Edge>): void {
  mount(
    router,
    operations.createOrganization,
    async ({ body, reply }, c) => {
      const input = { name: body.name, countryCode: body.country_code ?? null };
      return reply(201, toOrganization(await flows.createOrganization(c.get("deps"), input)));
    },
    adminGuard,
  );

  mount(
    router,
    operations.updateOrganization,
    async ({ params, body, reply }, c) => {
      const { twilio, blooio } = body.selection ?? {};
      const selection = given({
        twilio: twilio && readSelection(twilio),
        blooio: blooio && readSelection(blooio),
      });
      const change = given({
        name: body.name,
        countryCode: body.country_code,
        retentionDays: body.retention_days,
        selection: body.selection && selection,
      });
      const changed = await flows.changeOrganization(c.get("deps"), params.organizationId, change);
      return changed.ok ? reply(200, toOrganization(changed.value)) : changed;
    },
    adminGuard,
  );
}
