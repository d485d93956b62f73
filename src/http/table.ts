import { apiKeyOperations } from "./admin/api-keys/contract.ts";
import { keyCampaignOperations } from "./admin/campaigns/contract.ts";
import { keyContactOperations } from "./admin/contacts/contract.ts";
import { integrationOperations } from "./admin/integrations/contract.ts";
import { macOperations } from "./admin/macs/contract.ts";
import { masterKeyOperations } from "./admin/master-keys/contract.ts";
import { adminMessageOperations } from "./admin/messages/contract.ts";
import { numberOperations } from "./admin/numbers/contract.ts";
import { organizationOperations } from "./admin/organizations/contract.ts";
import { peopleOperations } from "./admin/people/contract.ts";
import { personOperations } from "./admin/persons/contract.ts";
import { poolOperations } from "./admin/pools/contract.ts";
import { publicUrlOperations } from "./admin/public-url/contract.ts";
import { sessionOperations } from "./admin/sessions/contract.ts";
import { healthOperations } from "./admin/status/contract.ts";
import { transferOperations } from "./admin/transfer/contract.ts";
import { tryingOperations } from "./admin/trying/contract.ts";
import { organizationWebhookOperations } from "./admin/webhooks/contract.ts";
import type { Operation } from "./operation.ts";
import { campaignOperations } from "./v2/campaigns/contract.ts";
import { chatOperations } from "./v2/chats/contract.ts";
import { contactOperations } from "./v2/contacts/contract.ts";
import { eventOperations } from "./v2/events/contract.ts";
import { groupOperations } from "./v2/groups/contract.ts";
import { meOperations } from "./v2/me/contract.ts";
import { messageOperations } from "./v2/messages/contract.ts";
import { nearbyOperations } from "./v2/nearby/contract.ts";
import { phoneNumberOperations } from "./v2/phone-numbers/contract.ts";
import { webhookOperations } from "./v2/webhooks/contract.ts";
import { v4ChannelOperations } from "./v4/channels/contract.ts";
import { v4ChatOperations } from "./v4/chats/contract.ts";
import { v4ContactOperations } from "./v4/contacts/contract.ts";
import { v4EventOperations } from "./v4/events/contract.ts";
import { v4MeOperations } from "./v4/me/contract.ts";
import { v4MessageOperations } from "./v4/messages/contract.ts";
import { v4PhoneNumberOperations } from "./v4/phone-numbers/contract.ts";
import { v4WebhookOperations } from "./v4/webhooks/contract.ts";

/** Every operation there is, in the order of the document: routes, validators, handlers' types and OpenAPI come from here. */
export const operations: readonly Operation[] = [
  ...messageOperations,
  ...chatOperations,
  ...meOperations,
  ...webhookOperations,
  ...eventOperations,
  ...campaignOperations,
  ...contactOperations,
  ...phoneNumberOperations,
  ...groupOperations,
  ...nearbyOperations,
  ...v4MessageOperations,
  ...v4MeOperations,
  ...v4ChannelOperations,
  ...v4ChatOperations,
  ...v4ContactOperations,
  ...v4WebhookOperations,
  ...v4EventOperations,
  ...v4PhoneNumberOperations,
  ...organizationOperations,
  ...personOperations,
  ...apiKeyOperations,
  ...integrationOperations,
  ...macOperations,
  ...numberOperations,
  ...poolOperations,
  ...peopleOperations,
  ...keyContactOperations,
  ...keyCampaignOperations,
  ...adminMessageOperations,
  ...organizationWebhookOperations,
  ...tryingOperations,
  ...sessionOperations,
  ...publicUrlOperations,
  ...masterKeyOperations,
  ...transferOperations,
  ...healthOperations,
];
