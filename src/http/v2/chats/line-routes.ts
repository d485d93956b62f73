import type { Context, Hono } from "hono";
import type { Result } from "../../../domain/failure.ts";
import type { ChatAnswer, ChatCall } from "../../../domain/line-calls.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { addReaction } from "../messages/contract.ts";
import { markChatRead, shareContactCard, startTyping, stopTyping } from "./contract.ts";

/** Registers what a line does in a conversation beside sending; the pool says what a Twilio key, or this line, cannot do. */
export function mountChatCalls(router: Hono<Edge>): void {
  mountTyping(router);
  mount(
    router,
    markChatRead,
    async ({ params, reply }, c) => {
      const done = await callChat(c, params.chatId, { kind: "read" });
      if (!done.ok) return done;
      const { chatId, at, warning } = done.value;
      return reply(200, { chat_id: chatId, status: "read", marked_at: at, ...warn(warning) });
    },
    apiKeyGuard,
  );
  mount(
    router,
    shareContactCard,
    async ({ params, reply }, c) => {
      const done = await callChat(c, params.chatId, { kind: "share_contact" });
      if (!done.ok) return done;
      const { chatId, warning } = done.value;
      return reply(200, { success: true, chat_id: chatId, message: warning ?? "The contact card was shared." });
    },
    apiKeyGuard,
  );
  mount(
    router,
    addReaction,
    async ({ params, body, reply }, c) => {
      const remove = body.reaction.startsWith("-");
      const reaction = body.reaction.slice(1);
      const done = await callChat(c, params.chatId, {
        kind: "react",
        messageId: params.messageId,
        reaction,
        remove,
        direction: body.direction ?? null,
      });
      if (!done.ok) return done;
      const messageId = done.value.messageId ?? params.messageId;
      return reply(200, { success: true, message_id: messageId, reaction, action: remove ? "remove" : "add" });
    },
    apiKeyGuard,
  );
}

function mountTyping(router: Hono<Edge>): void {
  mount(
    router,
    startTyping,
    async ({ params, reply }, c) => {
      const done = await callChat(c, params.chatId, { kind: "typing", isTyping: true });
      if (!done.ok) return done;
      const { chatId, at, warning } = done.value;
      return reply(200, { chat_id: chatId, typing: true, started_at: at, ...warn(warning) });
    },
    apiKeyGuard,
  );
  mount(
    router,
    stopTyping,
    async ({ params, reply }, c) => {
      const done = await callChat(c, params.chatId, { kind: "typing", isTyping: false });
      if (!done.ok) return done;
      const { chatId, at, warning } = done.value;
      return reply(200, { chat_id: chatId, typing: false, stopped_at: at, ...warn(warning) });
    },
    apiKeyGuard,
  );
}

function callChat(c: Context<Edge>, chatId: string, call: ChatCall): Promise<Result<ChatAnswer>> {
  const credential = credentialOf(c);
  return askPool(c.get("deps"), credential.keyId, (pool) => pool.callChat(credential, chatId, call));
}

function warn(warning: string | null) {
  return warning === null ? {} : { warning };
}
