import type { Hono } from "hono";
import type { Edge } from "../edge.ts";
import { mountApiKeys } from "./api-keys/routes.ts";
import { mountKeyCampaigns } from "./campaigns/routes.ts";
import { mountKeyContacts } from "./contacts/routes.ts";
import { mountIntegrations } from "./integrations/routes.ts";
import { mountMacs } from "./macs/routes.ts";
import { mountMasterKeys } from "./master-keys/routes.ts";
import { mountAdminMessages } from "./messages/routes.ts";
import { mountNumbers } from "./numbers/routes.ts";
import { mountOrganizations } from "./organizations/routes.ts";
import { mountPeople } from "./people/routes.ts";
import { mountPersons } from "./persons/routes.ts";
import { mountPools } from "./pools/routes.ts";
import { mountPublicUrl } from "./public-url/routes.ts";
import { mountSessions } from "./sessions/routes.ts";
import { mountStatus } from "./status/routes.ts";
import { mountTransfer } from "./transfer/routes.ts";
import { mountTrying } from "./trying/routes.ts";
import { mountOrganizationWebhooks } from "./webhooks/routes.ts";

/** Registers the admin API, every call behind the admin token. */
export function mountAdmin(router: Hono<Edge>): void {
  mountOrganizations(router);
  mountApiKeys(router);
  mountIntegrations(router);
  mountMacs(router);
  mountNumbers(router);
  mountPools(router);
  mountPeople(router);
  mountPersons(router);
  mountKeyContacts(router);
  mountKeyCampaigns(router);
  mountAdminMessages(router);
  mountOrganizationWebhooks(router);
  mountTrying(router);
  mountSessions(router);
  mountPublicUrl(router);
  mountMasterKeys(router);
  mountTransfer(router);
  mountStatus(router);
}
