import { readStatusReport } from "../carriers/twilio/callback.ts";
import { readRowId, rowId } from "../domain/ids.ts";
import type { MessageStatus } from "../domain/message.ts";
import type { StatusAnswer, StatusReport } from "../domain/pool-calls.ts";
import { statusPollsMs } from "../domain/retry.ts";
import type { Account } from "../domain/snapshot.ts";
import { decideStatus, isFinal } from "../domain/status.ts";
import { readSignedForm, verifyTwilioSignature } from "../domain/twilio-signature.ts";
import { noteEnd } from "./count-end.ts";
import type { Desk } from "./desk.ts";
import { schedule } from "./ledger/agenda.ts";
import {
  type Detail,
  findMessage,
  findMessageBySid,
  type MessageChange,
  type MessageRow,
  updateMessage,
} from "./ledger/messages.ts";
import { judgeIfDue } from "./number-health.ts";
import { emitStatus } from "./outbox.ts";
import { finish, noteOptOutCode } from "./settle.ts";

/** What a carrier says of a message's status, whether by callback or when asked. */
export type CarrierReport = {
  providerId: string;
  status: MessageStatus | null;
  errorCode: string | null;
  errorMessage: string | null;
};

/** Reports are applied for as long as operators send them (seed 002: four days); a read receipt may come at any time. */
const latestReportMs = statusPollsMs.at(-1) ?? 0;
/** The names every status callback has: one of them missing means that values were moved between fields. */
const required = ["MessageSid", "MessageStatus", "AccountSid", "To", "From"];

/**
 * Verifies a status callback with the tokens of the account in its URL and applies it: nothing is read or written before the signature holds.
 * An account without an auth token cannot sign: there the pool reference in the URL, which only we can make, stands for it.
 * What it says of an unknown message, or of another account's, is answered like any repeat, without effect.
 */
export async function takeReport(desk: Desk, report: StatusReport): Promise<StatusAnswer> {
  const account = desk.findAccount(report.accountId);
  if (account === null || !(await isGenuine(desk, account, report))) return "forbidden";
  const form = readSignedForm(report.params, required);
  const read = readStatusReport(report.params);
  if (form === null || !read.ok || read.value.accountSid !== account.accountSid) return "forbidden";
  const row = findReported(desk, report.messageId, read.value.providerId);
  if (row === null || row.account !== account.id) return "ignored";
  if (read.value.from !== row.number) return "forbidden";
  if (disagrees(desk, row, read.value.providerId)) return "ignored";
  if (isTooLate(desk, row, read.value.status)) return "ignored";
  const answer = desk.outside.storage.transactionSync(() => applyReport(desk, row.seq, read.value));
  judgeIfDue(desk);
  return answer;
}

async function isGenuine(desk: Desk, account: Account, report: StatusReport): Promise<boolean> {
  const login = await desk.outside.openLogin(account);
  const tokens = [login.authToken, await desk.outside.openPreviousToken(account)].filter((token) => token !== null);
  if (tokens.length === 0) return true;
  return verifyTwilioSignature({
    url: report.url,
    params: report.params,
    rawBody: new Uint8Array(),
    contentType: "application/x-www-form-urlencoded",
    signature: report.signature,
    authTokens: tokens,
  });
}

function findReported(desk: Desk, messageId: string | null, providerId: string): MessageRow | null {
  const seq = messageId === null ? null : readRowId("msg", messageId, desk.tag);
  return seq === null && messageId === null ? findMessageBySid(desk.sql, providerId) : findMessage(desk.sql, seq ?? -1);
}

/** A report may give a message its id, never another id, nor one that stands at another message. */
function disagrees(desk: Desk, row: MessageRow, sid: string): boolean {
  const holder = row.sid === null ? findMessageBySid(desk.sql, sid) : null;
  if (row.sid === sid || (row.sid === null && holder === null)) return false;
  desk.outside.log({ event: "report_disagrees", message_id: rowId("msg", row.seq, desk.tag), sid });
  return true;
}

function isTooLate(desk: Desk, row: MessageRow, status: MessageStatus | null): boolean {
  const age = desk.now() - (row.attempted_at ?? row.created_at);
  if (age <= latestReportMs || status === "read") return false;
  desk.outside.log({ event: "report_too_late", message_id: rowId("msg", row.seq, desk.tag), age_ms: age });
  return true;
}

/** Applies a carrier's word about a message in the caller's transaction: monotone, and a repeat changes and owes nothing. */
export function applyReport(desk: Desk, seq: number, report: CarrierReport): "applied" | "ignored" {
  const row = findMessage(desk.sql, seq);
  if (row === null || row.direction !== "outbound") return "ignored";
  const change: MessageChange = {
    ...(row.sid === null ? { sid: report.providerId } : {}),
    ...(row.outcome_unknown === 1 ? { outcome_unknown: 0 } : {}),
    ...statusChange(desk, row, report),
  };
  if (Object.keys(change).length === 0) return "ignored";
  updateMessage(desk.sql, seq, change);
  tell(desk, row, change);
  finish(desk, row, row.due_at);
  return "applied";
}

/** Applies what the carrier said when it was asked because of a contradiction: its final word stands, whatever stood before. */
export function applyTruth(desk: Desk, seq: number, report: CarrierReport): void {
  const row = findMessage(desk.sql, seq);
  const { status } = report;
  if (row === null || status === null || !isFinal(status) || status === row.status) return;
  if (row.status === "read" && status === "delivered") return;
  const change = { error_code: null, error_message: null, ...describeChange(desk, row, status, report) };
  updateMessage(desk.sql, seq, change);
  tell(desk, row, change);
}

function tell(desk: Desk, row: MessageRow, change: MessageChange): void {
  if (change.status === undefined) return;
  const changed = { ...row, ...change };
  emitStatus(desk, changed);
  noteOptOutCode(desk, changed);
  noteEnd(desk, row, changed);
}

function statusChange(desk: Desk, row: MessageRow, report: CarrierReport): MessageChange {
  const { status } = report;
  const decision = status === null ? "ignore" : decideStatus(row.status, status);
  if (status === null || decision === "ignore") return {};
  return decision === "apply" ? describeChange(desk, row, status, report) : planLook(desk, row, status);
}

function describeChange(desk: Desk, row: MessageRow, status: MessageStatus, report: CarrierReport): MessageChange {
  const now = desk.now();
  const failed = status === "failed" || status === "undelivered";
  return {
    status,
    ...(status === "sent" && row.sent_at === null ? { sent_at: now } : {}),
    ...(status === "delivered" || status === "read" ? { delivered_at: row.delivered_at ?? now } : {}),
    ...(status === "read" ? { read_at: now } : {}),
    ...(failed ? { error_code: report.errorCode, error_message: report.errorMessage } : {}),
  };
}

/** Two ends that contradict each other: the first stands, and the carrier is asked once which is true. */
function planLook(desk: Desk, row: MessageRow, reported: MessageStatus): MessageChange {
  const detail = JSON.parse(row.detail) as Detail;
  if (detail.carrier?.contradicted_by !== undefined) return {};
  desk.outside.log({ event: "status_contradiction", stands: row.status, reported, sid: row.sid });
  schedule(desk.sql, row.seq, desk.now(), -1);
  desk.arm(desk.now());
  const carrier = { ...detail.carrier, contradicted_by: reported };
  return { detail: JSON.stringify({ ...detail, carrier } satisfies Detail) };
}
