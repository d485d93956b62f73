import type { Operation } from "../operation.ts";
import { v4ChannelOperations } from "./channels/contract.ts";
import { v4ChatOperations } from "./chats/contract.ts";
import { v4ContactOperations } from "./contacts/contract.ts";
import { v4EventOperations } from "./events/contract.ts";
import { v4MeOperations } from "./me/contract.ts";
import { v4MessageOperations } from "./messages/contract.ts";
import { v4PhoneNumberOperations } from "./phone-numbers/contract.ts";
import { v4WebhookOperations } from "./webhooks/contract.ts";

/** Every call of v4, in the order of the document. */
export const v4Operations: readonly Operation[] = [
  ...v4MessageOperations,
  ...v4MeOperations,
  ...v4ChannelOperations,
  ...v4ChatOperations,
  ...v4ContactOperations,
  ...v4WebhookOperations,
  ...v4EventOperations,
  ...v4PhoneNumberOperations,
];
