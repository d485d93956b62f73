import type { Hono } from "hono";
import { channelEvent } from "../../../domain/channel-event.ts";
import { readConversation } from "../../../domain/channel-ids.ts";
import { ok } from "../../../domain/failure.ts";
import { apiKeyGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { askChannels, known } from "../ask.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { toPage } from "../shapes.ts";
import { getV4Event, listV4Events } from "./contract.ts";

/** Registers the feed of events by v4. */
export function mountV4Events(router: Hono<Edge>): void {
  mount(
    router,
    listV4Events,
    async ({ query, reply }, c) => {
      const chat = query.chat_id === undefined ? ok(null) : known(readConversation(query.chat_id), "Chat");
      if (!chat.ok) return chat;
      const before = readCursor(query.cursor, 1);
      if (!before.ok) return before;
      const { limit, type: name = null, message_id: messageId = null } = query;
      const asked = { limit, before: before.value?.[0] ?? null, name, chat: chat.value, messageId };
      const page = await askChannels(c, { kind: "events", query: asked });
      if (!page.ok) return page;
      const { bodies, next, lines } = page.value;
      const data = bodies.map((body) => toEvent(body, lines));
      return reply(200, toPage(data, writeCursor(next)));
    },
    apiKeyGuard,
  );
  mount(
    router,
    getV4Event,
    async ({ params, reply }, c) => {
      const found = await askChannels(c, { kind: "event", eventId: params.eventId });
      return found.ok ? reply(200, { data: toEvent(found.value.body, found.value.lines) }) : found;
    },
    apiKeyGuard,
  );
}

/** What the pool wrote down is an object of its own making. */
function toEvent(body: string, lines: boolean) {
  return channelEvent(JSON.parse(body) as Record<string, unknown>, lines);
}
