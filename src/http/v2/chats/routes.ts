import type { Hono } from "hono";
import type { ChatSummary } from "../../../domain/calls/reading.ts";
import { isEmail } from "../../../domain/email.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { paginate } from "../../shapes/paging.ts";
import { getChat, listChats } from "./contract.ts";

/** Registers reading chats; a key sees the chats of its own pool. */
export function mountChats(router: Hono<Edge>): void {
  mount(
    router,
    listChats,
    async ({ query, reply }, c) => {
      const credential = credentialOf(c);
      const asked = { ...query, q: query.q ?? null };
      const page = await askPool(c.get("deps"), credential.keyId, (pool) => pool.listChats(credential, asked));
      if (!page.ok) return page;
      return reply(200, { chats: page.value.chats.map(toChat), pagination: paginate(query, page.value.total) });
    },
    apiKeyGuard,
  );

  mount(
    router,
    getChat,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const chat = await askPool(c.get("deps"), credential.keyId, (pool) => pool.readChat(credential, params.chatId));
      return chat.ok ? reply(200, { ...toChat(chat.value), first_message_time: chat.value.firstAt }) : chat;
    },
    apiKeyGuard,
  );
}

/** Returns a chat as lists show it. */
export function toChat(chat: ChatSummary) {
  const { contact, lastMessage, group = null } = chat;
  return {
    id: chat.chatId,
    type: group === null ? (isEmail(chat.chatId) ? ("email" as const) : ("phone" as const)) : ("group" as const),
    is_group: group !== null,
    group_id: group === null ? null : chat.chatId,
    group_name: group?.name ?? null,
    member_count: group?.memberCount ?? 1,
    contact:
      contact === null ? null : { contact_id: contact.contactId, name: contact.name, identifier: contact.identifier },
    message_count: chat.inboundCount + chat.outboundCount,
    inbound_count: chat.inboundCount,
    outbound_count: chat.outboundCount,
    background_url: null,
    background_id: null,
    last_message_time: chat.lastAt,
    last_inbound_time: chat.lastInboundAt,
    last_outbound_time: chat.lastOutboundAt,
    last_message: {
      message_id: lastMessage?.messageId ?? "",
      text: lastMessage?.text ?? null,
      direction: lastMessage?.direction ?? "outbound",
      time_sent: lastMessage?.at ?? chat.lastAt,
    },
  };
}
