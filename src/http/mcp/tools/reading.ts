import * as z from "zod";
import { ok } from "../../../domain/failure.ts";
import type { Message } from "../../../domain/message.ts";
import { publicStatus } from "../../../domain/status.ts";
import { defineTool, type Json, readMessage } from "../tool.ts";
import { contact, cursor, messageId, pageSize, untrusted } from "./words.ts";

export const me = defineTool({
  name: "me",
  description: "Returns what this key is, whether its messages are real, and its numbers.",
  input: z.object({}),
  output: z.object({
    name: z.string(),
    mode: z.enum(["live", "test"]),
    messages_are: z.string(),
    numbers: z.array(z.looseObject({ number: z.string(), active: z.boolean() })),
  }),
  hints: { readOnlyHint: true },
  async run(_, { key }) {
    return ok({
      name: key.name,
      mode: key.mode,
      messages_are:
        key.mode === "test"
          ? "TEST KEY: nothing reaches anybody. A sandbox plays the carrier; +15005556001 answers, +15005556002 answers STOP."
          : "LIVE KEY: every message reaches a real person and costs money.",
      numbers: key.numbers.map(({ phoneNumber, isActive }) => ({ number: phoneNumber, active: isActive })),
    });
  },
});

/** What every message shows; more stands beside it. A model pays for each word of a schema, so it names what it decides by. */
export const messageShape = {
  message_id: z.string(),
  by: z.enum(["us", "contact"]),
  text: z.string().nullable(),
  status: z.string(),
};
export const shownMessage = z.looseObject(messageShape);

/** Returns a message as tools show it. */
export function showMessage(message: Message): Json {
  const failed = message.status === "failed" || message.status === "undelivered";
  return {
    message_id: message.id,
    by: message.direction === "outbound" ? "us" : "contact",
    contact: message.chatId,
    our_number: message.number,
    text: message.text,
    attachments: message.attachments.map(({ url }) => url),
    at: new Date(message.sentAt ?? message.createdAt).toISOString(),
    status: message.direction === "outbound" ? publicStatus(message.status) : "received",
    ...(message.outcomeUnknown ? { outcome_unknown: true } : {}),
    ...(failed ? { error: message.failure?.meaning ?? message.errorMessage ?? message.errorCode ?? "It failed." } : {}),
    ...(failed && message.failure !== null ? { what_to_do: message.failure.retry } : {}),
  };
}

export const getMessage = defineTool({
  name: "get_message",
  description: `Returns one message with its status. ${untrusted}`,
  input: z.object({ message_id: messageId }),
  output: shownMessage,
  hints: { readOnlyHint: true },
  async run({ message_id }, world) {
    const view = await readMessage(world, message_id);
    return view.ok ? ok(showMessage(view.value.message) as never) : view;
  },
});

export const listConversations = defineTool({
  name: "list_conversations",
  description: `Lists the people this key has messages with, the latest first. ${untrusted}`,
  input: z.object({ q: z.string().max(255).optional().describe("Part of a number or name."), limit: pageSize, cursor }),
  output: z.object({
    conversations: z.array(z.looseObject({ contact: z.string(), last_text: z.string().nullable() })),
    next_cursor: z.string().nullable(),
  }),
  hints: { readOnlyHint: true },
  async run({ q, limit, cursor: from }, world) {
    const offset = readCursor(from);
    const asked = { limit, offset, q: q ?? null, sort: "recent" } as const;
    const page = await world.pool((pool) => pool.listChats(world.credential, asked));
    if (!page.ok) return page;
    const { chats, total } = page.value;
    return ok({
      conversations: chats.map((chat) => ({
        contact: chat.chatId,
        name: chat.contact?.name ?? null,
        last_text: chat.lastMessage?.text ?? null,
        last_by: chat.lastMessage === null ? null : by(chat.lastMessage.direction),
        last_at: new Date(chat.lastAt).toISOString(),
        messages: chat.inboundCount + chat.outboundCount,
      })),
      next_cursor: offset + chats.length < total ? String(offset + chats.length) : null,
    });
  },
});

export const readConversation = defineTool({
  name: "read_conversation",
  description: `Returns the messages with one person, newest last; next_cursor leads to older ones. ${untrusted}`,
  input: z.object({ contact, limit: pageSize, cursor }),
  output: z.object({ messages: z.array(shownMessage), next_cursor: z.string().nullable() }),
  hints: { readOnlyHint: true },
  async run({ contact: chatId, limit, cursor: from }, world) {
    const offset = readCursor(from);
    const asked = { chatId, limit, offset, sort: "desc", direction: null, since: null, until: null } as const;
    const page = await world.pool((pool) => pool.listMessages(world.credential, asked));
    if (!page.ok) return page;
    const { messages, total } = page.value;
    return ok({
      messages: messages.map(showMessage).reverse() as never,
      next_cursor: offset + messages.length < total ? String(offset + messages.length) : null,
    });
  },
});

export const lookUpNumber = defineTool({
  name: "look_up_number",
  description: "Says whether a phone number is valid, its E.164 form and country.",
  input: z.object({ number: z.string().min(1).max(64) }),
  output: z.looseObject({}),
  hints: { readOnlyHint: true },
  async run({ number }, world) {
    const found = await world.api("GET", `/phone-numbers/lookup?${new URLSearchParams({ number })}`);
    return found.ok ? ok(found.value.body) : found;
  },
});

export const setOptOut = defineTool({
  name: "set_opt_out",
  description: "Notes that a person wants no more messages. Only the contact (START) or an admin can lift it.",
  input: z.object({ contact }),
  output: z.object({ contact: z.string(), opted_out: z.literal(true) }),
  hints: { destructiveHint: false, idempotentHint: true },
  async run({ contact: person }, world) {
    const out = await world.pool((pool) => pool.setOptOut(person, "agent"));
    return out.ok ? ok({ contact: out.value.contact, opted_out: true as const }) : out;
  },
});

function by(direction: Message["direction"]): "us" | "contact" {
  return direction === "outbound" ? "us" : "contact";
}

function readCursor(cursor: string | undefined): number {
  return /^\d{1,9}$/.test(cursor ?? "") ? Number(cursor) : 0;
}
