import * as z from "zod";
import { coded } from "../../complaint.ts";
import { defineOperation } from "../../operation.ts";
import { chatIdFailures, direction, lineFailures, segment, wholeNumber } from "../../shapes/fields.ts";
import { pageQuery } from "../../shapes/paging.ts";
import { chatId } from "../chats/contract.ts";
import {
  BulkResponse,
  CancelResponse,
  MessageDetail,
  MessageStatus,
  MessagesPage,
  SendMessageResponse,
} from "./schemas.ts";
import { BulkRecord, idempotencyKey, SendMessageBody, SendMessageRequest } from "./send-request.ts";

const ReactionRequest = z
  .object({
    reaction: z
      .string()
      .regex(/^[+-].{1,64}$/su, { error: "must begin with + to add or - to remove, for example +love." }),
    direction: direction.optional(),
  })
  .meta({ id: "ReactionRequest" });

const ReactionResponse = z
  .object({ success: z.boolean(), message_id: z.string(), reaction: z.string(), action: z.enum(["add", "remove"]) })
  .meta({ id: "ReactionResponse" });

const PollSent = z
  .object({
    poll_id: z.string(),
    chat_id: z.string(),
    poll: z.object({ title: z.string(), options: z.array(z.string()) }),
    sent_at: z.number(),
  })
  .meta({ id: "PollSent" });

const PollResults = z
  .object({
    poll_id: z.string(),
    chat_id: z.string(),
    title: z.string(),
    options: z.array(z.object({ text: z.string(), votes: z.int() })),
    total_votes: z.int(),
  })
  .meta({ id: "PollResults" });

export const instant = wholeNumber().min(0).optional().meta({ format: "int64", description: "Epoch milliseconds." });
/** Every way in which a send can be refused. */
export const sendFailures = [
  ...chatIdFailures,
  "missing_content",
  "text_too_long",
  "invalid_attachment",
  "attachment_first_message_not_allowed",
  "reply_target_not_supported",
  "reply_target_invalid",
  "reply_target_chat_mismatch",
  "reply_target_device_mismatch",
  "reply_target_expired",
  "reply_target_not_found",
  "not_found",
  "content_required",
  "capability_missing",
  "from_number_not_owned",
  "inbound_only_no_prior_inbound",
  "api_key_paused",
  "recipient_opted_out",
  "country_not_allowed",
  "daily_cap_reached",
  "send_limit_reached",
  "new_conversation_limit_reached",
  "outbound_limit_reached",
  "line_receives_only",
  "no_numbers_assigned",
  "no_active_number",
] as const;

const common = { base: "v2", auth: "api_key", tags: ["Messages"] } as const;
const ofChat = { ...common, params: z.object({ chatId }) } as const;
const ofMessage = { ...common, params: z.object({ chatId, messageId: segment }) } as const;
const unknownMessage = [...chatIdFailures, "not_found"] as const;

export const listChatMessages = defineOperation({
  ...ofChat,
  id: "listChatMessages",
  method: "get",
  path: "/chats/{chatId}/messages",
  summary: "List a chat's messages",
  description: "Newest first unless `sort` says otherwise. `since` and `until` bound the time, both ends included.",
  query: z.object({
    ...pageQuery,
    sort: z.enum(["asc", "desc"]).default("desc"),
    direction: direction.optional(),
    since: instant,
    until: instant,
  }),
  answers: { 200: { description: "One page of messages.", schema: MessagesPage } },
  errors: unknownMessage,
});

export const sendMessage = defineOperation({
  ...ofChat,
  id: "sendMessage",
  method: "post",
  path: "/chats/{chatId}/messages",
  summary: "Send a message",
  description:
    "The sender is `from_number`, else `fromNumber`, else the header `X-From-Number`, else the pool's choice. The same `Idempotency-Key` and body answer 200 with the first answer for 7 days.",
  headers: z.object({
    "Idempotency-Key": idempotencyKey().optional(),
    "X-From-Number": z.string().max(64).optional(),
  }),
  body: SendMessageBody,
  documentedBody: SendMessageRequest,
  answers: {
    200: { description: "The first answer to this Idempotency-Key.", schema: SendMessageResponse },
    202: { description: "Accepted, and durably so.", schema: SendMessageResponse },
  },
  errors: [...sendFailures, "invalid_idempotency_key", "idempotency_key_reused"],
});

