import { fail, ok, type Result } from "../domain/failure.ts";
import { rowId } from "../domain/ids.ts";
import { readOptKeyword } from "../domain/opt-out.ts";
import type { InboundMessage, Received } from "../domain/pool-calls.ts";
import { countSegments } from "../domain/segments.ts";
import type { Desk } from "./desk.ts";
import { setOptOut, touchChat } from "./ledger/chats.ts";
import { noteHeard } from "./ledger/heard.ts";
import { findMessage, findMessageBySid, insertMessage } from "./ledger/messages.ts";
import { emitPoolEvent, emitStatus } from "./outbox.ts";

/** Keeps an inbound message by its provider id with its chat, stickiness, opt-out and event in one transaction; a repeat is a no-op. */
export function receiveMessage(desk: Desk, message: InboundMessage): Result<Received> {
  if (desk.findNumber(message.to) === null) return fail("not_found", "This pool does not hold the number.");
  return ok(desk.outside.storage.transactionSync(() => writeInbound(desk, message)));
}

function writeInbound(desk: Desk, message: InboundMessage): Received {
  const now = desk.now();
  const seq = desk.nextSequence();
  const inserted = insertMessage(desk.sql, {
    seq,
    chat: message.from,
    direction: "inbound",
    number: message.to,
    channel: message.channel,
    account: message.accountId,
    status: "received",
    text: message.text,
    sid: message.providerId,
    createdAt: now,
    dueAt: null,
    detail: {
      attachments: message.attachments,
      metadata: null,
      sendAt: null,
      segments: Math.max(1, countSegments(message.text ?? "").segments),
      encoding: null,
      deliveryReport: "expected",
      verified: message.verified,
      trace: null,
      extras: {},
      carrier: message.detail,
    },
  });
  if (!inserted) {
    const known = findMessageBySid(desk.sql, message.providerId);
    return { messageId: rowId("msg", known?.seq ?? seq, desk.tag), repeated: true };
  }
  touchChat(desk.sql, {
    chat: message.from,
    contactId: desk.outside.newId("con"),
    seq,
    at: now,
    direction: "inbound",
    stickTo: null,
    repliedTo: message.to,
  });
  noteHeard(desk.sql, message.to, message.from, now, message.channel === "whatsapp");
  desk.noteActive(message.to);
  desk.usage.inbound += 1;
  const row = findMessage(desk.sql, seq);
  if (row !== null) emitStatus(desk, row);
  noteOptOut(desk, message, now);
  return { messageId: rowId("msg", seq, desk.tag), repeated: false };
}

/** STOP and START hold for the whole pool: another of its numbers never writes to a person who opted out. */
function noteOptOut(desk: Desk, message: InboundMessage, now: number): void {
  const keyword = readOptKeyword(message.text ?? "", message.optOutType);
  if (keyword !== "stop" && keyword !== "start") return;
  const changed = setOptOut(desk.sql, message.from, keyword === "stop" ? { at: now, by: "keyword" } : null);
  if (!changed) return;
  emitPoolEvent(desk, keyword === "stop" ? "contact.opted_out" : "contact.opted_in", {
    external_id: message.from,
    internal_id: message.to,
    source: "keyword",
  });
}
