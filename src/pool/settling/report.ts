import type { MessageState } from "../../carriers/carrier.ts";
import { readStatusReport } from "../../carriers/twilio/callback.ts";
import type { StatusAnswer, StatusReport } from "../../domain/calls/inbound.ts";
import type { Handing } from "../../domain/calls/telling.ts";
import { readRowId, rowId } from "../../domain/ids.ts";
import type { MessageStatus } from "../../domain/message.ts";
import { signedUrlsOf } from "../../domain/public-address.ts";
import { statusPollsMs } from "../../domain/retry.ts";
import type { Account } from "../../domain/snapshot.ts";
import { decideStatus, isFinal } from "../../domain/status.ts";
import { readSignedForm, verifyTwilioSignature } from "../../domain/twilio-signature.ts";
import type { Desk } from "../desk.ts";
import { fallBack } from "../fallback/fall-back.ts";
import { changeAhead, mayWait, redoOf } from "../ledger/ahead-messages.ts";
import { findMessageBySid, findNewestBySid } from "../ledger/by-sid.ts";
import { planLook } from "../ledger/looks.ts";
import type { Detail, MessageChange, MessageRow, Step } from "../ledger/message-row.ts";
import { recallMessage, stepMessage, updateMessage } from "../ledger/messages.ts";
import { isParked, parkReport, takeParked } from "../ledger/parked.ts";
import { judgeIfDue } from "../numbers/number-health.ts";
import { offerHands } from "../telling/hands.ts";
import { emitStatus } from "../telling/outbox.ts";
import { changeOf, decideOn, describeChange } from "./change.ts";
import { deliveredHour, noteEnd } from "./count-end.ts";
import { finish } from "./finish.ts";
import { noteForged } from "./forged.ts";
import { mayLearnAhead, noteOptOutCode, planPolls } from "./settle.ts";

/** Reports are applied for as long as operators send them (seed 002: four days); a read receipt may come at any time. */
const latestReportMs = statusPollsMs.at(-1) ?? 0;
/** An account may report of messages that others sent with it: those never find an owner here. */
const parkedAtMost = 1_000;
/** The names that decide: one of them missing means that values were moved between fields. Who sent it decides nothing, since a service may have picked another sender. */
const required = [["MessageSid", "SmsSid"], ["MessageStatus", "SmsStatus"], ["AccountSid"]];

/**
 * Verifies a status callback with the tokens of the account in its URL and applies it: nothing is read or written before the signature holds.
 * An account without an auth token cannot sign: there the pool reference in the URL, which only we can make, stands for it.
 * What it says of an unknown message, or of another account's, is answered like any repeat, without effect. What it makes due is handed to a caller who offers hands.
 */
export async function takeReport(
  desk: Desk,
  report: StatusReport,
  hands: number,
): Promise<StatusAnswer | Handing<StatusAnswer>> {
  const account = desk.findAccount(report.accountId);
  if (account === null) return "forbidden";
  if (!account.sandbox && desk.addresses.current === null) return "no_address";
  if (desk.outside.lostKeyOf(account) !== null) return "key_missing";
  const isSigned = await isGenuine(desk, account, report).catch((error: unknown) => {
    if (desk.outside.lostKeyOf(account) === null) throw error;
    return null;
  });
  if (isSigned === null) return "key_missing";
  if (isSigned) return handOut(desk, hands, () => heed(desk, account, report));
  noteForged(desk, account.id);
  return "forbidden";
}

function handOut(desk: Desk, hands: number, work: () => StatusAnswer): StatusAnswer | Handing<StatusAnswer> {
  const done = offerHands(desk, hands, work);
  return done.handed.length > 0 ? done : done.answer;
}

function heed(desk: Desk, account: Account, report: StatusReport): StatusAnswer {
  const form = readSignedForm(report.params, []);
  const isWhole = form !== null && required.every((names) => names.some((name) => form.has(name)));
  const read = readStatusReport(report.params);
  if (!isWhole || !read.ok || read.value.accountSid !== account.accountSid) return "forbidden";
  const row = findReported(desk, report.messageId, read.value.providerId);
  if (row === null && report.messageId === null && report.parks !== false) parkUnknown(desk, read.value);
  if (row === null || row.account !== account.id) return "ignored";
  const meant = ownerOf(desk, row, read.value.providerId);
  if (meant === null || isTooLate(desk, meant, read.value.status)) return "ignored";
  const answer = isRepeat(desk, meant, read.value)
    ? "ignored"
    : desk.transact(() => applyReport(desk, meant.seq, read.value));
  judgeIfDue(desk);
  return answer;
}

/** A genuine report that names no message and an id that none has yet: its owner may learn the id a moment later. */
function parkUnknown(desk: Desk, report: MessageState): void {
  const { providerId: sid, status, errorCode, errorMessage } = report;
  if (status === null) return;
  const at = desk.now();
  const bounds = { at, forgetBefore: at - latestReportMs, limit: parkedAtMost };
  parkReport(desk.sql, { sid, status, errorCode, errorMessage }, bounds);
}

