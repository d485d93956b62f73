import type { InboundCall, InboundMessage, Received } from "../../domain/calls/inbound.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { rowId } from "../../domain/ids.ts";
import { keywordOf, maySayWish } from "../../domain/opt-out.ts";
import { personOf } from "../../domain/person.ts";
import { countSegments } from "../../domain/segments.ts";
import { type Quoted, readQuoted } from "../../domain/whatsapp-facts.ts";
import type { Desk } from "../desk.ts";
import { heedOnce } from "../ledger/blocks.ts";
import { findMessageBySid, findMessageOfChat } from "../ledger/by-sid.ts";
import { ensureChat, findChat, touchChat } from "../ledger/chats.ts";
import { noteHeard } from "../ledger/heard.ts";
import { insertMessage } from "../ledger/messages.ts";
import { hasMessages } from "../ledger/numbering.ts";
import { oneByOne } from "../one-by-one.ts";
import { noteAnswer } from "../people/campaign-answers.ts";
import { liftOptOut, recordOptOut } from "../people/opt-outs.ts";
import { emitPoolEvent, emitStatus } from "../telling/outbox.ts";
import { findReactedTo, react } from "./react.ts";

const notHere = "This pool does not hold the number.";

/** Keeps an inbound message by its provider id with its chat, stickiness, opt-out and event in one transaction; a repeat is a no-op. */
export function receiveMessage(desk: Desk, message: InboundMessage): Result<Received> {
  if (!isTaken(desk, message)) return fail("not_found", notHere);
  const receive = message.keywordOnly === true ? heedKeyword : writeInbound;
  return ok(desk.transact(() => receive(desk, message)));
}

/**
 * Keeps messages that came in before the number was here, each alone. Returns the provider ids of those that cannot be kept, which the log names too: they stay where
 * they are. Null where all are kept. Unless the caller heeds them (`apart`), the first fault is thrown at the end.
 */
export function receiveAll(desk: Desk, messages: readonly InboundMessage[], apart: boolean): Result<string[] | null> {
  if (!messages.every((message) => isTaken(desk, message))) return fail("not_found", notHere);
  const failed = oneByOne(desk, messages, (message) => receiveMessage(desk, message));
  for (const { item, error } of failed)
    desk.outside.log({ level: "error", event: "inbound_failed", sid: item.providerId, error: String(error) });
  if (failed[0] !== undefined && !apart) throw failed[0].error;
  return ok(failed.length === 0 ? null : failed.map(({ item }) => item.providerId));
}

function isTaken(desk: Desk, { to, accountId, toAccount }: InboundMessage): boolean {
  if (desk.isLobby) return desk.snapshot.webhooks.length > 0;
  return toAccount === true
    ? desk.snapshot.numbers.some((number) => number.accountId === accountId)
    : desk.findNumber(to) !== null;
}

/**
 * Honours STOP and START, and hears YES, once, in a message that the account's settings keep out of the ledger: a person's wish is no matter of settings. What is kept here
 * was heeded when it came.
 */
function heedKeyword(desk: Desk, message: InboundMessage): Received {
  const isKept = findMessageBySid(desk.sql, message.providerId) !== null;
  if (!isKept && maySayWish(message) && heedOnce(desk.sql, message.providerId, desk.now()))
    heed(desk, message, personOf(message.from), null);
  return { messageId: null, repeated: false };
}

/** Owes `call.received` once to those who name it, however often Twilio asks what to do; `forwarded_to` is null where the call is answered and ended. */
export function noteCall(desk: Desk, call: InboundCall): Result<null> {
  if (desk.findNumber(call.to) === null) return fail("not_found", notHere);
  desk.transact(() => {
    if (!heedOnce(desk.sql, call.providerId, desk.now())) return;
    ensureChat(desk.sql, { chat: call.from, contactId: desk.outside.newId("con"), at: desk.now() });
    emitPoolEvent(desk, "call.received", {
      external_id: call.from,
      internal_id: call.to,
      call_id: call.providerId,
      forwarded_to: call.forwardedTo,
    });
  });
  return ok(null);
}

