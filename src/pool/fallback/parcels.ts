import {
  type Carriage,
  type CarriedAnswer,
  type CarriedReport,
  type Fell,
  type Parcel,
  type ParcelAnswer,
  type Recall,
  readFell,
  type ToCarry,
} from "../../domain/fallback.ts";
import { readRowId, rowId } from "../../domain/ids.ts";
import type { MessageStatus } from "../../domain/message.ts";
import { isFinal } from "../../domain/status.ts";
import { tellExpiry, waitingLimitSeconds } from "../../domain/waiting.ts";
import type { Desk } from "../desk.ts";
import { heedOnce } from "../ledger/blocks.ts";
import { campaignOfBlock } from "../ledger/campaign-people.ts";
import { findCampaign } from "../ledger/campaigns.ts";
import { findChat } from "../ledger/chats.ts";
import { changeHanded, findHanded, type HandedRow, handedOwed, strikeHanded } from "../ledger/handed.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { findMessage, updateMessage } from "../ledger/messages.ts";
import { noteAnswer } from "../people/campaign-answers.ts";
import { liftOptOut, recordOptOut } from "../people/opt-outs.ts";
import { askedOf, quietFor } from "../sending/quiet.ts";
import { applyElsewhere } from "../settling/report.ts";
import { endMessage } from "../settling/settle.ts";
import { reportsOf } from "./reports.ts";

const takenAtOnce = 20;
/** What was taken and not answered is asked for again after this. */
const askAgainMs = 15_000;
/** How soon what a paused key holds is looked at again. */
const pausedMs = 60_000;

/** Returns what this key owes other keys, each contact's messages in order; what is not answered is given again. */
export function takeToCarry(desk: Desk): ToCarry {
  return desk.transact(() => {
    const parcels: Parcel[] = [];
    const recalls: ToCarry["recalls"] = [];
    for (const handed of handedOwed(desk.sql, desk.now() + askAgainMs, takenAtOnce)) {
      const row = findMessage(desk.sql, handed.seq);
      if (row === null) strikeHanded(desk.sql, handed.seq);
      else if (handed.state === "to_recall") recalls.push({ from: originOf(desk, row), to: handed.key });
      else if (mayBeGiven(desk, row, handed)) parcels.push(parcelOf(desk, row, handed));
    }
    return { parcels, recalls, reports: reportsOf(desk, takenAtOnce) };
  });
}

/** Says whether a message may be given now, or given again; ends what may be given no more, and puts off what has to wait. */
function mayBeGiven(desk: Desk, row: MessageRow, handed: HandedRow): boolean {
  return handed.asked === 0 ? mayBeginNow(desk, row, handed) : mayAskAgain(desk, row, handed);
}

function mayBeginNow(desk: Desk, row: MessageRow, { state, at }: HandedRow): boolean {
  const now = desk.now();
  const { status } = desk.snapshot.apiKey;
  const chat = findChat(desk.sql, row.chat);
  const detail = JSON.parse(row.detail) as Detail;
  if (status === "revoked") return end(desk, row, { status: "cancelled" });
  if (chat?.opted_out_at != null) {
    const words = "The recipient opted out while the message waited: it was not sent.";
    return end(desk, row, { status: "failed", error_code: "recipient_opted_out", error_message: words });
  }
  if (status === "paused" && now - at > limitMs(desk)) return waitedTooLong(desk, row);
  const until = status === "paused" ? now + pausedMs : quietFor(desk, askedOf(row, detail), chat, now);
  if (until !== null) changeHanded(desk.sql, row.seq, { state, due_at: until, asked: 0 });
  else changeHanded(desk.sql, row.seq, { state, due_at: now + askAgainMs, asked: 1, at: now });
  return until === null;
}

function waitedTooLong(desk: Desk, row: MessageRow): false {
  const error_message = tellExpiry("key_paused", limitMs(desk) / 1000, "line");
  return end(desk, row, { status: "failed", error_code: "waiting_limit_reached", error_message });
}

/** A key that was asked and never answered may have sent it; it is not asked anew while this key is paused, for it may not have it yet. */
function mayAskAgain(desk: Desk, row: MessageRow, { state, at, key }: HandedRow): boolean {
  const now = desk.now();
  if (now - at > limitMs(desk)) {
    const fell = readFell((JSON.parse(row.detail) as Detail).carrier);
    const error_message = `${fell?.words ?? ""} Its fallback, API key ${key}, did not answer.`.trim();
    return end(desk, row, { status: "failed", error_code: "outcome_unknown", error_message });
  }
  const isPaused = desk.snapshot.apiKey.status === "paused";
  changeHanded(desk.sql, row.seq, { state, due_at: now + (isPaused ? pausedMs : askAgainMs), asked: 1 });
  return !isPaused;
}

