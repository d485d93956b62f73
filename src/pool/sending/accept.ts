import { deliveryReportFor } from "../../domain/delivery-report.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { rowId } from "../../domain/ids.ts";
import type { Draft } from "../../domain/message.ts";
import { countryOf, readChatId, readPhoneNumber } from "../../domain/phone.ts";
import type { SendAnswer, SendRequest, SentMessage } from "../../domain/pool-calls.ts";
import type { Choice } from "../../domain/selection/choose-sender.ts";
import { applyRotation } from "../../domain/selection/rotation.ts";
import type { Desk } from "../desk.ts";
import { schedule } from "../ledger/agenda.ts";
import { type ChatRow, findChat, touchChat } from "../ledger/chats.ts";
import { recallKey, rememberKey } from "../ledger/idempotency.ts";
import { type Detail, findMessage, insertMessage } from "../ledger/messages.ts";
import { saveRotation } from "../ledger/rotation.ts";
import { chooseNow, refuseRecipient } from "../numbers/choose.ts";
import { noteTry } from "../numbers/number-health.ts";
import { type Booking, bookDepartures, keepBooking } from "../numbers/pace.ts";
import { keepLinks, type LinkedDraft, shortenDrafts } from "../telling/links.ts";
import { emitStatus, isWanted } from "../telling/outbox.ts";
import { allowanceOf, countParts, refuseByLimits, spendCap } from "./limits.ts";

type Chosen = Extract<Choice, { ok: true }>;
/** Which number sends a request, and when its messages may leave. */
type Decision = { choice: Chosen; booking: Booking };

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
  const shortened = shortenDrafts(desk, addressed.value);
  if (!shortened.ok) return shortened;
  const limited = refuseByLimits(desk, shortened.value, choice.number);
  if (limited !== null) return limited;
  const drafts = shortened.value;
  const decision: Decision = { choice, booking: bookDepartures(desk, drafts, choice.number) };
  const answer = desk.outside.storage.transactionSync(() => writeRequest(desk, { ...request, drafts }, decision, chat));
  remember(desk, decision, drafts.length);
  return ok({ ...answer, allowance: allowanceOf(desk) });
}

/** Brings what the desk remembers in step with what was written: after the commit, so that a failed one leaves no trace. */
function remember(desk: Desk, { choice, booking }: Decision, messages: number): void {
  const { address } = choice.number;
  desk.rotation = applyRotation(desk.rotation, choice.rotation);
  keepBooking(desk, address, booking);
  for (let index = 0; index < messages; index += 1) desk.countWaiting(address, 1);
  desk.usage.outbound += messages;
  desk.usage.lastSentAt = desk.now();
}

/** Brings recipient and wished sender into the form they have in the ledger; only the pool knows its organization's country. */
function addressDrafts(desk: Desk, drafts: Draft[]): Result<Draft[]> {
  const country = desk.snapshot.organization.countryCode;
  const addressed: Draft[] = [];
  for (const draft of drafts) {
    const recipient = readChatId(draft.to, country);
    if (!recipient.ok) return recipient;
    const { chatId, channel, address: writtenTo } = recipient.value;
    const sender = draft.fromNumber === null ? null : readPhoneNumber(draft.fromNumber, country, true);
    if (sender !== null && !sender.ok) return sender;
    addressed.push({
      ...draft,
      to: chatId,
      writtenTo,
      channel,
      fromNumber: sender === null ? null : sender.value.address,
    });
  }
  return ok(addressed);
}

function replayOf(desk: Desk, idempotency: { key: string; fingerprint: string }): Result<SendAnswer> | null {
  const remembered = recallKey(desk.sql, idempotency.key, desk.now());
  if (remembered === null) return null;
  if (remembered.fingerprint !== idempotency.fingerprint) return fail("idempotency_key_reused");
  return ok({ ...remembered.answer, replayed: true });
}

type Prepared = Omit<SendRequest, "drafts"> & { drafts: LinkedDraft[] };

function writeRequest(desk: Desk, request: Prepared, { choice, booking }: Decision, chat: ChatRow | null): SendAnswer {
  if (choice.rotation !== null) saveRotation(desk.sql, choice.rotation);
  noteTry(desk, choice.number.address);
  const now = desk.now();
  const messages = request.drafts.map((draft, index) =>
    writeDraft(
      desk,
      { ...draft, writtenTo: writingFor(draft, chat) },
      { choice, chat: index === 0 ? chat : null, dueAt: booking.dueAts[index] ?? now },
    ),
  );
  spendCap(desk, request.drafts);
  const answer: SendAnswer = { messages, replayed: false };
  if (request.idempotency !== null) {
    rememberKey(desk.sql, request.idempotency.key, request.idempotency.fingerprint, answer, desk.now());
  }
  return answer;
}

function writeDraft(
  desk: Desk,
  draft: LinkedDraft,
  { choice, chat, dueAt }: { choice: Chosen; chat: ChatRow | null; dueAt: number },
): SentMessage {
  const now = desk.now();
  const seq = desk.nextSequence();
  const { number } = choice;
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
    movesOn: choice.handover,
  });
  schedule(desk.sql, seq, dueAt);
  desk.noteActive(number.address);
  desk.arm(Math.max(dueAt, now + departurePatienceMs));
  keepLinks(desk, seq, draft.links);
  emitQueued(desk, seq, number.address);
  return { messageId: rowId("msg", seq, desk.tag), fromNumber: number.address };
}

function emitQueued(desk: Desk, seq: number, number: string): void {
  if (!isWanted(desk, "message.queued", number)) return;
  const row = findMessage(desk.sql, seq);
  if (row !== null) emitStatus(desk, row);
}

/** A person is addressed as the network gave them, and only before they ever wrote as the caller wrote them. */
function writingFor({ to, writtenTo = to }: Draft, chat: ChatRow | null): string {
  return chat === null || chat.last_inbound_at === null ? writtenTo : (chat.address ?? chat.id);
}

function detailOf(draft: Draft, choice: Chosen): Detail {
  const counted = countParts(draft);
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
    ...(draft.writtenTo === undefined || draft.writtenTo === draft.to ? {} : { to: draft.writtenTo }),
  };
}
