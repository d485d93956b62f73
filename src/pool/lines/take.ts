import type { Change, MessagePart, RowContent } from "../../carriers/carrier.ts";
import type { Reaction } from "../../domain/message.ts";
import { personOf } from "../../domain/person.ts";
import type { Account } from "../../domain/snapshot.ts";
import type { Quoted } from "../../domain/whatsapp-facts.ts";
import type { Desk } from "../desk.ts";
import { heedOnce, isHeeded } from "../ledger/blocks.ts";
import { findMessageBySid } from "../ledger/by-sid.ts";
import { findChat, touchChat } from "../ledger/chats.ts";
import { findGroup, updateGroup } from "../ledger/groups.ts";
import { unsettledTo } from "../ledger/line-rows.ts";
import { hastenLook } from "../ledger/looks.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { insertMessage, updateMessage, writeText } from "../ledger/messages.ts";
import { keepSaid } from "../numbers/caps.ts";
import { noteReaction } from "../receiving/react.ts";
import { receiveMessage } from "../receiving/receive.ts";
import { countryCounted } from "../sending/send-limits.ts";
import { applyLate, applyReport } from "../settling/report.ts";
import { emitChatEvent, emitMessageEvent } from "../telling/outbox.ts";
import { chatOf, type KnownGroups } from "./chats.ts";
import { attachmentOf, type FileLinks } from "./files.ts";
import { findGivenUp } from "./given-up.ts";

/** What was found out of rows before the transaction that takes them in. */
export type Known = { groups: KnownGroups; links: FileLinks; icons: FileLinks };
type Of<Kind extends Change["kind"]> = Extract<Change, { kind: Kind }>;

/** Takes one row of a Mac in, in the caller's transaction; a repeat changes nothing. Answers false for a row that cannot be judged yet: it is told again with the next look. */
export function takeChange(desk: Desk, account: Account, change: Change, known: Known): boolean {
  if (desk.findNumber(change.line)?.accountId !== account.id) return true;
  switch (change.kind) {
    case "received":
      takeReceived(desk, account, change, known);
      return true;
    case "own":
      return takeOwn(desk, account, change, known);
    case "reaction":
      takeReaction(desk, change);
      return true;
    case "edited":
    case "unsent":
      takeEdit(desk, change);
      return true;
    case "group":
      takeGroupChange(desk, account, change, known);
      return true;
  }
}

function takeReceived(desk: Desk, account: Account, change: Of<"received">, known: Known): void {
  if (change.chat === null) {
    noteOrphan(desk, account, change);
    return;
  }
  // What was forgotten here stands on the Mac as before.
  if (findMessageBySid(desk.sql, change.providerId) !== null || isHeeded(desk.sql, change.providerId)) return;
  const chat = chatOf(desk, account.id, change.chat, known.groups, change.at);
  const sender = personOf(change.sender);
  receiveMessage(desk, {
    providerId: change.providerId,
    accountId: account.id,
    from: sender,
    to: change.line,
    channel: change.channel,
    text: change.text,
    attachments: change.files.map((file) => attachmentOf(file, known.links)),
    verified: true,
    optOutType: null,
    detail: {
      ...factsOf(change),
      sent_at: change.at,
      reply_to: change.replyTo === null ? null : { message_id: null, ...guidOf(change.replyTo) },
    },
    ...(chat === sender ? {} : { group: chat }),
    writtenAt: change.at,
  });
}

/** Whose chat never came is told to nobody: it may be a group's, and what a person deleted on the Mac or iCloud left halfway looks just so. */
function noteOrphan({ outside }: Desk, account: Account, { providerId, line }: Of<"received">): void {
  outside.log({ level: "warn", event: "row_without_chat", account: account.id, line, guid: providerId });
}

function factsOf({ effect, filtered }: RowContent): Record<string, unknown> {
  return { ...(effect === null ? {} : { effect }), ...(filtered ? { filtered } : {}) };
}

function guidOf({ providerId, partIndex }: MessagePart): Pick<Quoted, "guid" | "part_index"> {
  return { guid: providerId, part_index: partIndex };
}

/**
 * What went out from a line is a message of ours by its id, or one whose answer is still out, which the look for it decides, or one that was given up; else a person
 * wrote it on a device. Nothing is decided while a message of ours to this chat is on its way or not settled.
 */
function takeOwn(desk: Desk, account: Account, change: Of<"own">, known: Known): boolean {
  const ours = findMessageBySid(desk.sql, change.providerId);
  if (ours !== null) {
    if (change.chat?.kind === "group") chatOf(desk, account.id, change.chat, known.groups);
    applyReport(desk, ours.seq, change.state);
    return true;
  }
  // The row of a try that was given up for another way is nobody's message, and that of one that was forgotten.
  if (change.chat === null || isHeeded(desk.sql, change.providerId)) return true;
  const chat = chatOf(desk, account.id, change.chat, known.groups, change.at);
  const unsettled = unsettledTo(desk.sql, account.id, chat);
  if (unsettled.length > 0 || isLeavingTo(desk, chat)) {
    for (const seq of unsettled) hastenLook(desk.sql, account.id, seq, desk.now());
    desk.clock.arm(desk.now());
    return false;
  }
  const late = findGivenUp(desk, chat, change);
  if (late === null) takeDeviceMessage(desk, { account, chat, known }, change);
  else applyLate(desk, late.seq, change.state);
  return true;
}

