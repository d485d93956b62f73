import type { Hono } from "hono";
import type { PairView } from "../../../domain/channel-calls.ts";
import { channelTypeOf } from "../../../domain/channel-event.ts";
import {
  channelId,
  contactId,
  conversationId,
  identityId,
  readChannelId,
  readContactId,
  readConversation,
} from "../../../domain/channel-ids.ts";
import { ok } from "../../../domain/failure.ts";
import { apiKeyGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import type { InputOf } from "../../operation.ts";
import { toCapabilities } from "../answers.ts";
import { askChannels, known } from "../ask.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { toPage } from "../shapes.ts";
import { getV4Chat, listV4Chats } from "./contract.ts";

/** How long WhatsApp takes what is no template after the person wrote. */
const windowMs = 24 * 60 * 60 * 1000;

/** Registers reading chats by v4. */
export function mountV4Chats(router: Hono<Edge>): void {
  mount(
    router,
    listV4Chats,
    async ({ query, reply }, c) => {
      const asked = readQuery(query);
      if (!asked.ok) return asked;
      const page = await askChannels(c, { kind: "chats", ...asked.value });
      if (!page.ok) return page;
      const { chats, lines, next } = page.value;
      const data = chats
        .map((chat) => toChat(chat, lines))
        .filter((chat) => chat.channel_type === (query.type ?? chat.channel_type))
        .filter((chat) => chat.state === (query.state ?? chat.state));
      return reply(200, toPage(data, writeCursor(next === null ? null : [next.last, next.passed])));
    },
    apiKeyGuard,
  );
  mount(
    router,
    getV4Chat,
    async ({ params, reply }, c) => {
      const pair = known(readConversation(params.chat), "Chat");
      if (!pair.ok) return pair;
      const found = await askChannels(c, { kind: "chat", pair: pair.value });
      return found.ok ? reply(200, { data: toChat(found.value.chat, found.value.lines) }) : found;
    },
    apiKeyGuard,
  );
}

function readQuery({ channel_id: channel, contact_id: contact, cursor, limit }: InputOf<typeof listV4Chats>["query"]) {
  const number = channel === undefined ? ok(null) : known(readChannelId(channel), "Channel");
  if (!number.ok) return number;
  const person = contact === undefined ? ok(null) : known(readContactId(contact), "Contact");
  if (!person.ok) return person;
  const place = readCursor(cursor, 2);
  if (!place.ok) return place;
  const [last, passed] = place.value ?? [];
  const after = last === undefined || passed === undefined ? null : { last, passed };
  return ok({ number: number.value, person: person.value, cursor: after, limit });
}

function toChat(chat: PairView, lines: boolean) {
  const { number, person, sender, isGroup, isContact, lastInboundAt, lastAt, firstAt } = chat;
  const channel_type = channelTypeOf(number, lines);
  const hasWindow = channel_type === "whatsapp_business" && lastInboundAt !== null;
  return {
    id: conversationId(chat),
    channel_id: channelId(number),
    channel_type,
    contact_id: isContact ? contactId(person) : null,
    identity_id: isContact ? identityId(channel_type, person) : null,
    group_id: isGroup ? person : null,
    state: stateOf(chat),
    capabilities: sender === null ? null : toCapabilities(sender),
    window_expires_at: hasWindow ? lastInboundAt + windowMs : null,
    last_message_at: lastAt,
    created_at: firstAt,
  };
}

function stateOf({ sender, optedOut }: PairView) {
  if (sender === null) return "deprecated" as const;
  return optedOut ? ("blocked" as const) : ("open" as const);
}
