import type { Tool } from "./tool.ts";
import { explainDelivery } from "./tools/explaining.ts";
import { getMessage, listConversations, lookUpNumber, me, readConversation, setOptOut } from "./tools/reading.ts";
import { cancelMessage, previewSend, sendMessage } from "./tools/sending.ts";
import { waitForReply, waitForStatus } from "./tools/waiting.ts";

/** Every tool there is. None of them makes or shows a secret, changes a key, or fetches an address that a model names. */
export const tools: readonly Tool[] = [
  me,
  sendMessage,
  previewSend,
  getMessage,
  waitForStatus,
  waitForReply,
  listConversations,
  readConversation,
  cancelMessage,
  explainDelivery,
  setOptOut,
  lookUpNumber,
];
