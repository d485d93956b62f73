import { fail, ok, type Result } from "../../domain/failure.ts";
import { readRowId, rowId } from "../../domain/ids.ts";
import type { Draft, SendExtras } from "../../domain/message.ts";
import type { Desk } from "../desk.ts";
import { findMessageOfChat } from "../ledger/by-sid.ts";
import { findChat } from "../ledger/chats.ts";
import { findPlace } from "../ledger/cursors.ts";
import type { MessageRow } from "../ledger/message-row.ts";
import { findMessage } from "../ledger/messages.ts";

const replyWindowMs = 30 * 24 * 60 * 60 * 1000;

/** Returns what a draft wishes of a line, its reply's target found; on a Twilio key effects, typing and bubbles are left out and a reply is refused, as the contract says. */
export function readLineWishes(desk: Desk, draft: Draft, chat: string): Result<WishesRead> {
  const { extras, fromNumber } = draft;
  const { effect, replyTo, parts, typingFirst, shareContact, ...others } = extras;
  if (!desk.speaksIMessage) {
    return replyTo === undefined ? ok({ extras: others, fromNumber }) : fail("reply_target_not_supported");
  }
  if (hasFile(draft) && isUnheardOf(desk, chat)) return fail("attachment_first_message_not_allowed");
  if (replyTo === undefined) return ok({ extras, fromNumber });
  const target = findTarget(desk, replyTo, chat);
  if (!target.ok) return target;
  const { seq, sid, number } = target.value;
  if (desk.findNumber(number) === null || (fromNumber !== null && fromNumber !== number)) {
    return fail("reply_target_device_mismatch");
  }
  const messageId = rowId("msg", seq, desk.tag);
  return ok({ extras: { ...extras, replyTo: { ...replyTo, messageId, providerId: sid } }, fromNumber: number });
}

function hasFile({ attachments, extras }: Draft): boolean {
  return attachments.length > 0 || (extras.parts?.some((part) => "url" in part) ?? false);
}

/** Nothing was said in the chat yet, and no Mac is known to have it. */
function isUnheardOf(desk: Desk, chat: string): boolean {
  if (findChat(desk.sql, chat)?.last_seq != null) return false;
  return desk.snapshot.accounts.every(({ id }) => findPlace(desk.sql, id, chat) === null);
}

type WishesRead = Pick<Draft, "extras" | "fromNumber">;

/** A reply hangs on a message of the same chat that the network knows. */
function findTarget(
  desk: Desk,
  { messageId, providerId }: NonNullable<SendExtras["replyTo"]>,
  chat: string,
): Result<MessageRow & { sid: string }> {
  if (messageId === null && providerId === "") return fail("reply_target_invalid");
  const seq = messageId === null ? null : readRowId("msg", messageId, desk.tag);
  const byId = seq === null ? null : findMessage(desk.sql, seq);
  const target = messageId === null ? findMessageOfChat(desk.sql, chat, providerId) : byId;
  if (target === null) return fail("reply_target_not_found");
  if (target.chat !== chat) return fail("reply_target_chat_mismatch");
  if (target.sid === null) return fail("reply_target_invalid");
  if (target.created_at < desk.now() - replyWindowMs) return fail("reply_target_expired");
  return ok({ ...target, sid: target.sid });
}
