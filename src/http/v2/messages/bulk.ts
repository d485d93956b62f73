import type { Hono } from "hono";
import type { SendAnswer, SendRequest } from "../../../domain/calls/sending.ts";
import { type Failure, fail, ok, type Result } from "../../../domain/failure.ts";
import { maxTextLength, textLength } from "../../../domain/segments.ts";
import { type LineNamer, lineNamer } from "../../../flows/messages/name-line.ts";
import { fingerprintOf, sendMessages } from "../../../flows/messages/send.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { noteRefused, noteSent } from "../../note-sent.ts";
import { check } from "../../validate.ts";
import { toSent, warnOf, withWarning } from "./answers.ts";
import { sendBulk } from "./contract.ts";

import { toDrafts, whatIsAsked } from "./send-drafts.ts";
import { toSendRequest } from "./send-idempotency.ts";
import { BulkRecordBody } from "./send-request.ts";

/** How many messages the records of one call may come to. */
const maxBulkMessages = 250;

/** Registers sending many messages in one call. */
export function mountBulk(router: Hono<Edge>): void {
  mount(
    router,
    sendBulk,
    async ({ headers, body, reply }, c) => {
      const nameLine = lineNamer(c.get("deps"), credentialOf(c).keyId);
      const records = await Promise.all(body.messages.map((record) => toRecord(nameLine, record)));
      const requests = records.filter((record) => record.ok).map((record) => record.value.request);
      const tooMany = refuseTooMany(requests);
      if (tooMany !== null) return tooMany;
      const call = await toIdempotency(headers["Idempotency-Key"], records);
      const answers = await sendMessages(c.get("deps"), credentialOf(c), requests, call);
      if (!answers.ok) return answers;
      noteSent(c, answers.value);
      for (const record of records) if (!record.ok) noteRefused(c, record.failure);
      const results = toResults(records, answers.value);
      return isReplay(call, answers.value) ? reply(200, { results }) : reply(202, { results });
    },
    apiKeyGuard,
  );
}

type BulkEntry = { request: SendRequest; asked: Record<string, unknown>; warning: string | null };

async function toRecord(nameLine: LineNamer, record: unknown): Promise<Result<BulkEntry>> {
  const body = check("body", BulkRecordBody, record);
  if (!body.ok) return body;
  const { chat_id: chatId, idempotency_key: key } = body.value;
  const worded = await nameLine(body.value);
  const drafts = toDrafts(chatId, worded.body, undefined);
  if (!drafts.ok) return drafts;
  const asked = whatIsAsked(body.value);
  return ok({
    request: await toSendRequest(drafts.value, key, asked, worded.failure),
    asked: { ...asked, idempotency_key: key ?? null },
    warning: warnOf(body.value),
  });
}

/** What a record adds to the call's fingerprint: what it asks, or why it asks nothing. */
function toFingerprint(record: Result<BulkEntry>): unknown {
  return record.ok ? record.value.asked : record.failure;
}

function refuseTooMany(requests: readonly SendRequest[]): ReturnType<typeof fail> | null {
  const messages = requests.flatMap(({ drafts }) => drafts).reduce((sum, { text }) => sum + leastMessages(text), 0);
  if (messages <= maxBulkMessages) return null;
  const message = `This call asks for ${messages} messages: at most ${maxBulkMessages} per call. Split the list.`;
  return fail("bulk_limit_exceeded", message, { messages, limit: maxBulkMessages });
}

/** A long text is several messages, or is refused. */
function leastMessages(text: string | null): number {
  return Math.max(1, Math.ceil(textLength(text ?? "") / maxTextLength));
}

async function toIdempotency(
  key: string | undefined,
  records: Result<BulkEntry>[],
): Promise<SendRequest["idempotency"]> {
  return key === undefined ? null : { key, fingerprint: await fingerprintOf(records.map(toFingerprint)) };
}

/** A call with a key is a replay as a whole; without one, records may be by keys of their own. */
function isReplay(call: SendRequest["idempotency"], answers: readonly Result<SendAnswer>[]): boolean {
  return call !== null && answers.some((answer) => answer.ok && answer.value.replayed);
}

/** One result for each record: its own failure, or the answer that its request got, in order. */
function toResults(records: readonly Result<BulkEntry>[], answers: readonly Result<SendAnswer>[]) {
  let next = 0;
  return records.map((record, index) => {
    if (!record.ok) return toBulkFailure(index, record.failure);
    const answer = answers[next++];
    if (answer?.ok !== true) return toBulkFailure(index, answer?.failure);
    return withWarning(toBulkSuccess(index, answer.value), record.value.warning);
  });
}

function toBulkSuccess(index: number, answer: SendAnswer) {
  const { count: _, ...sent } = toSent(answer);
  return { index, ...sent };
}

function toBulkFailure(index: number, failure: Failure | undefined) {
  return { index, status: "failed" as const, code: failure?.code ?? "internal_error", message: failure?.message ?? "" };
}
