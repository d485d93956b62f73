import type { Hono } from "hono";
import { findMac, listAccounts } from "../../../directory/accounts.ts";
import { fail } from "../../../domain/failure.ts";
import { changeMac, connectMac, disconnectMac } from "../../../flows/macs/connect-mac.ts";
import { testMac } from "../../../flows/macs/test-mac.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { paginate } from "../../shapes/paging.ts";
import { given } from "../given.ts";
import { toIntegration } from "../integrations/answers.ts";
import { toMac } from "./answers.ts";
import * as operations from "./contract.ts";

/** Registers the calls about Macs, and the list of everything that is connected. */
export function mountMacs(router: Hono<Edge>): void {
  mountReading(router);
  mountChanging(router);
}

function mountReading(router: Hono<Edge>): void {
  mount(
    router,
    operations.listAllIntegrations,
    async ({ query, reply }, c) => {
      const deps = c.get("deps");
      const { limit, offset, organization_id: organizationId = null, kind = null } = query;
      const { accounts, total } = await listAccounts(deps.db, { limit, offset, organizationId, shown: kind });
      const integrations = accounts.map(async (account) =>
        account.kind === "bluebubbles"
          ? { ...toMac(account), kind: account.kind }
          : { ...(await toIntegration(deps, account)), kind: account.sandbox ? ("sandbox" as const) : account.kind },
      );
      return reply(200, { integrations: await Promise.all(integrations), pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.listMacs,
    async ({ query, reply }, c) => {
      const { limit, offset, organization_id: organizationId = null } = query;
      const asked = { limit, offset, organizationId, shown: "bluebubbles" as const };
      const { accounts, total } = await listAccounts(c.get("deps").db, asked);
      return reply(200, { integrations: accounts.map(toMac), pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.getMac,
    async ({ params, reply }, c) => {
      const row = await findMac(c.get("deps").db, params.integrationId);
      return row === null ? fail("not_found", "No Mac is connected under this id.") : reply(200, toMac(row));
    },
    adminGuard,
  );

  mount(
    router,
    operations.testMacIntegration,
    async ({ params, reply }, c) => {
      const tested = await testMac(c.get("deps"), params.integrationId);
      return tested.ok ? reply(200, tested.value) : tested;
    },
    adminGuard,
  );
}

function mountChanging(router: Hono<Edge>): void {
  mount(
    router,
    operations.createMac,
    async ({ body, reply }, c) => {
      const { organization_id: organizationId, name, url, password } = body;
      const connected = await connectMac(c.get("deps"), { organizationId, name, url, password });
      return connected.ok ? reply(201, toMac(connected.value)) : connected;
    },
    adminGuard,
  );

  mount(
    router,
    operations.updateMac,
    async ({ params, body, reply }, c) => {
      const change = given({ name: body.name, url: body.url, password: body.password });
      const changed = await changeMac(c.get("deps"), params.integrationId, change);
      return changed.ok ? reply(200, toMac(changed.value)) : changed;
    },
    adminGuard,
  );

  mount(
    router,
    operations.deleteMac,
    async ({ params, reply }, c) => {
      const gone = await disconnectMac(c.get("deps"), params.integrationId);
      if (!gone.ok) return gone;
      return reply(200, { success: true, deleted_at: gone.value.deletedAt, webhook_removed: gone.value.bellTaken });
    },
    adminGuard,
  );
}