/** Applies what was parked for a message that has just learned its id. */
export function unpark(desk: Desk, seq: number): void {
  const sid = recallMessage(desk.sql, seq)?.sid ?? null;
  if (sid === null || !isParked(desk.sql, sid)) return;
  desk.transact(() => {
    for (const report of takeParked(desk.sql, sid)) applyReport(desk, seq, { ...report, providerId: sid });
  });
}

async function isGenuine(desk: Desk, account: Account, report: StatusReport): Promise<boolean> {
  const tokens = await desk.outside.openTokens(account);
  if (tokens.length === 0) return true;
  const [url = report.url, ...otherUrls] = urlsOf(desk, account, report);
  return verifyTwilioSignature({
    url,
    otherUrls,
    params: report.params,
    rawBody: new Uint8Array(),
    contentType: "application/x-www-form-urlencoded",
    signature: report.signature,
    authTokens: tokens,
  });
}

/** It may have been signed for any address of ours; the sandbox calls in process, by the URL that it was given whenever that was. */
function urlsOf(desk: Desk, account: Account, { url, calledAt }: StatusReport): string[] {
  if (calledAt === undefined) return [url];
  const { pathname, search } = new URL(calledAt);
  return [...(account.sandbox ? [calledAt] : []), ...signedUrlsOf(desk.addresses, pathname + search)];
}

function findReported(desk: Desk, messageId: string | null, providerId: string): MessageRow | null {
  const seq = messageId === null ? null : readRowId("msg", messageId, desk.tag);
  return seq === null && messageId === null
    ? findNewestBySid(desk.sql, providerId)
    : recallMessage(desk.sql, seq ?? -1);
}

/**
 * Returns the message that a report is about, null where URL and id disagree: a report may give a message its id, never another one. Equal messages whose
 * outcome was unknown may have got each other's id from the carrier's list: there the id decides.
 */
function ownerOf(desk: Desk, row: MessageRow, sid: string): MessageRow | null {
  if (row.sid === sid) return row;
  const holder = findMessageBySid(desk.sql, sid);
  if (row.sid === null && holder === null) return row;
  const equal = holder !== null && holder.chat === row.chat && holder.number === row.number && holder.text === row.text;
  if (equal) return holder;
  desk.outside.log({ event: "report_disagrees", message_id: rowId("msg", row.seq, desk.tag), sid });
  return null;
}

function isTooLate(desk: Desk, row: MessageRow, status: MessageStatus | null): boolean {
  const age = desk.now() - (row.attempted_at ?? row.created_at);
  if (age <= latestReportMs || status === "read") return false;
  desk.outside.log({ event: "report_too_late", message_id: rowId("msg", row.seq, desk.tag), age_ms: age });
  return true;
}

/**
 * Applies a carrier's word about a message in the caller's transaction: monotone, and a repeat changes and owes nothing. What is told comes before what is
 * written: the message's row keeps the number of its chat's last event.
 */
export function applyReport(desk: Desk, seq: number, report: MessageState): "applied" | "ignored" {
  const row = recallMessage(desk.sql, seq);
  if (row === null || row.direction !== "outbound") return "ignored";
  const heard = unlessItFallsBack(desk, row, report);
  if (heard === null) return "applied";
  return apply(desk, heard === report ? row : (recallMessage(desk.sql, seq) ?? row), heard);
}

/** A line's message that Apple did not deliver may go another way (null); that it does not, although its key wishes it, is said with the failure. */
function unlessItFallsBack(desk: Desk, row: MessageRow, report: MessageState): MessageState | null {
  const { status, errorCode: code, errorMessage, providerId } = report;
  if (status !== "failed" || decideOn(row, status).kind !== "apply") return report;
  const message = errorMessage ?? "";
  const fell = fallBack(desk, row, { code, message, providerId });
  if (fell === true) return null;
  return fell === null ? report : { ...report, errorMessage: `${message} ${fell}`.trim() };
}

function apply(desk: Desk, row: MessageRow, report: MessageState): "applied" | "ignored" {
  const decision = decideOn(row, report.status);
  const change = changeOf(desk, row, decision, report);
  if (row.sid === null) planPolls(desk, row);
  const step: Step = ["sent", desk.now()];
  const redo = mayWait(row, change) ? redoOf(desk.sql, row.seq, change, step) : null;
  const event = tell(desk, row, change, redo);
  if (redo !== null && event !== null) changeAhead(desk.sql, row.seq, { change, step, event });
  else if (isIdAlone(change) && mayLearnAhead(desk, row)) {
    changeAhead(desk.sql, row.seq, { change, step: null, event: null });
  } else writeChange(desk, row.seq, change);
  if (row.sid === null && Object.keys(change).length > 0) finish(desk, row, row.due_at);
  if (decision.kind === "contradiction") askForTruth(desk, row, decision.status);
  return Object.keys(change).length > 0 ? "applied" : "ignored";
}

function isIdAlone({ sid, ...more }: MessageChange): boolean {
  return sid !== undefined && Object.keys(more).length === 0;
}

