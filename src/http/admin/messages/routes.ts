import type { Hono } from "hono";
import { endCancelling } from "../../../flows/messages/cancel.ts";
import { lineNamer } from "../../../flows/messages/name-line.ts";
import { sendAsAdmin } from "../../../flows/messages/send.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { noteSent } from "../../note-sent.ts";
import { paginate } from "../../shapes/paging.ts";
import { toChat } from "../../v2/chats/routes.ts";
import { toSent, withWarning } from "../../v2/messages/answers.ts";
import { warnOfPreviews } from "../../v2/messages/link-preview.ts";
import { toDrafts, whatIsAsked } from "../../v2/messages/send-drafts.ts";
import { toSendRequest } from "../../v2/messages/send-idempotency.ts";
import { askKey } from "../ask-key.ts";
import { renewViews, toAdminSummary, toFoundMessages, toMessageStory } from "./answers.ts";
import * as operations from "./contract.ts";

/** Registers the calls about a key's messages: finding, reading, sending, cancelling, and its conversations. */
export function mountAdminMessages(router: Hono<Edge>): void {
  mountFinding(router);
  mountSending(router);
  mountChats(router);
}

function mountFinding(router: Hono<Edge>): void {
  mount(
    router,
    operations.searchKeyMessages,
    async ({ params, query, reply }, c) => {
      const { before, after, status, direction, number, contact, q, since, until } = query;
      const search = {
        limit: query.limit,
        before: before ?? null,
        after: after ?? null,
        status: status ?? null,
        direction: direction ?? null,
        number: number ?? null,
        contact: contact ?? null,
        q: q ?? null,
        since: since ?? null,
        until: until ?? null,
      };
      const found = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.searchMessages(search));
      return found.ok ? reply(200, await toFoundMessages(c.get("deps"), found.value)) : found;
    },
    adminGuard,
  );

  mount(
    router,
    operations.readAdminMessage,
    async ({ params, reply }, c) => {
      const deps = c.get("deps");
      const read = await askKey(deps, params.apiKeyId, (pool) => pool.readStory(params.messageId));
      if (!read.ok) return read;
      const [story = read.value] = await renewViews(deps, [read.value]);
      return reply(200, toMessageStory(story));
    },
    adminGuard,
  );
}

function mountSending(router: Hono<Edge>): void {
  mount(
    router,
    operations.sendKeyMessage,
    async ({ params, headers, body, reply }, c) => {
      const deps = c.get("deps");
      const { to, ...content } = body;
      const worded = await lineNamer(deps, params.apiKeyId)(content);
      const drafts = toDrafts(to, worded.body, undefined);
      if (!drafts.ok) return drafts;
      const asked = whatIsAsked(content);
      const request = await toSendRequest(drafts.value, headers["Idempotency-Key"], asked, worded.failure);
      const sent = await askKey(deps, params.apiKeyId, (pool) => sendAsAdmin(pool, request));
      if (!sent.ok) return sent;
      noteSent(c, [sent]);
      const answer = withWarning(toSent(sent.value), warnOfPreviews(content));
      return sent.value.replayed ? reply(200, answer) : reply(202, answer);
    },
    adminGuard,
  );

  mount(
    router,
    operations.cancelKeyMessage,
    async ({ params, reply }, c) => {
      const { apiKeyId, messageId } = params;
      const done = await askKey(c.get("deps"), apiKeyId, (pool) => pool.cancelMessage(null, null, messageId));
      const ended = await endCancelling(c.get("deps"), apiKeyId, done);
      if (!ended.ok) return ended;
      const { status, message } = ended.value;
      return reply(200, { message_id: messageId, cancelled: status === "cancelled", status, message });
    },
    adminGuard,
  );
}

function mountChats(router: Hono<Edge>): void {
  mount(
    router,
    operations.listKeyChats,
    async ({ params, query, reply }, c) => {
      const asked = { ...query, q: query.q ?? null };
      const page = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.listChats(null, asked));
      if (!page.ok) return page;
      return reply(200, { chats: page.value.chats.map(toChat), pagination: paginate(query, page.value.total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.listKeyChatMessages,
    async ({ params, query, reply }, c) => {
      const deps = c.get("deps");
      const { direction, since, until } = query;
      const limits = { direction: direction ?? null, since: since ?? null, until: until ?? null };
      const asked = { ...query, ...limits, chatId: params.chatId };
      const page = await askKey(deps, params.apiKeyId, (pool) => pool.listMessages(null, asked));
      if (!page.ok) return page;
      const { messages, contact, total, chatId } = page.value;
      const views = await renewViews(
        deps,
        messages.map((message) => ({ message, contact })),
      );
      return reply(200, { chat_id: chatId, messages: views.map(toAdminSummary), pagination: paginate(query, total) });
    },
    adminGuard,
  );
}
