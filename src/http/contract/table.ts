import type { Operation } from "../operation.ts";
import { apiKeyOperations } from "./admin/api-keys.ts";
import { healthOperations } from "./admin/health.ts";
import { integrationOperations } from "./admin/integrations.ts";
import { adminMessageOperations } from "./admin/messages.ts";
import { numberOperations } from "./admin/numbers.ts";
import { organizationOperations } from "./admin/organizations.ts";
import { poolOperations } from "./admin/pools.ts";
import { tryingOperations } from "./admin/trying.ts";
import { organizationWebhookOperations } from "./admin/webhooks.ts";
import { chatOperations } from "./v2/chats.ts";
import { contactOperations } from "./v2/contacts.ts";
import { eventOperations } from "./v2/events.ts";
import { groupOperations } from "./v2/groups.ts";
import { meOperations } from "./v2/me.ts";
import { messageOperations } from "./v2/messages.ts";
import { nearbyOperations } from "./v2/nearby.ts";
import { phoneNumberOperations } from "./v2/phone-numbers.ts";
import { webhookOperations } from "./v2/webhooks.ts";

/** Every operation there is, in the order of the document: routes, validators, handlers' types and OpenAPI come from here. */
export const operations: readonly Operation[] = [
  ...messageOperations,
  ...chatOperations,
  ...meOperations,
  ...webhookOperations,
  ...eventOperations,
  ...contactOperations,
  ...phoneNumberOperations,
  ...groupOperations,
  ...nearbyOperations,
  ...organizationOperations,
  ...apiKeyOperations,
  ...integrationOperations,
  ...numberOperations,
  ...poolOperations,
  ...adminMessageOperations,
  ...organizationWebhookOperations,
  ...tryingOperations,
  ...healthOperations,
];