function limitMs(desk: Desk): number {
  return (desk.snapshot.apiKey.waitingLimitSeconds ?? waitingLimitSeconds.standard) * 1000;
}

function end(desk: Desk, row: MessageRow, change: Parameters<typeof endMessage>[2]): false {
  endMessage(desk, row, change);
  strikeHanded(desk.sql, row.seq);
  return false;
}

function originOf(desk: Desk, { seq }: Pick<MessageRow, "seq">) {
  return { keyId: desk.snapshot.apiKey.id, messageId: rowId("msg", seq, desk.tag) };
}

function parcelOf(desk: Desk, row: MessageRow, { key }: HandedRow): Parcel {
  const { attachments, metadata, extras, to, follows } = JSON.parse(row.detail) as Detail;
  const { urgent, alsoQuiet, quietHours = desk.snapshot.apiKey.quietHours } = extras;
  return {
    from: originOf(desk, row),
    to: key,
    organizationId: desk.snapshot.organization.id,
    mode: desk.snapshot.apiKey.mode,
    ...(follows === undefined ? {} : { behind: originOf(desk, { seq: follows }) }),
    draft: {
      to: to ?? row.chat,
      channel: "sms",
      text: row.text,
      attachments,
      fromNumber: null,
      metadata,
      sendAt: null,
      // Its links are short already where its own key shortens them.
      extras: {
        shortenLinks: false,
        ...(urgent === true ? { urgent } : {}),
        ...(quietHours == null ? {} : { quietHours }),
        ...(alsoQuiet === undefined ? {} : { alsoQuiet }),
      },
    },
  };
}

/** Writes down what another key made of a message; a repeat changes nothing. */
export function noteCarried(desk: Desk, messageId: string, answer: ParcelAnswer): null {
  const row = findOwn(desk, messageId);
  const handed = row === null ? null : findHanded(desk.sql, row.seq);
  if (row === null || handed === null || handed.state === "given") return null;
  desk.transact(() => {
    if (answer.taken) {
      learnCarriage(desk, row, answer);
      if (handed.state === "to_give") changeHanded(desk.sql, row.seq, { state: "given", due_at: null, asked: 1 });
      return;
    }
    const fell = readFell((JSON.parse(row.detail) as Detail).carrier);
    const error_message = `${fell?.words ?? ""} Its fallback, API key ${handed.key}, did not take it: ${answer.because}`;
    const alone = { status: "failed", error_code: fell?.because ?? null, error_message: error_message.trim() } as const;
    end(desk, row, (handed.state === "to_recall" ? calledBack(desk, row) : null) ?? alone);
  });
  return null;
}

/**
 * Writes down that another key holds a message back where it still can, and returns how the message stands here then, or there where it was too late; null where that is
 * not known. What is told by that key's reports is heeded with them.
 */
export function noteRecalled(
  desk: Desk,
  messageId: string,
  arrived: boolean,
  there?: MessageStatus,
): MessageStatus | null {
  const row = findOwn(desk, messageId);
  const handed = row === null ? null : findHanded(desk.sql, row.seq);
  if (row === null || handed?.state !== "to_recall") return row?.status ?? null;
  const isHeld = !arrived || there === "cancelled";
  const ended = isHeld ? (calledBack(desk, row) ?? (arrived ? null : optedOut)) : null;
  desk.transact(() => {
    if (ended === null) changeHanded(desk.sql, row.seq, { state: "given", due_at: null, asked: 1 });
    else end(desk, row, ended);
  });
  if (ended !== null) return ended.status;
  return there === "cancelled" ? row.status : (there ?? null);
}

/** Calls a message back from the key that carries it, or may, for somebody who cancels it, in the caller's transaction; the wish is kept until that key has answered. */
export function callBackOne(desk: Desk, row: MessageRow, { key }: Pick<HandedRow, "key">): Recall {
  const detail = JSON.parse(row.detail) as Detail;
  const asked = { ...readFell(detail.carrier), cancel_asked_at: desk.now() };
  const carrier = { ...detail.carrier, fallback: asked };
  updateMessage(desk.sql, row.seq, { detail: JSON.stringify({ ...detail, carrier } satisfies Detail) });
  const due_at = desk.now() + askAgainMs;
  changeHanded(desk.sql, row.seq, { state: "to_recall", due_at, asked: 1 });
  desk.clock.arm(due_at);
  return { from: originOf(desk, row), to: key };
}

