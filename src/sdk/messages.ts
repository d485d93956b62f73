import { TrunklineError } from "./error.ts";
import { type List, makeList } from "./pages.ts";
import { type Answer, type Ask, type CallOptions, pause } from "./transport.ts";
import type { BulkRecord, Calls, Message, MessageStatus, MessagesPage, SendMessageRequest } from "./wire.ts";

export type SendOptions = CallOptions & {
  /** Makes a repeated send the same send, for 7 days. Without it each call makes one of its own, which its repeats share. */
  idempotencyKey?: string;
};
type Sent = Answer<"sendMessage"> & { chat_id: string };
type ListQuery = Omit<Calls["listChatMessages"]["query"], "offset">;
/** What names a message: what `send` answered, or the two ids. */
export type MessageRef = { chat_id: string; message_id: string };

const finalStatuses: readonly string[] = ["delivered", "failed", "cancelled"];
const firstLookMs = 500;
const longestLookMs = 5_000;

/** Messages: sending, reading, cancelling, and waiting for their end. */
export class Messages {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Sends to a person, and returns the message's id and the number that speaks. It is stored before this returns, and sent once, however often it is repeated. */
  async send(to: string, message: string | SendMessageRequest, options: SendOptions = {}): Promise<Sent> {
    const { idempotencyKey = newIdempotencyKey(), ...call } = options;
    const body = typeof message === "string" ? { text: message } : message;
    const headers = { "Idempotency-Key": idempotencyKey };
    const sent = await this.#ask("sendMessage", { params: { chatId: to }, headers, body }, call);
    return { ...sent, chat_id: to };
  }

  /**
   * Sends up to 50 records in one call; each is answered by itself, in order. With an idempotency key of yours the call as a whole is answered once;
   * else every record without a key gets one.
   */
  sendBulk(records: readonly BulkRecord[], options: SendOptions = {}): Promise<Answer<"sendBulk">> {
    const { idempotencyKey, ...call } = options;
    if (idempotencyKey !== undefined) {
      const headers = { "Idempotency-Key": idempotencyKey };
      return this.#ask("sendBulk", { headers, body: { messages: [...records] } }, call);
    }
    const messages = records.map((record) => ({
      ...record,
      idempotency_key: record.idempotency_key ?? newIdempotencyKey(),
    }));
    return this.#ask("sendBulk", { headers: {}, body: { messages } }, call);
  }

  /** Returns a message as it stands. */
  get({ chat_id, message_id }: MessageRef, options?: CallOptions): Promise<Answer<"getMessage">> {
    return this.#ask("getMessage", { params: { chatId: chat_id, messageId: message_id } }, options);
  }

  /** Returns a message's status alone. */
  status({ chat_id, message_id }: MessageRef, options?: CallOptions): Promise<MessageStatus> {
    return this.#ask("getMessageStatus", { params: { chatId: chat_id, messageId: message_id } }, options);
  }

  /** Cancels a message that has not left yet, and says whether it did. */
  cancel({ chat_id, message_id }: MessageRef, options?: CallOptions): Promise<Answer<"cancelMessage">> {
    return this.#ask("cancelMessage", { params: { chatId: chat_id, messageId: message_id } }, options);
  }

  /** Lists a chat's messages, the newest first unless told otherwise. */
  list(chatId: string, query: ListQuery = {}, options?: CallOptions): List<MessagesPage, Message> {
    return makeList(
      (offset) =>
        this.#ask(
          "listChatMessages",
          { params: { chatId }, query: { ...query, ...(offset === undefined ? {} : { offset }) } },
          options,
        ),
      (page) => page.messages,
    );
  }

  /**
   * Waits until a message is delivered, failed or cancelled, and returns its status. Where no delivery report is to be expected, `sent` is the end.
   * Throws `not_final` when that takes longer than `timeoutMs` (60,000 unless told otherwise); nothing happens to the message then.
   */
  async waitUntilFinal(message: MessageRef, options: CallOptions = {}): Promise<MessageStatus> {
    const { timeoutMs = 60_000, ...call } = options;
    const until = Date.now() + timeoutMs;
    for (let wait = firstLookMs; ; wait = Math.min(wait * 2, longestLookMs)) {
      const found = await this.status(message, call);
      if (isFinal(found)) return found;
      if (Date.now() + wait > until) {
        const last = `${message.message_id} is still ${found.status ?? "on its way"} after ${timeoutMs} ms.`;
        throw new TrunklineError({ status: null, code: "not_final", message: last, body: { ...found } });
      }
      await pause(wait, options.signal);
    }
  }
}

function isFinal({ status, delivery_report }: MessageStatus): boolean {
  return (
    finalStatuses.includes(status ?? "") ||
    (status === "sent" && (delivery_report === "not_expected" || delivery_report === "missing"))
  );
}

function newIdempotencyKey(): string {
  return `sdk_${crypto.randomUUID()}`;
}
