import { type List, makeList } from "./pages.ts";
import type { Answer, Ask, CallOptions } from "./transport.ts";
import type { Calls, Chat, ChatsPage } from "./wire.ts";

type ListQuery = Omit<Calls["listChats"]["query"], "offset">;

/** Conversations of the key's pool. */
export class Chats {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Lists the chats, the one with the newest message first unless told otherwise. */
  list(query: ListQuery = {}, options?: CallOptions): List<ChatsPage, Chat> {
    return makeList(
      (offset) => this.#ask("listChats", { query: { ...query, ...(offset === undefined ? {} : { offset }) } }, options),
      (page) => page.chats,
    );
  }

  /** Returns a chat. */
  get(chatId: string, options?: CallOptions): Promise<Answer<"getChat">> {
    return this.#ask("getChat", { params: { chatId } }, options);
  }
}
