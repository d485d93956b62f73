import { fail, ok, type Result } from "../../domain/failure.ts";
import { readRowId } from "../../domain/ids.ts";
import type { MessageStatus } from "../../domain/message.ts";
import { isWaiting } from "../../domain/status.ts";
import type { Desk } from "../desk.ts";
import { mayTakeBack, takeBack } from "../fallback/take-back.ts";
import { findMessage } from "../ledger/messages.ts";
import { giveBack } from "../numbers/pace.ts";
import { endMessage } from "../settling/settle.ts";
import { dispatch } from "./dispatch.ts";
import { resumeMoving } from "./moving.ts";

/** Cancels a message that has not left, of any chat where none is named; one that has answers `message_not_cancellable` with its status. What waited behind it alone leaves. */
export function cancelMessage(desk: Desk, chatId: string | null, messageId: string): Result<{ status: MessageStatus }> {
  const seq = readRowId("msg", messageId, desk.tag);
  const row = seq === null ? null : findMessage(desk.sql, seq);
  if (row === null || (chatId !== null && row.chat !== chatId)) return fail("not_found", "Message not found.");
  if (row.status === "cancelled") return ok({ status: "cancelled" });
  if (mayTakeBack(desk, row)) {
    desk.transact(() => takeBack(desk, row));
    return ok({ status: "cancelled" });
  }
  // What was told to be sent goes another way, and cannot be taken back.
  if (row.direction !== "outbound" || !isWaiting(row.status) || row.sent_at !== null) {
    return fail("message_not_cancellable", undefined, { message_status: row.status });
  }
  desk.transact(() => endMessage(desk, row, { status: "cancelled" }));
  giveBack(desk, row.number, row.due_at);
  if (desk.findAccount(row.account)?.refused === true) resumeMoving(desk);
  desk.outside.keepAlive(dispatch(desk));
  return ok({ status: "cancelled" });
}
