import type { Cancelling } from "../../domain/calls/sending.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readFell } from "../../domain/fallback.ts";
import { readRowId } from "../../domain/ids.ts";
import { isFinal, isWaiting } from "../../domain/status.ts";
import type { Desk } from "../desk.ts";
import { callBackOne } from "../fallback/parcels.ts";
import { mayTakeBack, takeBack } from "../fallback/take-back.ts";
import { findHanded, type HandedRow } from "../ledger/handed.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { findMessage } from "../ledger/messages.ts";
import { giveBack } from "../numbers/pace.ts";
import { endMessage } from "../settling/settle.ts";
import { dispatch } from "./dispatch.ts";
import { resumeMoving } from "./moving.ts";

/**
 * Cancels a message that has not left, of any chat where none is named; one that has answers `message_not_cancellable` with its status. One that another key carries is
 * to be asked for there. What waited behind it alone leaves.
 */
export function cancelMessage(desk: Desk, chatId: string | null, messageId: string): Result<Cancelling> {
  const seq = readRowId("msg", messageId, desk.tag);
  const row = seq === null ? null : findMessage(desk.sql, seq);
  if (row === null || (chatId !== null && row.chat !== chatId)) return fail("not_found", "Message not found.");
  if (row.status === "cancelled") return ok({ status: "cancelled" });
  if (mayTakeBack(desk, row)) {
    desk.transact(() => takeBack(desk, row));
    return ok({ status: "cancelled" });
  }
  const handed = isFinal(row.status) ? null : findHanded(desk.sql, row.seq);
  if (handed !== null) return cancelHanded(desk, row, handed);
  // What was told to be sent goes another way, and cannot be taken back.
  if (row.direction !== "outbound" || !isWaiting(row.status) || row.sent_at !== null) return tooLate(row);
  desk.transact(() => endMessage(desk, row, { status: "cancelled" }));
  giveBack(desk, row.number, row.due_at);
  if (desk.findAccount(row.account)?.refused === true) resumeMoving(desk);
  desk.outside.keepAlive(dispatch(desk));
  return ok({ status: "cancelled" });
}

function cancelHanded(desk: Desk, row: MessageRow, handed: HandedRow): Result<Cancelling> {
  if (row.sent_at !== null) return tooLate(row, row.status === "sending" ? tellElsewhere(row) : undefined);
  return ok({ status: row.status, recall: desk.transact(() => callBackOne(desk, row, handed)) });
}

function tooLate({ status }: MessageRow, words?: string): Result<Cancelling> {
  return fail("message_not_cancellable", words, { message_status: status });
}

function tellElsewhere({ detail }: MessageRow): string {
  const { api_key_id: key, message_id: id } = readFell((JSON.parse(detail) as Detail).carrier) ?? {};
  const there = id === undefined ? "" : ` Its SMS is message ${id} there, and can be cancelled there until it leaves.`;
  return `It was told as sent, and is with API key ${key} now.${there}`;
}
