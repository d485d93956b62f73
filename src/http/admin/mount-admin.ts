import type { Hono } from "hono";
import type { Edge } from "../edge.ts";
import { mountApiKeys } from "./api-keys.ts";
import { mountIntegrations } from "./integrations.ts";
import { mountAdminMessages } from "./messages.ts";
import { mountNumbers } from "./numbers.ts";
import { mountOrganizations } from "./organizations.ts";
import { mountPeople } from "./people.ts";
import { mountPools } from "./pools.ts";
import { mountStatus } from "./status.ts";
import { mountTrying } from "./trying.ts";
import { mountOrganizationWebhooks } from "./webhooks.ts";

/** Registers the admin API, every call behind the admin token. */
export function mountAdmin(router: Hono<Edge>): void {
  mountOrganizations(router);
  mountApiKeys(router);
  mountIntegrations(router);
  mountNumbers(router);
  mountPools(router);
  mountPeople(router);
  mountAdminMessages(router);
  mountOrganizationWebhooks(router);
  mountTrying(router);
  mountStatus(router);
}
