import { deliveryReportFor } from "../domain/delivery-report.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import { rowId } from "../domain/ids.ts";
import type { Draft } from "../domain/message.ts";
import { countryOf, readChatId, readPhoneNumber } from "../domain/phone.ts";
import type { SendAnswer, SendRequest, SentMessage } from "../domain/pool-calls.ts";
import { countSegments } from "../domain/segments.ts";
import type { Choice } from "../domain/selection/choose-sender.ts";
import { applyRotation } from "../domain/selection/rotation.ts";
import { chooseNow, refuseRecipient } from "./choose.ts";
import type { Desk } from "./desk.ts";
import { schedule } from "./ledger/agenda.ts";
import { type ChatRow, findChat, touchChat } from "./ledger/chats.ts";
import { recallKey, rememberKey } from "./ledger/idempotency.ts";
import { type Detail, findMessage, insertMessage, lastOutbound } from "./ledger/messages.ts";
import { saveRotation } from "./ledger/rotation.ts";
import { emitStatus } from "./outbox.ts";

type Chosen = Extract<Choice, { ok: true }>;

/** How long the alarm waits for a message to leave by itself before it looks. */
const departurePatienceMs = 30_000;

/**
 * Accepts one send in one transaction: idempotency, opt-out and country, the sender, and the rows of every message of it. Nothing is written for a refusal.
 * The messages of a text array leave from one number, in order.
 */
export function acceptRequest(desk: Desk, request: SendRequest): Result<SendAnswer> {
  const { snapshot } = desk;
  const addressed = addressDrafts(desk, request.drafts);
  if (!addressed.ok) return addressed;
  const [first] = addressed.value;
  if (first === undefined) return fail("missing_content");
  const replay = request.idempotency === null ? null : replayOf(desk, request.idempotency);
  if (replay !== null) return replay;
  if (snapshot.apiKey.status === "paused") return fail("api_key_paused");
  const chat = findChat(desk.sql, first.to);
  const refusal = refuseRecipient(desk, first, chat);
  if (refusal !== null) return refusal;
  const media = addressed.value.some((draft) => draft.attachments.length > 0);
  const choice = chooseNow(desk, { ...first, media }, chat);
  if (!choice.ok) return choice;
  return ok(
    desk.outside.storage.transactionSync(() =>
      writeRequest(desk, { ...request, drafts: addressed.value }, choice, chat),
    ),
  );
}

/** Brings recipient and wished sender into the form they have in the ledger; only the pool knows its organization's country. */
function addressDrafts(desk: Desk, drafts: Draft[]): Result<Draft[]> {
  const country = desk.snapshot.organization.countryCode;
  const addressed: Draft[] = [];
  for (const draft of drafts) {
    const recipient = readChatId(draft.to, country);
    if (!recipient.ok) return recipient;
    const { chatId, channel } = recipient.value;
    const sender = draft.fromNumber === null ? null : readPhoneNumber(draft.fromNumber, country, true);
    if (sender !== null && !sender.ok) return sender;
    addressed.push({ ...draft, to: chatId, channel, fromNumber: sender === null ? null : sender.value.address });
  }
  return ok(addressed);
}

function replayOf(desk: Desk, idempotency: { key: string; fingerprint: string }): Result<SendAnswer> | null {
  const remembered = recallKey(desk.sql, idempotency.key, desk.now());
  if (remembered === null) return null;
  if (remembered.fingerprint !== idempotency.fingerprint) return fail("idempotency_key_reused");
  return ok({ ...remembered.answer, replayed: true });
}

function writeRequest(desk: Desk, request: SendRequest, choice: Chosen, chat: ChatRow | null): SendAnswer {
  if (choice.rotation !== null) {
    saveRotation(desk.sql, choice.rotation);
    desk.rotation = applyRotation(desk.rotation, choice.rotation);
  }
  const messages = request.drafts.map((draft, index) => writeDraft(desk, draft, choice, index === 0 ? chat : null));
  const answer: SendAnswer = { messages, replayed: false };
  if (request.idempotency !== null) {
    rememberKey(desk.sql, request.idempotency.key, request.idempotency.fingerprint, answer, desk.now());
  }
  return answer;
}

function writeDraft(desk: Desk, draft: Draft, choice: Chosen, chat: ChatRow | null): SentMessage {
  const now = desk.now();
  const seq = desk.nextSequence();
  const { number } = choice;
  const dueAt = departureOf(desk, draft, number.address, now);
  insertMessage(desk.sql, {
    seq,
    chat: draft.to,
    direction: "outbound",
    number: number.address,
    channel: number.channel,
    account: number.accountId,
    status: draft.sendAt === null ? "queued" : "scheduled",
    text: draft.text,
    sid: null,
    createdAt: now,
    dueAt,
    detail: detailOf(draft, choice),
  });
  touchChat(desk.sql, {
    chat: draft.to,
    contactId: chat?.contact_id ?? desk.outside.newId("con"),
    seq,
    at: now,
    direction: "outbound",
    stickTo: choice.stick ? number.address : null,
  });
  schedule(desk.sql, seq, dueAt);
  desk.countWaiting(number.address, 1);
  desk.noteActive(number.address);
  desk.usage.outbound += 1;
  desk.usage.lastSentAt = now;
  desk.arm(Math.max(dueAt, now + departurePatienceMs));
  emitQueued(desk, seq);
  return { messageId: rowId("msg", seq, desk.tag), fromNumber: number.address };
}

function emitQueued(desk: Desk, seq: number): void {
  if (!desk.snapshot.webhooks.some((webhook) => webhook.events !== null)) return;
  const row = findMessage(desk.sql, seq);
  if (row !== null) emitStatus(desk, row);
}

/** A message may not overtake the one before it in its chat; a scheduled one leaves at its own time. */
function departureOf(desk: Desk, draft: Draft, number: string, now: number): number {
  if (draft.sendAt !== null) return Math.max(draft.sendAt, now);
  const pace = desk.findNumber(number)?.messagesPerSecond ?? null;
  const before = pace === null ? null : lastOutbound(desk.sql, draft.to);
  const after = before?.status === "queued" ? (before.due_at ?? now) : now;
  const free = pace === null ? now : (desk.bookedUntil.get(number) ?? now);
  const dueAt = Math.max(now, after, free);
  if (pace !== null) desk.bookedUntil.set(number, dueAt + 1000 / pace);
  return Math.ceil(dueAt);
}

function detailOf(draft: Draft, choice: Chosen): Detail {
  const undivided = draft.channel === "whatsapp" || draft.attachments.length > 0;
  const counted = countSegments(draft.text, { undivided, smartEncoded: draft.extras.smartEncoded ?? false });
  return {
    attachments: draft.attachments,
    metadata: draft.metadata,
    sendAt: draft.sendAt,
    segments: counted.segments,
    encoding: draft.text === null ? null : counted.encoding,
    deliveryReport: draft.channel === "whatsapp" ? "expected" : deliveryReportFor(countryOf(draft.to)),
    verified: true,
    trace: choice.trace,
    extras: draft.extras,
    carrier: null,
  };
}
