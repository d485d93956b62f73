import type { Hono } from "hono";
import { type Failure, ok, type Result } from "../../../domain/failure.ts";
import type { SendAnswer, SendRequest } from "../../../domain/pool-calls.ts";
import { publicStatus } from "../../../domain/status.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { renewLinks } from "../../../flows/links-and-media/media-url.ts";
import { fingerprintOf, sendMessage as send, sendMessages } from "../../../flows/messages/send.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { sayAllowance } from "../../rate-limit.ts";
import { paginate } from "../../shapes/paging.ts";
import { check } from "../../validate.ts";
import { toMessage, toMessageDetail, toMessageStatus } from "./answers.ts";
import { cancelMessage, getMessage, getMessageStatus, listChatMessages, sendBulk, sendMessage } from "./contract.ts";
import { toDrafts } from "./send-drafts.ts";
import { BulkRecord } from "./send-request.ts";

/** Registers sending, reading and cancelling messages. */
export function mountMessages(router: Hono<Edge>): void {
  mountSending(router);
  mountReading(router);
}

function mountSending(router: Hono<Edge>): void {
  mount(
    router,
    sendMessage,
    async ({ params, headers, body, reply }, c) => {
      const deps = c.get("deps");
      const drafts = toDrafts(params.chatId, body, headers["X-From-Number"], deps.now());
      if (!drafts.ok) return drafts;
      const request = await toSendRequest(drafts.value, headers["Idempotency-Key"], { chat: params.chatId, body });
      const sent = await send(deps, credentialOf(c), request);
      if (!sent.ok) return sent;
      sayAllowance(c, sent.value.allowance);
      return sent.value.replayed ? reply(200, toSent(sent.value)) : reply(202, toSent(sent.value));
    },
    apiKeyGuard,
  );

  mount(
    router,
    sendBulk,
    async ({ body, reply }, c) => {
      const deps = c.get("deps");
      const records = await Promise.all(body.messages.map((record) => toRecord(record, deps.now())));
      const requests = records.filter((record) => record.ok).map((record) => record.value);
      const answers = await sendMessages(deps, credentialOf(c), requests);
      if (!answers.ok) return answers;
      for (const answer of answers.value) if (answer.ok) sayAllowance(c, answer.value.allowance);
      let next = 0;
      const results = records.map((record, index) => {
        const answer = record.ok ? answers.value[next++] : record;
        return answer?.ok === true ? toBulkSuccess(index, answer.value) : toBulkFailure(index, answer?.failure);
      });
      return reply(202, { results });
    },
    apiKeyGuard,
  );
}

/** Returns the request to the pool that these drafts are, with what must be equal for a repeated one. */
export async function toSendRequest(
  drafts: SendRequest["drafts"],
  key: string | null | undefined,
  asked: unknown,
): Promise<SendRequest> {
  return { drafts, idempotency: key == null ? null : { key, fingerprint: await fingerprintOf(asked) } };
}

async function toRecord(record: unknown, now: number): Promise<Result<SendRequest>> {
  const body = check("body", BulkRecord, record);
  if (!body.ok) return body;
  const { chat_id: chatId, idempotency_key: key, ...asked } = body.value;
  const drafts = toDrafts(chatId, asked, undefined, now);
  return drafts.ok ? ok(await toSendRequest(drafts.value, key, { chat: chatId, body: asked })) : drafts;
}

/** Returns what a send that was taken answers. */
export function toSent({ messages }: SendAnswer) {
  const [first] = messages;
  if (first === undefined) throw new Error("A send that was accepted has no message.");
  return {
    message_id: first.messageId,
    ...(messages.length > 1 ? { message_ids: messages.map((sent) => sent.messageId), count: messages.length } : {}),
    status: "queued" as const,
    from_number: first.fromNumber,
  };
}

function toBulkSuccess(index: number, answer: SendAnswer) {
  const { count: _, ...sent } = toSent(answer);
  return { index, ...sent };
}

function toBulkFailure(index: number, failure: Failure | undefined) {
  return { index, status: "failed" as const, code: failure?.code ?? "internal_error", message: failure?.message ?? "" };
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
      const { messages, total, chatId } = page.value;
      const renewed = await Promise.all(messages.map((message) => renewLinks(c.get("deps"), message)));
      return reply(200, { chat_id: chatId, messages: renewed.map(toMessage), pagination: paginate(query, total) });
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
