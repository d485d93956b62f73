import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { V4Error } from "../../shapes/envelope.ts";
import { segment } from "../../shapes/fields.ts";
import { sendFailures } from "../../v2/messages/contract.ts";
import { idempotencyKey } from "../../v2/messages/send-request.ts";
import { id, item, listQuery, page, v4 } from "../shapes.ts";
import { V4FanOut, V4Message, V4MessageEvent, V4MessageStatus, V4SendResult } from "./schemas.ts";
import { V4ChannelSend, V4ChatSend, V4Send } from "./send-request.ts";

const headers = z.object({ "Idempotency-Key": idempotencyKey().optional() });
const sends = {
  ...v4,
  method: "post",
  headers,
  errors: [
    ...sendFailures.filter((code) => code !== "missing_content"),
    "invalid_content",
    "ambiguous_from",
    "not_found",
    "not_supported_on_twilio",
    "not_supported_on_line",
    "invalid_idempotency_key",
    "idempotency_key_reused",
  ],
} as const;
const one = {
  200: { description: "What would be sent (`dry_run`).", schema: V4SendResult },
  201: { description: "Accepted, and durably so; again for the same Idempotency-Key.", schema: V4SendResult },
} as const;
const several = {
  200: { description: "What would be sent (`dry_run`).", schema: z.union([V4SendResult, V4FanOut]) },
  201: {
    description: "Accepted, and durably so; again for the same Idempotency-Key.",
    schema: z.union([V4SendResult, V4FanOut]),
  },
  207: { description: "Some of several recipients were refused.", schema: V4FanOut },
  422: {
    description: "All of several recipients were refused, or the content is none (`invalid_content`).",
    schema: z.union([V4FanOut, V4Error]),
  },
} as const;

export const sendV4Message = defineOperation({
  ...sends,
  id: "sendV4Message",
  path: "/messages",
  summary: "Send a message",
  description:
    "Flat (`to`, `from`, `text`) or in the older form (`channel_id`, `to`, `content`). `routing.considered` says of each number that was looked at why it was taken or not. Several recipients are single sends; on iMessage lines they are a group.",
  body: V4Send,
  answers: several,
});

export const sendV4ChannelMessage = defineOperation({
  ...sends,
  params: z.object({ channel: id }),
  id: "sendV4ChannelMessage",
  path: "/channels/{channel}/messages",
  summary: "Send a message from a channel",
  description: "The channel by its id or its number (`%2B` for the plus); the body has no `from`.",
  body: V4ChannelSend,
  answers: several,
});

const ofChat = { ...v4, params: z.object({ chat: id }) } as const;

export const sendV4ChatMessage = defineOperation({
  ...sends,
  ...ofChat,
  method: "post",
  id: "sendV4ChatMessage",
  path: "/chats/{chat}/messages",
  summary: "Send a message into a chat",
  description: "Sender and person are the chat's; the body has neither `from` nor `to`.",
  body: V4ChatSend,
  answers: one,
});

export const listV4ChatMessages = defineOperation({
  ...ofChat,
  id: "listV4ChatMessages",
  method: "get",
  path: "/chats/{chat}/messages",
  summary: "List a chat's messages",
  description: "What the chat's number and person said to each other, newest first unless `order` says otherwise.",
  query: z.object({ ...listQuery, order: z.enum(["asc", "desc"]).default("desc") }),
  answers: { 200: page(V4Message, "One page of messages.") },
  errors: ["not_found"],
});

const ofMessage = {
  ...v4,
  method: "get",
  params: z.object({ chat: id, messageId: segment }),
  errors: ["not_found"],
} as const;

export const getV4Message = defineOperation({
  ...ofMessage,
  id: "getV4Message",
  path: "/chats/{chat}/messages/{messageId}",
  summary: "Read a message",
  description: "The same message, by the same id, as v2 has it.",
  answers: { 200: item(V4Message, "The message.") },
});

export const getV4MessageStatus = defineOperation({
  ...ofMessage,
  id: "getV4MessageStatus",
  path: "/chats/{chat}/messages/{messageId}/status",
  summary: "Read a message's status",
  description: "A light read for polling; webhooks or `GET /events` tell the same without asking.",
  answers: { 200: item(V4MessageStatus, "The status.") },
});

export const listV4MessageEvents = defineOperation({
  ...ofMessage,
  id: "listV4MessageEvents",
  path: "/chats/{chat}/messages/{messageId}/events",
  summary: "List a message's events",
  description: "What was told of the message, oldest first; all of it on one page.",
  answers: { 200: page(V4MessageEvent, "The events.") },
});

export const v4MessageOperations = [
  sendV4Message,
  sendV4ChannelMessage,
  sendV4ChatMessage,
  listV4ChatMessages,
  getV4Message,
  getV4MessageStatus,
  listV4MessageEvents,
] as const;
