import type { SendAnswer, SendRequest, SentMessage } from "../../domain/calls/sending.ts";
import { deliveryReportFor } from "../../domain/delivery-report.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readRowId, rowId } from "../../domain/ids.ts";
import { type Draft, leavesAt } from "../../domain/message.ts";
import { countryOf } from "../../domain/phone.ts";
import type { SenderChannel } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { enqueue } from "../ledger/agenda.ts";
import { type ChatRow, touchChat } from "../ledger/chats.ts";
import { recallKey, rememberKey } from "../ledger/idempotency.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { insertMessage, readMessageRow, recallMessage } from "../ledger/messages.ts";
import { saveRotation } from "../ledger/rotation.ts";
import { countOpening, keepSaid } from "../numbers/caps.ts";
import { noteTry } from "../numbers/number-health.ts";
import { type Booking, bookDepartures, keepBooking, spendToken } from "../numbers/pace.ts";
import { watchVelocity } from "../numbers/velocity.ts";
import { writeGroup } from "../people/group-people.ts";
import { keepLinks, type LinkedDraft } from "../telling/links.ts";
import { emitStatus } from "../telling/outbox.ts";
import { type Ready, readyToLeave } from "./at-once.ts";
import { addressDrafts, type Chosen, type Decision, decideSend } from "./decide.ts";
import { sendAtOnce } from "./dispatch.ts";
import { allowanceOf, countParts, spendCap } from "./limits.ts";
import { servicePicking } from "./outgoing.ts";
import { countBegun, countryCounted } from "./send-limits.ts";

/** Which number sends a request, and when its messages may leave; `ready`: the first of them leaves in the transaction that accepts it. */
type Departure = {
  choice: Chosen;
  booking: Booking;
  ready: Ready | null;
  line: Accepted["line"];
  block: number | null;
};
/** A send that is not refused: what `acceptDecided` writes. */
export type Accepted = Extract<Decision, { ok: true }>;
/** What is written with a message that is not a request's: of a campaign, in whose list a block names the person; of another key, whose message it is. */
type Listed = { block: number | null; note: (seqs: readonly number[]) => void };

/** How long the alarm waits for a message to leave by itself before it looks. */
const departurePatienceMs = 30_000;

/**
 * Accepts one send in one transaction: idempotency, opt-out and country, the sender, and the rows of every message of it. Nothing is written for a refusal.
 * The messages of a text array leave from one number, in order.
 */
export function acceptRequest(desk: Desk, request: SendRequest): Result<SendAnswer> {
  const { refused } = request;
  const addressed = addressDrafts(desk, refused?.drafts ?? request.drafts);
  if (!addressed.ok) return addressed;
  const [first, ...more] = addressed.value;
  if (first === undefined) return fail("missing_content");
  const idempotency = idempotencyOf(request, first);
  const replay = idempotency === null ? null : replayOf(desk, request, idempotency);
  if (replay !== null) return replay;
  if (refused !== undefined) return { ok: false, failure: refused.failure };
  // The chat is read in the transaction that writes it: to begin one for a look costs as much as the look.
  const written = desk.transact(() => {
    const decision = decideSend(desk, [first, ...more]);
    return decision.ok ? writeDecided(desk, decision, { idempotency }) : decision;
  });
  if ("failure" in written) return { ok: false, failure: written.failure };
  const answer = letLeave(desk, written);
  return ok(withWritten(desk, request, { ...answer, allowance: allowanceOf(desk) }));
}

/** Returns an answer with its messages as they stand, where the request asks for them. */
export function withWritten(desk: Desk, { shows }: SendRequest, answer: SendAnswer): SendAnswer {
  if (shows !== true) return answer;
  const rows = answer.messages.flatMap(({ messageId }) => {
    const seq = readRowId("msg", messageId, desk.tag);
    return (seq === null ? null : recallMessage(desk.sql, seq)) ?? [];
  });
  return { ...answer, written: rows.map((row) => readMessageRow(row, desk.tag)), lines: desk.speaksIMessage };
}

