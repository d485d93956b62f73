import type { Context, Env, Hono } from "hono";
import { fail, type Result } from "../../domain/failure.ts";
import { mount } from "../mount.ts";
import type { Operation } from "../operation.ts";
import { paginate } from "../shapes/paging.ts";
import {
  getChatBackground,
  markChatRead,
  removeChatBackground,
  setChatBackground,
  shareContactCard,
  startTyping,
  stopTyping,
} from "./chats/contract.ts";
import {
  addGroupMember,
  createGroup,
  deleteGroup,
  getGroup,
  listGroupMembers,
  listGroups,
  removeGroupIcon,
  removeGroupMember,
  setGroupIcon,
  updateGroup,
} from "./groups/contract.ts";
import { getMyContactCard, requestCallForwarding, updateMyContactCard } from "./me/contract.ts";
import { addReaction, getPollResults, sendPoll } from "./messages/contract.ts";
import { callFaceTime, getLocationContact, listLocationContacts, refreshLocationContacts } from "./nearby/contract.ts";

/** What these calls need of the edge: who asks, what time it is, and how a chat id is read (its canonical form, or why not). */
export type UnsupportedEdge<E extends Env> = {
  authenticate: (c: Context<E>) => Promise<Result<{ keyId: string }>>;
  readChatId: (chatId: string, c: Context<E>) => Result<string>;
  now: () => number;
};

const refused: readonly Operation[] = [
  addReaction,
  sendPoll,
  getPollResults,
  shareContactCard,
  getChatBackground,
  setChatBackground,
  removeChatBackground,
  createGroup,
  getGroup,
  updateGroup,
  deleteGroup,
  listGroupMembers,
  addGroupMember,
  removeGroupMember,
  setGroupIcon,
  removeGroupIcon,
  getMyContactCard,
  updateMyContactCard,
  requestCallForwarding,
  listLocationContacts,
  getLocationContact,
  refreshLocationContacts,
  callFaceTime,
];

/** Every call that only an iMessage line can serve, whatever a Twilio key is answered. */
export const imessageOnly: readonly Operation[] = [...refused, startTyping, stopTyping, markChatRead, listGroups];

const warning = "Typing indicators and read receipts need an iMessage line: this call has no effect on a Twilio key.";

/** Registers the calls that only an iMessage line can serve: validated in full, then refused; typing and read answer 200 with a warning, groups an empty page. */
export function mountUnsupported<E extends Env>(router: Hono<E>, edge: UnsupportedEdge<E>): void {
  const { authenticate } = edge;
  for (const operation of refused) {
    mount(
      router,
      operation,
      ({ params }, c) => {
        const chatId = readChatOf(params, edge, c);
        return chatId.ok ? fail("not_supported_on_twilio") : chatId;
      },
      authenticate,
    );
  }
  mount(
    router,
    listGroups,
    ({ query, reply }) => reply(200, { groups: [], pagination: paginate(query, 0) }),
    authenticate,
  );
  mountReceipts(router, edge);
}

function mountReceipts<E extends Env>(router: Hono<E>, edge: UnsupportedEdge<E>): void {
  const { authenticate, readChatId, now } = edge;
  mount(
    router,
    startTyping,
    ({ params, reply }, c) => {
      const chat = readChatId(params.chatId, c);
      return chat.ok ? reply(200, { chat_id: chat.value, typing: true, started_at: now(), warning }) : chat;
    },
    authenticate,
  );
  mount(
    router,
    stopTyping,
    ({ params, reply }, c) => {
      const chat = readChatId(params.chatId, c);
      return chat.ok ? reply(200, { chat_id: chat.value, typing: false, stopped_at: now(), warning }) : chat;
    },
    authenticate,
  );
  mount(
    router,
    markChatRead,
    ({ params, reply }, c) => {
      const chat = readChatId(params.chatId, c);
      return chat.ok ? reply(200, { chat_id: chat.value, status: "read", marked_at: now(), warning }) : chat;
    },
    authenticate,
  );
}

function readChatOf<E extends Env>(
  params: Record<string, unknown>,
  edge: UnsupportedEdge<E>,
  c: Context<E>,
): Result<unknown> {
  const chatId = params.chatId;
  return typeof chatId === "string" ? edge.readChatId(chatId, c) : { ok: true, value: null };
}