function writeInbound(desk: Desk, message: InboundMessage): Received {
  const target = findReactedTo(desk, message);
  if (target === null) return writeMessage(desk, message);
  const isNew = react(desk, target, message);
  if (isNew) desk.noteActive(message.to);
  return { messageId: rowId("msg", target.seq, desk.tag), repeated: !isNew };
}

function writeMessage(desk: Desk, message: InboundMessage): Received {
  const at = message.receivedAt ?? desk.now();
  const seq = desk.nextSequence();
  const chat = message.group ?? personOf(message.from);
  const inserted = insertMessage(desk.sql, {
    seq,
    opens: !hasMessages(desk.sql, chat),
    chat,
    direction: "inbound",
    number: message.to,
    channel: message.channel,
    account: message.accountId,
    status: "received",
    text: message.text,
    sid: message.providerId,
    createdAt: at,
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
      carrier: { ...message.detail, reply_to: findQuoted(desk, chat, message) },
      ...(message.group === undefined ? {} : { sender: message.from }),
    },
  });
  if (inserted === null) {
    const known = findMessageBySid(desk.sql, message.providerId);
    return { messageId: rowId("msg", known?.seq ?? seq, desk.tag), repeated: true };
  }
  emitStatus(desk, inserted, message.toldOrganization === true ? "api_key" : "all");
  touchChat(desk.sql, {
    chat,
    address: message.channel === "rcs" || message.group !== undefined ? chat : message.from,
    contactId: desk.outside.newId("con"),
    seq,
    at,
    direction: "inbound",
    stickTo: desk.snapshot.selection.sticky ? message.to : null,
    repliedTo: message.to,
  });
  noteHeard(desk.sql, message.to, chat, at, message.channel === "whatsapp");
  desk.noteActive(message.to);
  desk.noteWritten(seq);
  // What somebody says in a group is said to the group.
  if (message.group === undefined) heed(desk, message, chat, seq);
  return { messageId: rowId("msg", seq, desk.tag), repeated: false };
}

function heed(desk: Desk, message: InboundMessage, chat: string, seq: number | null): void {
  noteOptOut(desk, message);
  const at = message.receivedAt ?? message.writtenAt ?? desk.now();
  const keyword = keywordOf(message);
  const kind = keyword === "stop" || keyword === "start" ? keyword : "reply";
  noteAnswer(desk, chat, { kind, text: message.text, seq, at, toAccount: message.toAccount === true });
}

/** A receiver knows the messages by our ids. */
function findQuoted(desk: Desk, chat: string, { detail }: InboundMessage): Quoted | null {
  const quoted = readQuoted(detail.reply_to ?? null);
  const row = quoted === null ? null : findMessageOfChat(desk.sql, chat, quoted.guid);
  return quoted === null ? null : { ...quoted, message_id: row === null ? null : rowId("msg", row.seq, desk.tag) };
}

/**
 * STOP and START hold for the whole pool: another of its numbers never writes to a person who opted out. START to an account's RCS agent takes back what STOP to
 * it said, and nothing that the person said to a number of the pool itself, which may be another brand's. A START that came in before the person opted out
 * elsewhere is not their last word.
 */
function noteOptOut(desk: Desk, message: InboundMessage): void {
  const keyword = keywordOf(message);
  const { to: number } = message;
  const chat = personOf(message.from);
  const source = message.toAccount === true ? "agent_keyword" : "keyword";
  if (keyword === "stop") recordOptOut(desk, { chat, number, source });
  if (keyword !== "start") return;
  const row = findChat(desk.sql, chat);
  const isOutdated = message.receivedAt !== undefined && message.receivedAt < (row?.opted_out_at ?? 0);
  if (isOutdated || (message.toAccount === true && row?.opted_out_by !== source)) return;
  liftOptOut(desk, { chat, number, source });
}
