import { readStatusReport } from "../carriers/twilio/callback.ts";
import { readRowId } from "../domain/ids.ts";
import type { MessageStatus } from "../domain/message.ts";
import type { StatusAnswer, StatusReport } from "../domain/pool-calls.ts";
import { decideStatus } from "../domain/status.ts";
import { verifyTwilioSignature } from "../domain/twilio-signature.ts";
import type { Desk } from "./desk.ts";
import { finish } from "./dispatch.ts";
import {
  findMessage,
  findMessageBySid,
  type MessageChange,
  type MessageRow,
  updateMessage,
} from "./ledger/messages.ts";
import { emitStatus } from "./outbox.ts";

/** What a carrier says of a message's status, whether by callback or when asked. */
export type CarrierReport = {
  providerId: string;
  status: MessageStatus | null;
  errorCode: string | null;
  errorMessage: string | null;
};

/**
 * Verifies a status callback with the tokens of the account in its URL and applies it: nothing is read or written before the signature holds.
 * An account without an auth token cannot sign: there the pool reference in the URL, which only we can make, stands for it.
 * What it says of an unknown message, or of another account's, is answered like any repeat, without effect.
 */
export async function takeReport(desk: Desk, report: StatusReport): Promise<StatusAnswer> {
  const account = desk.findAccount(report.accountId);
  if (account === null) return "forbidden";
  const login = await desk.outside.openLogin(account);
  const tokens = [login.authToken, await desk.outside.openPreviousToken(account)].filter((token) => token !== null);
  const genuine = await verifyTwilioSignature({
    url: report.url,
    params: report.params,
    rawBody: new Uint8Array(),
    contentType: "application/x-www-form-urlencoded",
    signature: report.signature,
    authTokens: tokens,
  });
  const read = readStatusReport(report.params);
  if (!genuine && tokens.length > 0) return "forbidden";
  if (!read.ok || read.value.accountSid !== account.accountSid) return "forbidden";
  const row = findReported(desk, report.messageId, read.value.providerId);
  if (row === null || row.account !== account.id) return "ignored";
  if (row.sid !== null && row.sid !== read.value.providerId) {
    desk.outside.log({ event: "report_disagrees", message_id: report.messageId, sid: read.value.providerId });
    return "ignored";
  }
  return desk.outside.storage.transactionSync(() => applyReport(desk, row.seq, read.value));
}

function findReported(desk: Desk, messageId: string | null, providerId: string): MessageRow | null {
  const seq = messageId === null ? null : readRowId("msg", messageId, desk.tag);
  return seq === null ? findMessageBySid(desk.sql, providerId) : findMessage(desk.sql, seq);
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
  if (change.status !== undefined) emitStatus(desk, { ...row, ...change });
  finish(desk, row, row.due_at);
  return "applied";
}

function statusChange(desk: Desk, row: MessageRow, report: CarrierReport): MessageChange {
  const { status } = report;
  const decision = status === null ? "ignore" : decideStatus(row.status, status);
  if (decision === "contradiction") {
    desk.outside.log({ event: "status_contradiction", stands: row.status, reported: status, sid: report.providerId });
  }
  if (decision !== "apply" || status === null) return {};
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
