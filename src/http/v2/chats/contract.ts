import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { chatIdFailures, direction, lineFailures, segment, timestamp } from "../../shapes/fields.ts";
import { imageTypes } from "../../shapes/images.ts";
import { Pagination, pageQuery, searchText } from "../../shapes/paging.ts";

export const chatId = segment.meta({
  description: "The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.",
  examples: ["+15551234567"],
});

export const ContactSummary = z.object({ contact_id: z.string(), name: z.string().nullable(), identifier: z.string() });

const LastMessage = z
  .object({ message_id: z.string(), text: z.string().nullable(), direction, time_sent: timestamp })
  .meta({ id: "LastMessage" });

const chatShape = {
  id: z.string(),
  type: z.enum(["phone", "email", "group"]),
  is_group: z.boolean(),
  group_id: z.string().nullable(),
  group_name: z.string().nullable(),
  member_count: z.int(),
  contact: ContactSummary.nullable(),
  message_count: z.int(),
  inbound_count: z.int(),
  outbound_count: z.int(),
  background_url: z.string().nullable(),
  background_id: z.string().nullable(),
  last_message_time: timestamp,
  last_inbound_time: timestamp.nullable(),
  last_outbound_time: timestamp.nullable(),
  last_message: LastMessage,
};

export const Chat = z.object(chatShape).meta({ id: "Chat" });
export const ChatDetail = z.object({ ...chatShape, first_message_time: timestamp }).meta({ id: "ChatDetail" });
export const ChatsPage = z.object({ chats: z.array(Chat), pagination: Pagination }).meta({ id: "ChatsPage" });

const warning = z.string().optional().meta({ description: "Why the call had no effect." });

export const TypingResponse = z
  .object({
    chat_id: z.string(),
    typing: z.boolean(),
    started_at: timestamp.optional(),
    stopped_at: timestamp.optional(),
    warning,
  })
  .meta({ id: "TypingResponse" });

export const ReadResponse = z
  .object({ chat_id: z.string(), status: z.literal("read"), marked_at: timestamp, warning })
  .meta({ id: "ReadResponse" });

const ChatBackgroundResponse = z
  .object({
    chat_id: z.string(),
    has_background: z.boolean(),
    background_id: z.string().nullish(),
    background_url: z.string().nullish(),
    background_version: z.int().nullish(),
    changed: z.boolean().optional(),
  })
  .meta({ id: "ChatBackgroundResponse" });

const common = { base: "v2", auth: "api_key", tags: ["Chats"] } as const;
const ofChat = { ...common, params: z.object({ chatId }) } as const;
const onlyIMessage = [...chatIdFailures, "not_supported_on_twilio", "not_supported_on_line"] as const;
const noEffect =
  "Has no effect on a Twilio key, nor on a line that cannot do it: 200 with a `warning`. Sends no body; one that comes is not read.";

export const listChats = defineOperation({
  ...common,
  id: "listChats",
  method: "get",
  path: "/chats",
  summary: "List chats",
  description: "A key sees the chats of its own pool.",
  query: z.object({
    ...pageQuery,
    q: searchText.optional().meta({ description: "Part of an address or a contact's name." }),
    sort: z.enum(["recent", "oldest"]).default("recent"),
  }),
  answers: { 200: { description: "One page of chats.", schema: ChatsPage } },
  errors: [],
});

export const getChat = defineOperation({
  ...ofChat,
  id: "getChat",
  method: "get",
  path: "/chats/{chatId}",
  summary: "Read a chat",
  description: "Counts, the last message, and who it is with.",
  answers: { 200: { description: "The chat.", schema: ChatDetail } },
  errors: [...chatIdFailures, "not_found"],
});

export const startTyping = defineOperation({
  ...ofChat,
  id: "startTyping",
  method: "post",
  path: "/chats/{chatId}/typing",
  summary: "Show that somebody types",
  description: noEffect,
  answers: { 200: { description: "Noted.", schema: TypingResponse } },
  errors: [...chatIdFailures, ...lineFailures],
});

export const stopTyping = defineOperation({
  ...ofChat,
  id: "stopTyping",
  method: "delete",
  path: "/chats/{chatId}/typing",
  summary: "Show that nobody types",
  description: noEffect,
  answers: { 200: { description: "Noted.", schema: TypingResponse } },
  errors: [...chatIdFailures, ...lineFailures],
});

export const markChatRead = defineOperation({
  ...ofChat,
  id: "markChatRead",
  method: "post",
  path: "/chats/{chatId}/read",
  summary: "Mark a chat as read",
  description: noEffect,
  answers: { 200: { description: "Noted.", schema: ReadResponse } },
  errors: [...chatIdFailures, ...lineFailures],
});

export const shareContactCard = defineOperation({
  ...ofChat,
  id: "shareContactCard",
  method: "post",
  path: "/chats/{chatId}/contact-card",
  summary: "Share the contact card",
  description: "A line shares its Apple ID's name and photo at once. A Twilio key answers `not_supported_on_twilio`.",
  answers: {
    200: {
      description: "The card was shared.",
      schema: z.object({ success: z.boolean(), chat_id: z.string(), message: z.string() }),
    },
  },
  errors: [...onlyIMessage, ...lineFailures, "forbidden", "not_found"],
});

export const getChatBackground = defineOperation({
  ...ofChat,
  id: "getChatBackground",
  method: "get",
  path: "/chats/{chatId}/background",
  summary: "Read a chat's background",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: { 200: { description: "The background.", schema: ChatBackgroundResponse } },
  errors: onlyIMessage,
});

export const setChatBackground = defineOperation({
  ...ofChat,
  id: "setChatBackground",
  method: "put",
  path: "/chats/{chatId}/background",
  summary: "Set a chat's background",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  multipart: { field: "background", maxBytes: 10 * 1024 * 1024, types: imageTypes },
  answers: { 200: { description: "The new background.", schema: ChatBackgroundResponse } },
  errors: onlyIMessage,
});

export const removeChatBackground = defineOperation({
  ...ofChat,
  id: "removeChatBackground",
  method: "delete",
  path: "/chats/{chatId}/background",
  summary: "Remove a chat's background",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: { 200: { description: "The background is gone.", schema: ChatBackgroundResponse } },
  errors: onlyIMessage,
});

export const chatOperations = [
  listChats,
  getChat,
  startTyping,
  stopTyping,
  markChatRead,
  shareContactCard,
  getChatBackground,
  setChatBackground,
  removeChatBackground,
] as const;