const optedOut = {
  status: "failed",
  error_code: "recipient_opted_out",
  error_message: "The recipient opted out before the message left: it was not sent.",
} as const;

/** Returns what becomes of a message that was called back and has not left: its person opted out, it was cancelled, or its key or campaign is no more; null where nobody called. */
function calledBack(
  desk: Desk,
  { chat, block, sent_at, detail }: MessageRow,
): typeof optedOut | { status: "cancelled" } | null {
  if (findChat(desk.sql, chat)?.opted_out_at != null) return optedOut;
  const campaign = block === null ? null : findCampaign(desk.sql, campaignOfBlock(block));
  const isUnwanted = readFell((JSON.parse(detail) as Detail).carrier)?.cancel_asked_at !== undefined;
  const isOver = isUnwanted || desk.snapshot.apiKey.status === "revoked" || campaign?.state === "cancelled";
  return isOver && sent_at === null ? { status: "cancelled" } : null;
}

function findOwn(desk: Desk, messageId: string): MessageRow | null {
  const seq = readRowId("msg", messageId, desk.tag);
  return seq === null ? null : findMessage(desk.sql, seq);
}

/** Returns the row as it then stands. */
function learnCarriage(desk: Desk, row: MessageRow, carriage: Carriage & { providerId?: string | null }): MessageRow {
  const detail = JSON.parse(row.detail) as Detail;
  const fell = readFell(detail.carrier);
  if (fell === null) return row;
  const { messageId, fromNumber, channel, deliveryReport, providerId = null } = carriage;
  const known: Fell = {
    ...fell,
    message_id: messageId,
    from_number: fromNumber,
    ...(providerId === null ? {} : { provider_id: providerId }),
  };
  if (JSON.stringify(known) === JSON.stringify(fell)) return row;
  const said = fell.from_number === undefined && detail.trace !== null;
  const trace = said
    ? { ...detail.trace, note: `${detail.trace?.note ?? ""} There it leaves from ${fromNumber}.`.trim() }
    : detail.trace;
  const learnt = { ...detail, carrier: { ...detail.carrier, fallback: known }, deliveryReport, trace } as Detail;
  updateMessage(desk.sql, row.seq, { channel, detail: JSON.stringify(learnt) });
  return findMessage(desk.sql, row.seq) ?? row;
}

/** Heeds how a message stands at the key that carries it: its word is the truth, and a repeat changes nothing. */
export function hearCarried(desk: Desk, by: string, report: CarriedReport): null {
  const row = findOwn(desk, report.from.messageId);
  const fell = row === null ? null : readFell((JSON.parse(row.detail) as Detail).carrier);
  if (row === null || fell?.api_key_id !== by) return null;
  desk.transact(() => {
    const known = learnCarriage(desk, row, report);
    if (report.status !== "cancelled") applyElsewhere(desk, known, report);
    else if (!isFinal(row.status)) {
      const error_message = `${fell.words} Its fallback, API key ${by}, cancelled it before it left.`;
      const alone = { status: "failed", error_code: fell.because, error_message } as const;
      endMessage(desk, known, calledBack(desk, known) ?? alone);
    }
    if (isFinal(findMessage(desk.sql, row.seq)?.status ?? "failed")) strikeHanded(desk.sql, row.seq);
    for (const answer of report.answers ?? []) hearAnswer(desk, row, answer);
  });
  return null;
}

/** Heeds once what a person said to this key's message where another one carried it: it was this key that asked, and that they want no more, or want again what they did not want there. */
function hearAnswer(desk: Desk, { seq, chat, number }: MessageRow, answer: CarriedAnswer): void {
  const { kind, text, at } = answer;
  if (!heedOnce(desk.sql, `answer_${seq}_${at}`, desk.now())) return;
  const source = "fallback_keyword";
  if (kind === "stop") recordOptOut(desk, { chat, number, source });
  if (kind === "start" && findChat(desk.sql, chat)?.opted_out_by === source) liftOptOut(desk, { chat, number, source });
  noteAnswer(desk, chat, { kind, text, at, seq: null, toAccount: false });
}