/** Writes a send that was just decided, in one transaction with what a campaign notes of it, and lets it leave. */
export function acceptDecided(desk: Desk, decided: Accepted, beside: Beside): SendAnswer {
  return letLeave(
    desk,
    desk.transact(() => writeDecided(desk, decided, beside)),
  );
}

/** Who repeats it is known by, and what else is written with it. */
type Beside = { idempotency?: SendRequest["idempotency"]; listed?: Listed | null };

function writeDecided(
  desk: Desk,
  { drafts, choice, chat, line }: Accepted,
  { idempotency = null, listed = null }: Beside,
): Written {
  const [next] = drafts;
  const ready = next === undefined ? null : readyToLeave(desk, next, choice.number);
  const booking = bookDepartures(desk, drafts, choice.number);
  const departure: Departure = { choice, booking, ready, line, block: listed?.block ?? null };
  const written = writeRequest(desk, { idempotency, drafts }, departure, chat);
  listed?.note(written.rows.map(({ seq }) => seq));
  return written;
}

/** What follows the commit, so that a failed one leaves no trace. */
function letLeave(desk: Desk, { answer, rows, departure, tripped }: Written): SendAnswer {
  remember(desk, departure, rows.length);
  if (tripped) desk.noteSelfPause();
  const [first] = rows;
  if (first !== undefined && departure.ready !== null) sendAtOnce(desk, first, departure.ready);
  return answer;
}

/** Brings what the desk remembers in step with what was written. */
function remember(desk: Desk, { choice, booking, ready }: Departure, messages: number): void {
  const { address } = choice.number;
  desk.rotation.apply(choice.rotation);
  keepBooking(desk, address, booking);
  if (ready !== null) spendToken(desk, address);
  for (let index = ready === null ? 0 : 1; index < messages; index += 1) desk.countWaiting(address, 1);
}

/** Sender and recipient count in the form of the ledger: written otherwise, the request is the same. */
function idempotencyOf({ idempotency }: SendRequest, { to, fromNumber }: Draft): SendRequest["idempotency"] {
  if (idempotency === null) return null;
  return { key: idempotency.key, fingerprint: `${idempotency.fingerprint} ${to} ${fromNumber ?? ""}` };
}

function replayOf(
  desk: Desk,
  request: SendRequest,
  idempotency: { key: string; fingerprint: string },
): Result<SendAnswer> | null {
  const remembered = recallKey(desk.sql, idempotency.key, desk.now());
  if (remembered === null) return null;
  if (remembered.fingerprint !== idempotency.fingerprint) return fail("idempotency_key_reused");
  return ok(withWritten(desk, request, { ...remembered.answer, replayed: true }));
}

type Prepared = Omit<SendRequest, "drafts"> & { drafts: LinkedDraft[] };

type Written = { answer: SendAnswer; rows: MessageRow[]; departure: Departure; tripped: boolean };

function writeRequest(desk: Desk, request: Prepared, departure: Departure, chat: ChatRow | null): Written {
  const { choice, line } = departure;
  if (choice.rotation !== null) saveRotation(desk.sql, choice.rotation);
  noteTry(desk, choice.number.address);
  const rows = writeDrafts(desk, request.drafts, departure, chat);
  const listed = request.drafts[0]?.listed;
  if (listed?.isNew === true) writeGroup(desk, { id: listed.id, name: null, members: listed.members });
  spendCap(desk, request.drafts);
  const [first] = request.drafts;
  const tripped = first !== undefined && watchVelocity(desk, first.to, chat);
  countBegun(desk, chat);
  if (line.isNew && first !== undefined) countOpening(desk, choice.number.address, first);
  const messages = rows.map(
    ({ seq, number }): SentMessage => ({ messageId: rowId("msg", seq, desk.tag), fromNumber: number }),
  );
  const { warnings } = line;
  const answer: SendAnswer = {
    messages,
    replayed: false,
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(first?.quietUntil === undefined ? {} : { quietUntil: first.quietUntil }),
    ...(listed === undefined ? {} : { group: listed }),
  };
  if (request.idempotency !== null) {
    rememberKey(desk.sql, request.idempotency.key, request.idempotency.fingerprint, answer, desk.now());
  }
  return { answer, rows, departure, tripped };
}

