import type { Operation } from "../operation.ts";
import { apiKeyOperations } from "./api-keys/contract.ts";
import { keyCampaignExtras, keyCampaignOperations } from "./campaigns/contract.ts";
import { keyContactOperations } from "./contacts/contract.ts";
import { integrationOperations } from "./integrations/contract.ts";
import { macOperations } from "./macs/contract.ts";
import { masterKeyOperations } from "./master-keys/contract.ts";
import { adminMessageOperations } from "./messages/contract.ts";
import { numberOperations } from "./numbers/contract.ts";
import { organizationOperations } from "./organizations/contract.ts";
import { peopleOperations } from "./people/contract.ts";
import { personOperations } from "./persons/contract.ts";
import { poolOperations } from "./pools/contract.ts";
import { publicUrlOperations } from "./public-url/contract.ts";
import { sessionOperations } from "./sessions/contract.ts";
import { statusOperations } from "./status/contract.ts";
import { transferOperations } from "./transfer/contract.ts";
import { tryingOperations } from "./trying/contract.ts";
import { organizationWebhookOperations } from "./webhooks/contract.ts";

/** Every call of the admin API, in the order of the document. */
export const adminOperations: readonly Operation[] = [
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
  ...keyCampaignExtras,
  ...adminMessageOperations,
  ...organizationWebhookOperations,
  ...tryingOperations,
  ...sessionOperations,
  ...publicUrlOperations,
  ...masterKeyOperations,
  ...transferOperations,
  ...statusOperations,
];