/** A repeat changes nothing: for that no transaction is begun. */
function isRepeat(desk: Desk, row: MessageRow, report: MessageState): boolean {
  const decision = decideOn(row, report.status);
  return decision.kind === "ignore" && Object.keys(changeOf(desk, row, decision, report)).length === 0;
}

/** Applies what another key says of a message that it carries, in the caller's transaction: it is the truth, but nothing goes back behind what was told. */
export function applyElsewhere(
  desk: Desk,
  row: MessageRow,
  { status, errorCode, errorMessage, at }: Omit<MessageState, "providerId" | "status"> & { status: MessageStatus },
): void {
  const isCorrection = isFinal(row.status) && isFinal(status) && row.status !== "read";
  if (row.status === status || (!isCorrection && decideStatus(row.status, status) !== "apply")) return;
  const said = { providerId: "", status, errorCode, errorMessage, ...(at === undefined ? {} : { at }) };
  const cleared = { error_code: null, error_message: null };
  const change = { ...(isCorrection ? cleared : {}), ...describeChange(desk, row, status, said) };
  const changed = { ...row, ...change };
  for (const overtaken of overtakenBy(row, changed)) emitStatus(desk, overtaken);
  if (!isKnown(row, change)) emitStatus(desk, changed);
  writeChange(desk, row.seq, change);
}

/** Applies what the carrier said when it was asked because of a contradiction: its final word stands, whatever stood before. */
export function applyTruth(desk: Desk, seq: number, report: MessageState): void {
  const row = recallMessage(desk.sql, seq);
  const { status } = report;
  if (row === null || status === null || !isFinal(status) || status === row.status) return;
  if (row.status === "read" && status === "delivered") return;
  const change = { error_code: null, error_message: null, ...describeChange(desk, row, status, report) };
  tell(desk, row, change);
  writeChange(desk, seq, change);
}

/** Corrects a message that was given up and has turned up at its carrier after all, in the caller's transaction: it learns its id, and what stood of its failure goes. */
export function applyLate(desk: Desk, seq: number, report: MessageState): void {
  const row = recallMessage(desk.sql, seq);
  if (row === null || row.sid !== null || report.status === null) return;
  const cleared = { ...row, error_code: null, error_message: null };
  const change = {
    sid: report.providerId,
    by_sid: 1,
    outcome_unknown: 0,
    error_code: null,
    error_message: null,
    ...(report.channel === undefined ? {} : { channel: report.channel }),
    ...describeChange(desk, cleared, report.status, report),
  };
  tell(desk, row, change);
  writeChange(desk, seq, change);
}

function writeChange(desk: Desk, seq: number, { status, ...change }: MessageChange): void {
  if (status === undefined) updateMessage(desk.sql, seq, change);
  else stepMessage(desk.sql, seq, { ...change, status }, [status, desk.now()]);
}

/** Returns the event that tells of a change, null where none does; `redo` is what the message's row lacks until it is written. */
function tell(desk: Desk, row: MessageRow, change: MessageChange, redo: string | null = null): number | null {
  const changed = { ...row, ...change };
  if (change.error_code !== undefined) noteOptOutCode(desk, changed);
  if (change.status === undefined || isKnown(row, change)) return null;
  for (const overtaken of overtakenBy(row, changed)) emitStatus(desk, overtaken);
  const event = emitStatus(desk, changed, "all", { ended: deliveredHour(row, changed), redo });
  noteEnd(desk, row, changed, event !== null);
  return event;
}

/** A message that goes another way was told to be sent by the first. */
function isKnown(row: MessageRow, { status }: MessageChange): boolean {
  return status === "sent" && row.sent_at !== null;
}

/** What was read was delivered, and what was delivered was sent: whoever waits for those is told of them before. */
function overtakenBy(row: MessageRow, changed: MessageRow): MessageRow[] {
  const steps: MessageRow[] = [];
  if (changed.status !== "delivered" && changed.status !== "read") return steps;
  if (row.sent_at === null) steps.push({ ...changed, status: "sent", delivered_at: null, read_at: null });
  if (row.delivered_at === null && changed.status === "read") {
    steps.push({ ...changed, status: "delivered", read_at: null });
  }
  return steps;
}

/** Two ends that contradict each other: the first stands, and the carrier is asked once which is true. */
function askForTruth(desk: Desk, row: MessageRow, reported: MessageStatus): void {
  const detail = JSON.parse(row.detail) as Detail;
  if (detail.carrier?.contradicted_by !== undefined) return;
  desk.outside.log({ event: "status_contradiction", stands: row.status, reported, sid: row.sid });
  const carrier = { ...detail.carrier, contradicted_by: reported };
  updateMessage(desk.sql, row.seq, { detail: JSON.stringify({ ...detail, carrier } satisfies Detail) });
  planLook(desk.sql, { account: row.account, due_at: desk.now(), seq: row.seq, kind: "truth", n: 0 });
  desk.clock.arm(desk.now());
}
