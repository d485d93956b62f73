import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { timestamp } from "../../shapes/fields.ts";
import { channelType, channelTypeSought, id, item, listQuery, page, V4Capabilities, v4 } from "../shapes.ts";

const state = z.enum(["open", "blocked", "deprecated"]);

const V4Chat = z
  .object({
    id: z.string(),
    channel_id: z.string(),
    channel_type: channelType,
    contact_id: z.string().nullable(),
    identity_id: z.string().nullable(),
    group_id: z.string().nullable(),
    state: state.meta({ description: "`blocked`: the person opted out; `deprecated`: the number has left the pool." }),
    capabilities: V4Capabilities.nullable(),
    window_expires_at: timestamp.nullable().meta({ description: "Until when WhatsApp takes what is no template." }),
    last_message_at: timestamp,
    created_at: timestamp,
  })
  .meta({ id: "V4Chat" });

export const listV4Chats = defineOperation({
  ...v4,
  id: "listV4Chats",
  method: "get",
  path: "/chats",
  summary: "List chats",
  description:
    "A chat is what one number and one person say to each other. Who was spoken with last comes first, and the chats with one person together: those among the latest 500 messages with them, or all where `contact_id` asks for one. A page may be short; go on while `has_more`.",
  query: z.object({
    ...listQuery,
    type: channelTypeSought.optional(),
    state: z.enum([...state.options, "closed"]).optional(),
    channel_id: id.optional(),
    contact_id: id.optional(),
  }),
  answers: { 200: page(V4Chat, "One page of chats.") },
  errors: ["not_found"],
});

export const getV4Chat = defineOperation({
  ...v4,
  params: z.object({ chat: id }),
  id: "getV4Chat",
  method: "get",
  path: "/chats/{chat}",
  summary: "Read a chat",
  description: "A chat without a message is unknown; it can be written into all the same.",
  answers: { 200: item(V4Chat, "The chat.") },
  errors: ["not_found"],
});

export const v4ChatOperations = [listV4Chats, getV4Chat] as const;
