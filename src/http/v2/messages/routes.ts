import type { Hono } from "hono";
import { ok } from "../../../domain/failure.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { renewLinks } from "../../../flows/links-and-media/media-url.ts";
import { endCancelling } from "../../../flows/messages/cancel.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { noteSent } from "../../note-sent.ts";
import { paginate } from "../../shapes/paging.ts";
import { toMessage, toMessageDetail, toMessageStatus } from "./answers.ts";
import { mountBulk } from "./bulk.ts";
import { cancelMessage, getMessage, getMessageStatus, listChatMessages, sendMessage } from "./contract.ts";
import { takeSend } from "./take-send.ts";

/** Registers sending, reading and cancelling messages. */
export function mountMessages(router: Hono<Edge>): void {
  mountSending(router);
  mountBulk(router);
  mountReading(router);
}

function mountSending(router: Hono<Edge>): void {
  mount(
    router,
    sendMessage,
    async ({ params, headers, body, reply }, c) => {
      const taken = await takeSend(c.get("deps"), credentialOf(c), { chatId: params.chatId, headers, body });
      if (!taken.ok) return taken;
      const { sent, status, answer } = taken.value;
      noteSent(c, [ok(sent)]);
      return reply(status, answer);
    },
    apiKeyGuard,
  );
}

function mountReading(router: Hono<Edge>): void {
  mount(
    router,
    listChatMessages,
    async ({ params, query, reply }, c) => {
      const credential = credentialOf(c);
      const asked = {
        ...query,
        chatId: params.chatId,
        direction: query.direction ?? null,
        since: query.since ?? null,
        until: query.until ?? null,
      };
      const page = await askPool(c.get("deps"), credential.keyId, (pool) => pool.listMessages(credential, asked));
      if (!page.ok) return page;
      const { messages, total, chatId, contact = null } = page.value;
      const renewed = await Promise.all(messages.map((message) => renewLinks(c.get("deps"), message)));
      return reply(200, {
        chat_id: chatId,
        messages: renewed.map((message) => toMessage(message, contact)),
        pagination: paginate(query, total),
      });
    },
    apiKeyGuard,
  );

  mount(
    router,
    getMessage,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const found = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.readMessage(credential, params.chatId, params.messageId),
      );
      if (!found.ok) return found;
      const message = await renewLinks(c.get("deps"), found.value.message);
      return reply(200, toMessageDetail({ ...found.value, message }));
    },
    apiKeyGuard,
  );

  mount(
    router,
    getMessageStatus,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const found = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.readMessage(credential, params.chatId, params.messageId),
      );
      return found.ok ? reply(200, toMessageStatus(found.value)) : found;
    },
    apiKeyGuard,
  );

  mount(
    router,
    cancelMessage,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const { chatId, messageId } = params;
      const done = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.cancelMessage(credential, chatId, messageId),
      );
      const ended = await endCancelling(c.get("deps"), credential.keyId, done);
      if (!ended.ok) return ended;
      const { status, message } = ended.value;
      return reply(200, { message_id: messageId, cancelled: status === "cancelled", status, message });
    },
    apiKeyGuard,
  );
}
