import type { Context, Hono } from "hono";
import { readConversation } from "../../../domain/channel-ids.ts";
import { fail } from "../../../domain/failure.ts";
import { renewLinks } from "../../../flows/links-and-media/media-url.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { askChannels, known } from "../ask.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { toPage } from "../shapes.ts";
import { toMessage, toMessageEvent, toMessageStatus } from "./answers.ts";
import * as operations from "./contract.ts";
import { readRecipients, readSender, readSpeaker } from "./read-send.ts";
import { type Sent, sendTo } from "./sending.ts";

/** Registers sending and reading messages by v4. */
export function mountV4Messages(router: Hono<Edge>): void {
  mountSends(router);
  mountReads(router);
}

function mountSends(router: Hono<Edge>): void {
  mount(
    router,
    operations.sendV4Message,
    async ({ headers, body }, c) => {
      const speaker = readSpeaker(body);
      if (!speaker.ok) return speaker;
      const to = readRecipients(body.to, speaker.value);
      if (!to.ok) return to;
      const key = headers["Idempotency-Key"];
      const sent = await sendTo(c, body, { to: to.value, speaker: speaker.value, key });
      return sent.ok ? answer(c, sent.value) : sent;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.sendV4ChannelMessage,
    async ({ params, headers, body }, c) => {
      const speaker = readSender(params.channel);
      if (!speaker.ok) return speaker;
      const to = readRecipients(body.to, speaker.value);
      if (!to.ok) return to;
      const key = headers["Idempotency-Key"];
      const sent = await sendTo(c, body, { to: to.value, speaker: speaker.value, key });
      if (sent.ok) return answer(c, sent.value);
      return sent.failure.code === "from_number_not_owned" ? fail("not_found", "Channel not found.") : sent;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.sendV4ChatMessage,
    async ({ params, headers, body }, c) => {
      const chat = known(readConversation(params.chat), "Chat");
      if (!chat.ok) return chat;
      const { number, person } = chat.value;
      const key = headers["Idempotency-Key"];
      const sent = await sendTo(c, body, { to: [person], speaker: { from: number, only: null }, key });
      if (sent.ok) return answer(c, sent.value);
      return sent.failure.code === "from_number_not_owned" ? fail("not_found", "Chat not found.") : sent;
    },
    apiKeyGuard,
  );
}

/** The bodies are made to the schemas of the operations; a fan-out of which nothing was accepted has a success's shape and a failure's status. */
function answer(c: Context<Edge>, sent: Sent): Response {
  return c.json("one" in sent ? sent.one : sent.all, sent.status);
}

function mountReads(router: Hono<Edge>): void {
  mount(
    router,
    operations.listV4ChatMessages,
    async ({ params, query, reply }, c) => {
      const pair = known(readConversation(params.chat), "Chat");
      if (!pair.ok) return pair;
      const after = readCursor(query.cursor, 1);
      if (!after.ok) return after;
      const asked = { pair: pair.value, order: query.order, after: after.value?.[0] ?? null, limit: query.limit };
      const page = await askChannels(c, { kind: "messages", ...asked });
      if (!page.ok) return page;
      const { lines, next } = page.value;
      const messages = await Promise.all(page.value.messages.map((message) => renewLinks(c.get("deps"), message)));
      const { keyId } = credentialOf(c);
      const data = messages.map((message) => toMessage(message, { keyId, lines }));
      return reply(200, toPage(data, writeCursor(next)));
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.getV4Message,
    async ({ params, reply }, c) => {
      const found = await readOne(c, params, false);
      if (!found.ok) return found;
      const message = await renewLinks(c.get("deps"), found.value.message);
      return reply(200, { data: toMessage(message, { keyId: credentialOf(c).keyId, lines: found.value.lines }) });
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.getV4MessageStatus,
    async ({ params, reply }, c) => {
      const found = await readOne(c, params, false);
      return found.ok ? reply(200, { data: toMessageStatus(found.value.message) }) : found;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.listV4MessageEvents,
    async ({ params, reply }, c) => {
      const found = await readOne(c, params, true);
      if (!found.ok) return found;
      const events = found.value.events.map((event) => toMessageEvent(params.messageId, event));
      return reply(200, toPage(events, null));
    },
    apiKeyGuard,
  );
}

async function readOne(c: Context<Edge>, { chat, messageId }: { chat: string; messageId: string }, story: boolean) {
  const pair = known(readConversation(chat), "Chat");
  return pair.ok ? askChannels(c, { kind: "message", pair: pair.value, messageId, story }) : pair;
}