export const getMessage = defineOperation({
  ...ofMessage,
  id: "getMessage",
  method: "get",
  path: "/chats/{chatId}/messages/{messageId}",
  summary: "Read a message",
  description: "The message with its contact, parts, error in words, and clicks of its short links.",
  answers: { 200: { description: "The message.", schema: MessageDetail } },
  errors: unknownMessage,
});

export const cancelMessage = defineOperation({
  ...ofMessage,
  id: "cancelMessage",
  method: "delete",
  path: "/chats/{chatId}/messages/{messageId}",
  summary: "Cancel a message that has not left",
  description:
    "Works while it is scheduled or waits for its number, also where another key carries it; what is with Twilio cannot be called back, and answers 409. `cancellation_requested`: the key that carries it could not be asked yet, and is until it answers.",
  answers: {
    200: { description: "It will not be sent (`cancelled`), or is being called back.", schema: CancelResponse },
  },
  errors: [...unknownMessage, "message_not_cancellable"],
});

export const getMessageStatus = defineOperation({
  ...ofMessage,
  id: "getMessageStatus",
  method: "get",
  path: "/chats/{chatId}/messages/{messageId}/status",
  summary: "Read a message's status",
  description:
    "A light read for polling: one look at the key's own storage. Webhooks or `GET /events` tell the same without asking.",
  answers: { 200: { description: "The status.", schema: MessageStatus } },
  errors: unknownMessage,
});

export const addReaction = defineOperation({
  ...ofMessage,
  id: "addReaction",
  method: "post",
  path: "/chats/{chatId}/messages/{messageId}/reactions",
  summary: "React to a message",
  description:
    "`messageId` may count back from the newest: -1, -2, … A line knows love, like, dislike, laugh, emphasize and question. A Twilio key answers `not_supported_on_twilio`.",
  body: ReactionRequest,
  answers: { 200: { description: "The reaction was sent.", schema: ReactionResponse } },
  errors: [...unknownMessage, ...lineFailures, "not_supported_on_twilio"],
});

export const sendPoll = defineOperation({
  ...ofChat,
  id: "sendPoll",
  method: "post",
  path: "/chats/{chatId}/polls",
  summary: "Send a poll",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  body: z.object({
    title: z.string().max(255).nullish(),
    options: z.array(z.string().min(1).max(255)).min(2).max(10),
  }),
  answers: { 200: { description: "The poll was sent.", schema: PollSent } },
  errors: [...chatIdFailures, "not_supported_on_twilio", "not_supported_on_line"],
});

export const getPollResults = defineOperation({
  ...common,
  params: z.object({ chatId, pollId: segment }),
  id: "getPollResults",
  method: "get",
  path: "/chats/{chatId}/polls/{pollId}",
  summary: "Read a poll's results",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: { 200: { description: "The votes so far.", schema: PollResults } },
  errors: [...unknownMessage, "not_supported_on_twilio", "not_supported_on_line"],
});

export const sendBulk = defineOperation({
  ...common,
  id: "sendBulk",
  method: "post",
  path: "/messages/bulk",
  summary: "Send up to 50 messages",
  description:
    "Each record is judged by itself: one that is refused does not hold back the others. At most 250 messages in all, where texts are lists. The same `Idempotency-Key` and records answer 200 with the first results for 7 days.",
  headers: z.object({ "Idempotency-Key": idempotencyKey().optional() }),
  body: z.object({
    messages: z
      .array(z.unknown())
      .min(1)
      .refine((records) => records.length <= 50, coded("bulk_limit_exceeded")),
  }),
  documentedBody: z.object({ messages: z.array(BulkRecord).min(1).max(50) }),
  bodyLimit: 1024 * 1024,
  answers: {
    200: { description: "The first results of this Idempotency-Key.", schema: BulkResponse },
    202: { description: "One result for each record, in order.", schema: BulkResponse },
  },
  errors: [...sendFailures, "bulk_limit_exceeded", "invalid_idempotency_key", "idempotency_key_reused"],
});

export const messageOperations = [
  listChatMessages,
  sendMessage,
  getMessage,
  cancelMessage,
  getMessageStatus,
  addReaction,
  sendPoll,
  getPollResults,
  sendBulk,
] as const;
