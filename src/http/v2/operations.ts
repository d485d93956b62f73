import type { Operation } from "../operation.ts";
import { campaignOperations } from "./campaigns/contract.ts";
import { chatOperations } from "./chats/contract.ts";
import { contactOperations } from "./contacts/contract.ts";
import { eventOperations } from "./events/contract.ts";
import { groupOperations } from "./groups/contract.ts";
import { meOperations } from "./me/contract.ts";
import { messageOperations } from "./messages/contract.ts";
import { nearbyOperations } from "./nearby/contract.ts";
import { phoneNumberOperations } from "./phone-numbers/contract.ts";
import { webhookOperations } from "./webhooks/contract.ts";

/** Every call of v2, in the order of the document. */
export const v2Operations: readonly Operation[] = [
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
];
