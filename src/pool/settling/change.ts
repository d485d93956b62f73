import type { MessageState } from "../../carriers/carrier.ts";
import type { MessageStatus } from "../../domain/message.ts";
import { decideStatus } from "../../domain/status.ts";
import type { Desk } from "../desk.ts";
import type { Detail, MessageChange, MessageRow } from "../ledger/message-row.ts";
import { idOf } from "./settle.ts";

/** What a carrier's word about a message comes to. */
export type Decision = { kind: "apply" | "contradiction"; status: MessageStatus } | { kind: "ignore" };

/** Decides about a carrier's word; `received` is a word about messages to us: said of one that we sent it means nothing. */
export function decideOn(row: MessageRow, status: MessageStatus | null): Decision {
  if (status === null || status === "received") return { kind: "ignore" };
  const kind = decideStatus(row.status, status);
  return kind === "ignore" ? { kind } : { kind, status };
}

/** Returns what a carrier's word changes in a message's row, by what was decided about it; empty for a repeat. */
export function changeOf(desk: Desk, row: MessageRow, decision: Decision, report: MessageState): MessageChange {
  return {
    ...(row.sid === null ? idOf(desk, row, report.providerId) : {}),
    ...(row.outcome_unknown === 1 ? { outcome_unknown: 0 } : {}),
    ...channelChange(desk, row, report),
    ...(decision.kind === "apply" ? describeChange(desk, row, decision.status, report) : learnCode(row, report)),
  };
}

/** Returns what a status that is applied changes in a message's row, with the times at which it came there. */
export function describeChange(
  desk: Desk,
  row: MessageRow,
  status: MessageStatus,
  report: MessageState,
): MessageChange {
  const now = report.at ?? desk.now();
  const failed = status === "failed" || status === "undelivered";
  const isDelivered = status === "delivered" || status === "read";
  return {
    status,
    ...(status === "sent" || isDelivered ? { sent_at: row.sent_at ?? now } : {}),
    ...(isDelivered ? { delivered_at: row.delivered_at ?? now } : {}),
    ...(status === "read" ? { read_at: now } : {}),
    ...(failed ? { error_code: report.errorCode, error_message: report.errorMessage } : {}),
  };
}

/** A Mac says of SMS that it was sent, and nothing more. */
function channelChange(desk: Desk, row: MessageRow, { channel }: MessageState): MessageChange {
  if (channel === undefined || channel === row.channel) return {};
  if (channel !== "sms" || desk.findAccount(row.account)?.kind !== "bluebubbles") return { channel };
  const detail = JSON.parse(row.detail) as Detail;
  return { channel, detail: JSON.stringify({ ...detail, deliveryReport: "not_expected" } satisfies Detail) };
}

/** A failure that came without a code learns it from whoever repeats it; the event was told. */
function learnCode(row: MessageRow, { status, errorCode, errorMessage }: MessageState): MessageChange {
  const isSame = status === row.status && (status === "failed" || status === "undelivered");
  if (!isSame || row.error_code !== null || errorCode === null) return {};
  return { error_code: errorCode, error_message: errorMessage ?? row.error_message };
}