function isLeavingTo(desk: Desk, chat: string): boolean {
  for (const leaving of desk.leaving.values()) if (leaving.chat === chat) return true;
  return false;
}

/** A message that a person typed on a phone or Mac of the same Apple ID. */
function takeDeviceMessage(
  desk: Desk,
  { account, chat, known }: { account: Account; chat: string; known: Known },
  change: Of<"own">,
): void {
  const seq = desk.nextSequence();
  const status = change.state.status ?? "sent";
  const row = insertMessage(desk.sql, {
    seq,
    chat,
    direction: "outbound",
    number: change.line,
    channel: change.channel,
    account: account.id,
    status,
    text: change.text,
    sid: change.providerId,
    createdAt: desk.now(),
    dueAt: null,
    country: countryCounted(desk, null),
    opens: (findChat(desk.sql, chat)?.last_seq ?? null) === null,
    detail: {
      attachments: change.files.map((file) => attachmentOf(file, known.links)),
      metadata: null,
      sendAt: null,
      segments: 1,
      encoding: null,
      deliveryReport: "expected",
      verified: true,
      trace: null,
      extras: {},
      carrier: { source: "device", ...factsOf(change) },
    },
  });
  if (row === null) return;
  updateMessage(desk.sql, seq, { sent_at: change.at });
  emitMessageEvent(desk, { ...row, sent_at: change.at }, "message.device_sent");
  desk.noteWritten(seq);
  touchChat(desk.sql, {
    chat,
    contactId: desk.outside.newId("con"),
    seq,
    at: desk.now(),
    direction: "outbound",
    stickTo: desk.snapshot.selection.sticky ? change.line : null,
  });
  desk.noteActive(change.line);
  const number = desk.findNumber(change.line);
  if (number !== null) keepSaid(desk, number, { to: chat, text: change.text });
}

function takeReaction(desk: Desk, change: Of<"reaction">): void {
  const target = findMessageBySid(desk.sql, change.target.providerId);
  if (target === null || !heedOnce(desk.sql, change.providerId, desk.now())) return;
  const reaction: Reaction = {
    reaction: change.reaction,
    is_added: change.isAdded,
    time_sent: change.at,
    sender: change.sender === null ? null : personOf(change.sender),
  };
  noteReaction(desk, target, reaction, change.target.partIndex);
}

/** A text that its writer changed, or took back in part or whole: the message says so, and those who name the event hear of it. */
function takeEdit(desk: Desk, change: Of<"edited"> | Of<"unsent">): void {
  const row = findMessageBySid(desk.sql, change.providerId);
  if (row === null || isKnownEdit(row, change)) return;
  const detail = JSON.parse(row.detail) as Detail;
  const carrier =
    change.kind === "edited"
      ? { ...detail.carrier, edited_at: change.editedAt, original_text: detail.carrier?.original_text ?? row.text }
      : { ...detail.carrier, unsent_parts: change.partIndexes, unsent: change.whole };
  updateMessage(desk.sql, row.seq, { detail: JSON.stringify({ ...detail, carrier } satisfies Detail) });
  const changed = change.kind === "edited" ? writeText(desk.sql, row.seq, change.text) : row;
  const name = change.kind === "edited" ? "message.edited" : "message.unsent";
  const more =
    change.kind === "edited"
      ? { edited_at: change.editedAt, original_text: row.text }
      : { part_indexes: change.partIndexes };
  emitMessageEvent(desk, changed ?? row, name, { more });
}

function isKnownEdit(row: MessageRow, change: Of<"edited"> | Of<"unsent">): boolean {
  const { carrier } = JSON.parse(row.detail) as Detail;
  return change.kind === "edited"
    ? row.text === change.text || Number(carrier?.edited_at ?? 0) >= change.editedAt
    : JSON.stringify(carrier?.unsent_parts) === JSON.stringify(change.partIndexes);
}

function takeGroupChange(desk: Desk, account: Account, change: Of<"group">, known: Known): void {
  if (change.chat?.kind !== "group" || !heedOnce(desk.sql, change.providerId, desk.now())) return;
  const before = change.chat;
  // Its name as it was stands here until the change itself is taken in.
  const chat = chatOf(desk, account.id, { ...before, name: null }, known.groups);
  const group = findGroup(desk.sql, chat);
  const base = { external_id: chat, internal_id: change.line, group_id: chat };
  if (change.change === "renamed") {
    updateGroup(desk.sql, chat, { name: change.name });
    emitChatEvent(desk, "group.name_changed", { ...base, name: change.name, previous_name: group?.name ?? null });
  }
  if (change.change === "icon_changed" || change.change === "icon_removed") {
    const previous_icon_url = group?.icon_url ?? null;
    const icon_url = change.change === "icon_removed" ? null : (known.icons.get(before.id) ?? null);
    updateGroup(desk.sql, chat, { icon_url });
    emitChatEvent(desk, "group.icon_changed", { ...base, icon_url, previous_icon_url });
  }
}