/** Each message but the first comes right behind another. */
function writeDrafts(desk: Desk, drafts: LinkedDraft[], departure: Departure, chat: ChatRow | null): MessageRow[] {
  const { choice, booking, ready, block } = departure;
  const rows: MessageRow[] = [];
  for (const [index, draft] of drafts.entries()) {
    const before = rows.at(-1);
    const written = { ...draft, writtenTo: writingFor(draft, chat) };
    const dueAt = booking.dueAts[index] ?? desk.now();
    const opens = before === undefined && (chat === null || chat.last_seq === null);
    rows.push(
      before === undefined
        ? writeDraft(desk, written, { choice, chat, opens, dueAt, ready, block })
        : writeDraft(
            desk,
            { ...written, follows: before.seq },
            { choice, chat: null, opens, dueAt, ready: null, block },
          ),
    );
  }
  return rows;
}

type Place = { choice: Chosen; chat: ChatRow | null; opens: boolean; dueAt: number; ready: Ready | null } & Pick<
  Departure,
  "block"
>;

function writeDraft(desk: Desk, draft: LinkedDraft, { choice, chat, opens, dueAt, ready, block }: Place): MessageRow {
  const now = desk.now();
  const seq = desk.nextSequence();
  const { number } = choice;
  const row = insertMessage(desk.sql, {
    seq,
    chat: draft.to,
    direction: "outbound",
    number: number.address,
    channel: number.channel,
    account: number.accountId,
    status: ready !== null ? "sending" : leavesAt(draft) === null ? "queued" : "scheduled",
    text: draft.text,
    sid: null,
    createdAt: now,
    dueAt: ready === null ? dueAt : null,
    detail: detailOf(draft, choice),
    opens,
    block,
    country: countryCounted(desk, draft.to),
    ...(ready === null
      ? {}
      : { leaves: { mark: ready.carrier.mark(servicePicking(number.address, draft.extras, number)) } }),
  });
  if (row === null) throw new Error("A new message has an id of the carrier.");
  desk.noteWritten(seq);
  keepSaid(desk, number, draft);
  touchChat(desk.sql, {
    chat: draft.to,
    contactId: chat?.contact_id ?? desk.outside.newId("con"),
    seq,
    at: now,
    direction: "outbound",
    stickTo: choice.stick ? number.address : null,
    movesOn: choice.handover,
  });
  if (ready === null) enqueue(desk.sql, row, { dueAt, now, opens });
  desk.noteActive(number.address);
  desk.clock.arm(Math.max(dueAt, now + departurePatienceMs));
  keepLinks(desk, seq, draft.links);
  emitStatus(desk, row.status === "sending" ? { ...row, status: "queued" } : row);
  if (row.status === "sending") emitStatus(desk, row);
  return row;
}

/** A person is addressed as the network gave them, and only before they ever wrote as the caller wrote them. */
function writingFor({ to, writtenTo = to }: Draft, chat: ChatRow | null): string {
  return chat === null || chat.last_inbound_at === null ? writtenTo : (chat.address ?? chat.id);
}

function reportsAlways(channel: SenderChannel): boolean {
  return channel === "whatsapp" || channel === "rcs";
}

function detailOf(draft: Draft, choice: Chosen): Detail {
  const counted = countParts(draft);
  return {
    attachments: draft.attachments,
    metadata: draft.metadata,
    sendAt: draft.sendAt,
    segments: counted.segments,
    encoding: draft.text === null ? null : counted.encoding,
    deliveryReport: reportsAlways(choice.number.channel) ? "expected" : deliveryReportFor(countryOf(draft.to)),
    verified: true,
    trace: choice.trace,
    extras: draft.extras,
    carrier: null,
    ...(draft.quietUntil === undefined ? {} : { quietUntil: draft.quietUntil }),
    ...(draft.follows === undefined ? {} : { follows: draft.follows }),
    ...(draft.carriedFor === undefined ? {} : { carriedFor: draft.carriedFor }),
    ...(draft.writtenTo === undefined || draft.writtenTo === draft.to ? {} : { to: draft.writtenTo }),
  };
}
