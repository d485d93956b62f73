import type { Act } from "../../carriers/carrier.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readRowId, rowId } from "../../domain/ids.ts";
import type { ChatAnswer, ChatCall } from "../../domain/line-calls.ts";
import type { Direction } from "../../domain/message.ts";
import type { Desk } from "../desk.ts";
import { heedOnce } from "../ledger/blocks.ts";
import { nthNewest } from "../ledger/line-rows.ts";
import type { MessageRow } from "../ledger/message-row.ts";
import { findMessage } from "../ledger/messages.ts";
import { noteReaction } from "../receiving/react.ts";
import { lineOfChat, needLines, openLine, placeOf, readRefusal } from "./at-line.ts";

const notOnTwilio =
  "Typing indicators and read receipts need an iMessage line: this call has no effect on a Twilio key.";

/** Does something in a conversation on its line, once. What a Twilio key cannot do is refused, or left with a warning where clients call it around every reply. */
export async function callChat(desk: Desk, chat: string, call: ChatCall): Promise<Result<ChatAnswer>> {
  const answer = { chatId: chat, messageId: null, at: desk.now(), warning: null };
  if (!desk.speaksIMessage && (call.kind === "typing" || call.kind === "read")) {
    return ok({ ...answer, warning: notOnTwilio });
  }
  const allowed = needLines(desk);
  if (!allowed.ok) return allowed;
  if (call.kind === "react") return react(desk, chat, call);
  const line = await lineOfChat(desk, chat);
  if (!line.ok) return line;
  const place = await placeOf(desk, line.value, chat);
  if (!place.ok) return call.kind === "share_contact" ? place : withoutChat(place, answer);
  const acted = await line.value.mac.act({ kind: actOf(call), chat: place.value });
  if (!acted.ok) return readRefusal(acted.refusal);
  return ok({ ...answer, warning: acted.value.warning });
}

/** Clients call typing before the first message of a conversation: there is nobody yet to see it. */
function withoutChat(place: Result<string>, answer: ChatAnswer): Result<ChatAnswer> {
  if (place.ok || place.failure.code !== "not_found") return place.ok ? ok(answer) : place;
  return ok({ ...answer, warning: "Nothing was said in this chat yet: this call has no effect." });
}

function actOf(call: Exclude<ChatCall, { kind: "react" }>): "start_typing" | "stop_typing" | "read" | "share_contact" {
  if (call.kind !== "typing") return call.kind;
  return call.isTyping ? "start_typing" : "stop_typing";
}

type React = Extract<ChatCall, { kind: "react" }>;

async function react(desk: Desk, chat: string, call: React): Promise<Result<ChatAnswer>> {
  const target = findTarget(desk, chat, call);
  if (target === null) return fail("not_found", "Message not found.");
  if (target.sid === null) return fail("not_found", "The message has not left yet: there is nothing to react to.");
  const number = desk.findNumber(target.number);
  if (number === null) return fail("line_offline", "The line of this message is no longer this key's.");
  const line = await openLine(desk, number);
  if (!line.ok) return line;
  const place = await placeOf(desk, line.value, chat);
  if (!place.ok) return place;
  const act: Act = { ...what(call), chat: place.value, target: { providerId: target.sid, partIndex: 0 } };
  const acted = await line.value.mac.act(act);
  if (!acted.ok) return readRefusal(acted.refusal);
  desk.transact(() => keepOwn(desk, target.seq, call, acted.value.providerId));
  return ok({
    chatId: chat,
    messageId: rowId("msg", target.seq, desk.tag),
    at: desk.now(),
    warning: acted.value.warning,
  });
}

function what({ reaction, remove }: React): { kind: "react"; reaction: string; remove: boolean } {
  return { kind: "react", reaction, remove };
}

/** The Mac shows our own reaction as a row too, which is known then. */
function keepOwn(desk: Desk, seq: number, { reaction, remove }: React, providerId: string | null): void {
  if (providerId !== null && !heedOnce(desk.sql, providerId, desk.now())) return;
  const target = findMessage(desk.sql, seq);
  if (target === null) return;
  noteReaction(desk, target, { reaction, is_added: !remove, time_sent: desk.now(), sender: null }, null);
}

/** A message by its id, or counted back from the newest (-1), of one direction where that is said. */
function findTarget(desk: Desk, chat: string, { messageId, direction }: React): MessageRow | null {
  if (/^-\d{1,4}$/.test(messageId)) return nthNewest(desk.sql, chat, direction as Direction | null, -Number(messageId));
  const seq = readRowId("msg", messageId, desk.tag);
  const row = seq === null ? null : findMessage(desk.sql, seq);
  return row?.chat === chat ? row : null;
}
