import * as z from "zod";
import { searchableStatuses } from "../../../domain/calls/reading.ts";
import { defineOperation } from "../../operation.ts";
import { address, chatIdFailures, direction, segment } from "../../shapes/fields.ts";
import { pageQuery, searchText } from "../../shapes/paging.ts";
import { chatId, listChats } from "../../v2/chats/contract.ts";
import { instant, listChatMessages, sendFailures } from "../../v2/messages/contract.ts";
import { CancelResponse, SendMessageResponse } from "../../v2/messages/schemas.ts";
import { contentRule, hasContent, idempotencyKey, messageFields } from "../../v2/messages/send-request.ts";
import { apiKeyParams } from "../api-keys/contract.ts";
import { AdminMessagesPage, FoundMessages, MessageStory } from "./schemas.ts";

const ofKey = { base: "admin", auth: "admin", tags: ["Key messages"], params: apiKeyParams } as const;
const ofMessage = { ...ofKey, params: z.object({ ...apiKeyParams.shape, messageId: segment.max(128) }) } as const;
const cursor = z.string().min(1).max(128).optional();

export const searchKeyMessages = defineOperation({
  ...ofKey,
  id: "searchKeyMessages",
  method: "get",
  path: "/api-keys/{apiKeyId}/messages",
  summary: "Find a key's messages, newest first",
  description:
    "One call looks at 20,000 messages at most: `searched_until` says down to when, and `next_before` goes on. For a live tail ask with `after=latest` first, then with the `next_after` of each answer.",
  query: z.object({
    limit: pageQuery.limit,
    before: cursor.meta({ description: "Only messages before this one (its id)." }),
    after: cursor.meta({ description: "Only messages after this one (its id), or `latest`." }),
    status: z.enum(searchableStatuses).optional().meta({
      description:
        "`queued` is all that has not left, `delivered` also what was read, `unknown` what is being settled.",
    }),
    direction: direction.optional(),
    number: searchText.max(64).optional().meta({ description: "One of our numbers." }),
    contact: searchText.max(64).optional().meta({ description: "The other party." }),
    q: searchText.min(1).optional().meta({ description: "Part of the text, or a whole message id or carrier's id." }),
    since: instant,
    until: instant,
  }),
  answers: { 200: { description: "What was found so far.", schema: FoundMessages } },
  errors: ["not_found", ...chatIdFailures],
});

export const sendKeyMessage = defineOperation({
  ...ofKey,
  id: "sendKeyMessage",
  method: "post",
  path: "/api-keys/{apiKeyId}/messages",
  summary: "Send a message as a key",
  description:
    "By the same path as the key's own sends, and answered at once. The same `Idempotency-Key` and body answer 200 with the first answer for 7 days; the key's own requests have keys of their own.",
  headers: z.object({ "Idempotency-Key": idempotencyKey().optional() }),
  body: z.strictObject({ to: address, ...messageFields }).refine(hasContent, contentRule),
  answers: {
    200: { description: "The first answer to this Idempotency-Key.", schema: SendMessageResponse },
    202: { description: "Accepted, and durably so.", schema: SendMessageResponse },
  },
  errors: ["not_found", ...sendFailures, "invalid_idempotency_key", "idempotency_key_reused"],
});

export const readAdminMessage = defineOperation({
  ...ofMessage,
  id: "readAdminMessage",
  method: "get",
  path: "/api-keys/{apiKeyId}/messages/{messageId}",
  summary: "Read a message, why its sender was chosen, and its whole life",
  description:
    "With the carrier's id, every candidate and the words for why each was chosen or passed over, and a `timeline`: each step, the event that told of it, and each attempt to deliver that to a webhook, those still due included.",
  answers: { 200: { description: "The message.", schema: MessageStory } },
  errors: ["not_found"],
});

export const cancelKeyMessage = defineOperation({
  ...ofMessage,
  id: "cancelKeyMessage",
  method: "delete",
  path: "/api-keys/{apiKeyId}/messages/{messageId}",
  summary: "Cancel a message that has not left",
  description:
    "One that has left answers 409 with its status. One that another key carries is called back from there; `cancellation_requested`: that key could not be asked yet.",
  answers: {
    200: { description: "It will not be sent (`cancelled`), or is being called back.", schema: CancelResponse },
  },
  errors: ["not_found", "message_not_cancellable"],
});

export const listKeyChats = defineOperation({
  ...ofKey,
  id: "listKeyChats",
  method: "get",
  path: "/api-keys/{apiKeyId}/chats",
  summary: "List a key's conversations",
  description: "As the key itself sees them.",
  query: listChats.query,
  answers: listChats.answers,
  errors: ["not_found"],
});

export const listKeyChatMessages = defineOperation({
  ...ofKey,
  params: z.object({ ...apiKeyParams.shape, chatId }),
  id: "listKeyChatMessages",
  method: "get",
  path: "/api-keys/{apiKeyId}/chats/{chatId}/messages",
  summary: "List a conversation's messages",
  description: "As the key itself sees them, with the carrier's id and the state inside.",
  query: listChatMessages.query,
  answers: { 200: { description: "One page of messages.", schema: AdminMessagesPage } },
  errors: ["not_found", ...chatIdFailures],
});

export const adminMessageOperations = [
  searchKeyMessages,
  sendKeyMessage,
  readAdminMessage,
  cancelKeyMessage,
  listKeyChats,
  listKeyChatMessages,
] as const;
