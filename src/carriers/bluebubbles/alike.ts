import type { Outgoing, Sought, Watermark } from "../carrier.ts";
import { nameOfFile } from "./files.ts";
import type { MacChat, MacRow } from "./shapes.ts";
import { channelOf, chatKey, effectId, plainAddress, plainText } from "./words.ts";

/** Whether a row is what was sent: surely as far as anything can be, perhaps, or surely not. */
export type Likeness = "same" | "maybe" | "other";

/** How far the Mac's clock may be from ours where it said so, and where it did not, in milliseconds. */
const slackMs = { known: 10_000, unknown: 10 * 60_000 };

/** Compares a row with what left, by everything that the row keeps of it. `clockAheadMs` is the Mac's clock against true time, null where unknown. */
export function compareRow(
  sought: Pick<Sought, "to" | "text" | "mediaUrls" | "extras" | "chat">,
  row: MacRow,
  watermark: Watermark,
  clockAheadMs: number | null,
): Likeness {
  const verdicts: Likeness[] = [
    row.isFromMe && !row.itemType && row.associatedMessageGuid === null ? "same" : "other",
    plainText(row.text) === plainText(wordsOf(sought)) ? "same" : "other",
    compareMark(row, watermark),
    compareDate(row, watermark, clockAheadMs),
    compareFiles(sought, row),
    compareManner(sought, row),
    compareChat(sought, row.chats?.[0] ?? null),
  ];
  if (verdicts.includes("other")) return "other";
  return verdicts.includes("maybe") ? "maybe" : "same";
}

/** Returns all the words of a message, also where it is made of parts. */
export function wordsOf({ text, extras }: Pick<Outgoing, "text" | "extras">): string | null {
  if (extras.parts === undefined) return text;
  return extras.parts.map((part) => ("text" in part ? part.text : "")).join("");
}

function compareMark({ originalROWID }: MacRow, { mark }: Watermark): Likeness {
  return mark === null || originalROWID > Number(mark) ? "same" : "other";
}

/** A row of before may come late: another device's, through iCloud. It has its own date. */
function compareDate({ dateCreated }: MacRow, { at }: Watermark, clockAheadMs: number | null): Likeness {
  const early = at - dateCreated + (clockAheadMs ?? 0);
  if (early <= slackMs.known) return "same";
  return clockAheadMs === null && early <= slackMs.unknown ? "maybe" : "other";
}

/** Files are joined to a row a little after it was written. Another name may be what Messages made of ours, or somebody else's file. */
function compareFiles({ mediaUrls, extras }: Pick<Sought, "mediaUrls" | "extras">, row: MacRow): Likeness {
  const names =
    extras.parts?.flatMap((part) => ("url" in part ? [part.name ?? nameOfFile(part.url)] : [])) ??
    mediaUrls.map(nameOfFile);
  const files = row.attachments.filter(({ hideAttachment }) => !hideAttachment);
  if (files.length !== names.length) return files.length === 0 ? "maybe" : "other";
  return files.every(({ transferName }) => transferName === null || names.includes(transferName)) ? "same" : "maybe";
}

/** A reply to a reply names the first message of the thread, not the one that was answered; SMS has no effects. */
function compareManner({ extras }: Pick<Sought, "extras">, row: MacRow): Likeness {
  const effect = extras.effect === undefined || isPlain(row) ? null : effectId(extras.effect);
  if (row.expressiveSendStyleId !== effect)
    return effect !== null && row.expressiveSendStyleId === null ? "maybe" : "other";
  const answered = extras.replyTo?.providerId ?? null;
  if (row.threadOriginatorGuid === answered) return "same";
  return answered !== null && row.threadOriginatorGuid !== null ? "maybe" : "other";
}

function isPlain({ handle, chats }: MacRow): boolean {
  const channel = channelOf(handle?.service, chats?.[0]?.guid ?? null);
  return channel === "sms" || channel === "rcs";
}

/** A row that is not joined to its chat yet may be anybody's. */
function compareChat({ to, chat }: Pick<Sought, "to" | "chat">, actual: MacChat | null): Likeness {
  if (actual === null) return "maybe";
  if (chat?.id != null && chatKey(chat.id) === chatKey(actual.guid)) return "same";
  if (chat?.members == null) return isDirectWith(actual, to) ? "same" : "other";
  if (actual.style !== 43) return "other";
  if (chat.id !== null) return "other";
  if (actual.participants == null || actual.participants.length === 0) return "maybe";
  return hasMembers(actual, chat.members) ? "same" : "other";
}

function isDirectWith(chat: MacChat, address: string): boolean {
  const identifier = chat.chatIdentifier ?? chatKey(chat.guid).replace(/^-;/, "");
  return chat.style === 45 && plainAddress(identifier) === plainAddress(address);
}

/** Says whether a group has exactly these members beside ourselves. */
function hasMembers(chat: MacChat, members: readonly string[]): boolean {
  const actual = new Set(chat.participants?.map(({ address }) => plainAddress(address)));
  const wanted = new Set(members.map(plainAddress));
  return actual.size === wanted.size && [...wanted].every((member) => actual.has(member));
}
