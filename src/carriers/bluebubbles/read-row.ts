import type { Change, ChatPlace, GroupChange, HistoryRow, MessagePart, ReceivedFile, RowContent } from "../carrier.ts";
import type { MacChat, MacRow } from "./shapes.ts";
import { readState } from "./states.ts";
import { channelOf, chatKey, effectOf, plainAddress, plainText, readTapback } from "./words.ts";

const linkPreview = "com.apple.messages.URLBalloonProvider";
/** On the Mac's disk; before, a file is still in iCloud. */
const onDisk = 5;

/** Returns what a row is, in the order of what decides: a change of a group, a tapback, a part of another message, then a message; and that it was edited or taken back. */
export function readRow(row: MacRow, chat: MacChat | null, line: string): Change[] {
  const place: HistoryRow = {
    row: row.originalROWID,
    providerId: row.guid,
    at: row.dateCreated,
    chat: chat === null ? null : placeOf(chat),
    line,
  };
  const sender = senderOf(row, chat);
  if (row.itemType) return readGroupChange(row, place, sender);
  if (row.associatedMessageType != null) return readReaction(row, place, sender);
  // The preview of a link is a second row that points to the message.
  if (row.balloonBundleId === linkPreview && row.associatedMessageGuid !== null) return [];
  const content = contentOf(row, chat);
  const message: Change = row.isFromMe
    ? { ...place, kind: "own", state: readState({ ...row, chats: chat === null ? [] : [chat] }), ...content }
    : { ...place, kind: "received", sender: sender ?? "", ...content };
  const changes = readChanges(row, place, sender);
  const isGone = changes.some((change) => change.kind === "unsent" && change.whole);
  return isGone && !row.isFromMe ? changes : [message, ...changes];
}

/** Returns what was done to a message after it was written. */
function readChanges(row: MacRow, place: HistoryRow, sender: string | null): Change[] {
  if (row.dateEdited === null || row.dateEdited === 0) return [];
  const partIndexes = row.messageSummaryInfo?.[0]?.retractedParts ?? [];
  const whole = row.partCount === 0;
  if (partIndexes.length > 0 || whole) return [{ ...place, kind: "unsent", partIndexes, whole, sender }];
  return [{ ...place, kind: "edited", text: textOf(row), editedAt: row.dateEdited, sender }];
}

/** Says whether a row was read before all of it was written: its chat, its words or files may come a little later. */
export function isPart(row: MacRow, chat: MacChat | null): boolean {
  if (chat === null) return true;
  if (row.isFromMe || row.itemType || row.associatedMessageType != null) return false;
  const files = filesOf(row);
  if (files.some(({ transferState }) => transferState !== null && transferState !== onDisk)) return true;
  return files.length === 0 && textOf(row) === null && row.balloonBundleId === null && row.partCount !== 0;
}

function placeOf(chat: MacChat): ChatPlace {
  const identifier = chat.chatIdentifier || chatKey(chat.guid).slice(2);
  const { guid: id } = chat;
  if (chat.style === 43) return { id, key: identifier, kind: "group", name: chat.displayName || null };
  return { id, key: identifier, kind: "direct", address: plainAddress(identifier) };
}

/** In a chat with one person, the Mac need not say who wrote. */
function senderOf(row: MacRow, chat: MacChat | null): string | null {
  if (row.isFromMe) return null;
  if (row.handle != null) return plainAddress(row.handle.address);
  return chat !== null && chat.style === 45 ? plainAddress(chat.chatIdentifier ?? "") : "";
}

function readGroupChange(row: MacRow, place: HistoryRow, sender: string | null): Change[] {
  const change = groupChangeOf(row.itemType, row.groupActionType);
  if (change === null) return [];
  return [{ ...place, kind: "group", change, name: change === "renamed" ? row.groupTitle : null, sender }];
}

function groupChangeOf(itemType: number | null, action: number | null): GroupChange | null {
  if (itemType === 1) return action === 1 ? "member_removed" : "member_added";
  if (itemType === 2) return "renamed";
  if (itemType !== 3) return null;
  if (action === 1) return "icon_changed";
  return action === 2 ? "icon_removed" : "member_left";
}

function readReaction(row: MacRow, place: HistoryRow, sender: string | null): Change[] {
  const tapback = readTapback(row.associatedMessageType ?? "", row.text);
  const target = readTarget(row.associatedMessageGuid);
  return tapback === null || target === null ? [] : [{ ...place, kind: "reaction", ...tapback, target, sender }];
}

/** `p:<part>/<id>`, `bp:<id>` or the id alone. */
function readTarget(text: string | null): MessagePart | null {
  const read = /^(?:p:(\d+)\/|bp:)?(.+)$/.exec(text ?? "");
  return read?.[2] === undefined ? null : { providerId: read[2], partIndex: Number(read[1] ?? 0) };
}

function contentOf(row: MacRow, chat: MacChat | null): RowContent {
  const root = row.threadOriginatorGuid;
  const partIndex = Number.parseInt(row.threadOriginatorPart ?? "0", 10) || 0;
  return {
    text: textOf(row),
    channel: channelOf(row.handle?.service, chat?.guid ?? null),
    files: filesOf(row).map(({ file }) => file),
    replyTo: root === null ? null : { providerId: root, partIndex },
    effect: effectOf(row.expressiveSendStyleId),
    filtered: row.isSpam || chat?.isFiltered === true,
  };
}

function filesOf(row: MacRow): { file: ReceivedFile; transferState: number | null }[] {
  return row.attachments
    .filter(({ hideAttachment }) => !hideAttachment)
    .map(({ guid, transferName, mimeType, totalBytes, transferState }) => ({
      file: { message: row.guid, file: guid, name: transferName, mimeType, size: totalBytes },
      transferState,
    }));
}

function textOf(row: MacRow): string | null {
  return plainText(row.text) || null;
}
