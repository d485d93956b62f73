import type { Context, Env, Hono } from "hono";
import { fail, type Result } from "../../domain/failure.ts";
import { mount } from "../mount.ts";
import type { Operation } from "../operation.ts";
import {
  getChatBackground,
  markChatRead,
  removeChatBackground,
  setChatBackground,
  shareContactCard,
  startTyping,
  stopTyping,
} from "./chats/contract.ts";
import { groupOperations } from "./groups/contract.ts";
import { getMyContactCard, requestCallForwarding, updateMyContactCard } from "./me/contract.ts";
import { addReaction, getPollResults, sendPoll } from "./messages/contract.ts";
import { nearbyOperations } from "./nearby/contract.ts";

/** What these calls need of the edge: who asks, whether that key holds iMessage lines, and how a chat id is read (its canonical form, or why not). */
export type UnsupportedEdge<E extends Env> = {
  authenticate: (c: Context<E>) => Promise<Result<{ keyId: string }>>;
  readChatId: (chatId: string, c: Context<E>) => Result<string>;
  holdsLines: (c: Context<E>) => boolean;
};

const refused: readonly Operation[] = [
  sendPoll,
  getPollResults,
  getChatBackground,
  setChatBackground,
  removeChatBackground,
  updateMyContactCard,
  requestCallForwarding,
];

/** Every call that only an iMessage line can serve, whatever a Twilio key is answered. */
export const imessageOnly: readonly Operation[] = [
  ...refused,
  ...groupOperations,
  ...nearbyOperations,
  addReaction,
  startTyping,
  stopTyping,
  markChatRead,
  shareContactCard,
  getMyContactCard,
];

/** Registers the calls of the contract that no number of ours can serve: validated in full, then refused in the words of the key's kind. */
export function mountUnsupported<E extends Env>(router: Hono<E>, edge: UnsupportedEdge<E>): void {
  for (const operation of refused) {
    mount(
      router,
      operation,
      ({ params }, c) => {
        const chatId = readChatOf(params, edge, c);
        if (!chatId.ok) return chatId;
        return fail(edge.holdsLines(c) ? "not_supported_on_line" : "not_supported_on_twilio");
      },
      edge.authenticate,
    );
  }
}

function readChatOf<E extends Env>(
  params: Record<string, unknown>,
  edge: UnsupportedEdge<E>,
  c: Context<E>,
): Result<unknown> {
  const chatId = params.chatId;
  return typeof chatId === "string" ? edge.readChatId(chatId, c) : { ok: true, value: null };
}
