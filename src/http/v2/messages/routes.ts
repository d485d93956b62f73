import type { Hono } from "hono";
import { publicStatus } from "../../../domain/status.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { renewLinks } from "../../../flows/links-and-media/media-url.ts";
import { lineNamer } from "../../../flows/messages/name-line.ts";
import { sendMessage as send } from "../../../flows/messages/send.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { noteSent } from "../../note-sent.ts";
import { paginate } from "../../shapes/paging.ts";
import { toMessage, toMessageDetail, toMessageStatus, toSent, warnOf, withWarning } from "./answers.ts";
import { mountBulk } from "./bulk.ts";
import { cancelMessage, getMessage, getMessageStatus, listChatMessages, sendMessage } from "./contract.ts";

import { toDrafts, whatIsAsked } from "./send-drafts.ts";
import { toSendRequest } from "./send-idempotency.ts";

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
      const worded = await lineNamer(c.get("deps"), credentialOf(c).keyId)(body);
      const drafts = toDrafts(params.chatId, worded.body, headers["X-From-Number"]);
      if (!drafts.ok) return drafts;
      const asked = whatIsAsked(body);
      const request = await toSendRequest(drafts.value, headers["Idempotency-Key"], asked, worded.failure);
      const sent = await send(c.get("deps"), credentialOf(c), request);
      if (!sent.ok) return sent;
      noteSent(c, [sent]);
      const answer = withWarning(toSent(sent.value), warnOf(body));
      return sent.value.replayed ? reply(200, answer) : reply(202, answer);
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
      if (!done.ok) return done;
      const status = publicStatus(done.value.status) ?? "cancelled";
      return reply(200, { message_id: messageId, cancelled: true, status, message: "Message cancelled" });
    },
    apiKeyGuard,
  );
}
