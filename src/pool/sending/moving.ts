import type { SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { findChat, moveContact } from "../ledger/chats.ts";
import { dropMark, saveMark } from "../ledger/marks.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { changeSender, firstOfLines, linesOf, untriedAmong, waitsBehind } from "../ledger/pace.ts";
import { saveRotation } from "../ledger/rotation.ts";
import { chooseNow } from "../numbers/choose.ts";
import { noteTry } from "../numbers/number-health.ts";
import { type Booking, bookDepartures, giveBack, keepBooking } from "../numbers/pace.ts";
import type { Chosen } from "./decide.ts";
import { needsTemplate } from "./limits.ts";
import { numbersOf, refusedAccounts } from "./waiting.ts";

/** So many messages are looked at at once. */
const lookedAtAtOnce = 100;

type Move = { row: MessageRow; choice: Chosen; booking: Booking };

/**
 * Begins to move what waits untried on refused accounts, where the key wishes it; `goOnMoving` and the alarms that follow do it. Until they are through, what was
 * accepted later in the same chats waits for it.
 */
export function startMoving(desk: Desk): void {
  if (!isWished(desk)) return;
  keepPlace(desk, 0);
  desk.clock.arm(desk.now());
}

/** As `startMoving`, but lets it be where it is under way: for an object that has just woken, and for a chat whose first waiting message is gone. */
export function resumeMoving(desk: Desk): void {
  if (desk.movedUpTo === null) startMoving(desk);
}

/** Moves a slice of what waits untried on refused accounts to numbers that can carry it, in one transaction. */
export function goOnMoving(desk: Desk): void {
  const after = desk.movedUpTo;
  if (after === null) return;
  if (!isWished(desk)) keepPlace(desk, null);
  else moveSlice(desk, after);
}

/** Returns now where messages are still to be moved, else null. */
export function nextMovingAt(desk: Desk): number | null {
  return desk.movedUpTo === null ? null : desk.now();
}

function isWished(desk: Desk): boolean {
  const { moveWaiting = false, status } = desk.snapshot.apiKey;
  return moveWaiting && status !== "revoked" && refusedAccounts(desk).length > 0;
}

function keepPlace(desk: Desk, upTo: number | null): void {
  if (upTo === null) dropMark(desk.sql, "moved_up_to");
  else saveMark(desk.sql, "moved_up_to", upTo);
  desk.movedUpTo = upTo;
}

function moveSlice(desk: Desk, after: number): void {
  const refused = numbersOf(desk, refusedAccounts(desk));
  const line = linesOf(desk.sql, refused, after, lookedAtAtOnce);
  const first = firstOfLines(desk.sql, refused) ?? 0;
  const before = remember(desk);
  try {
    desk.transact(() => {
      for (const row of untriedAmong(desk.sql, line)) {
        if (!isBound(desk, row) && !waitsBehind(desk.sql, row, first, refused)) moveOne(desk, row);
      }
      keepPlace(desk, line.length < lookedAtAtOnce ? null : (line.at(-1) ?? null));
    });
  } catch (error) {
    restore(desk, before);
    throw error;
  }
}

/** What is on its way to be tried, is for a line, whose people never hear from another one, or names what only its own account has: a Messaging Service, a template. */
function isBound(desk: Desk, { seq, channel, detail }: MessageRow): boolean {
  const { extras } = JSON.parse(detail) as Detail;
  return (
    desk.leaving.has(seq) ||
    channel === "imessage" ||
    extras.messagingServiceSid !== undefined ||
    extras.contentSid !== undefined
  );
}

function moveOne(desk: Desk, row: MessageRow): void {
  const { attachments, extras } = JSON.parse(row.detail) as Detail;
  const wish = { to: row.chat, channel: channelOf(desk, row), fromNumber: null, media: attachments.length > 0 };
  const choice = chooseNow(desk, wish, findChat(desk.sql, row.chat));
  if (!choice.ok || desk.findAccount(choice.number.accountId)?.refused !== false) return;
  if (needsTemplate(desk, { to: row.chat, extras, sendAt: null }, choice.number)) return;
  const move = { row, choice, booking: bookDepartures(desk, [{ sendAt: null }], choice.number) };
  writeMove(desk, move);
  countMove(desk, move);
}

function writeMove(desk: Desk, { row, choice, booking }: Move): void {
  const { number, rotation } = choice;
  changeSender(desk.sql, row, {
    number: number.address,
    account: number.accountId,
    channel: number.channel,
    dueAt: turnOf(desk, row, number, booking),
    detail: retell(row, choice),
  });
  noteTry(desk, number.address);
  desk.noteActive(number.address);
  if (rotation !== null) saveRotation(desk.sql, rotation);
  if (!choice.stick) return;
  moveContact(desk.sql, { chat: row.chat, number: number.address, at: desk.now(), movesOn: choice.handover });
}

/** An unpaced number gives it no later turn: its waiting counts from when it first could have left, and what still had to wait for one waits no more. */
function turnOf(desk: Desk, row: MessageRow, { messagesPerSecond }: SenderNumber, booking: Booking): number {
  const now = desk.now();
  return messagesPerSecond === null ? Math.min(row.due_at ?? now, now) : (booking.dueAts[0] ?? now);
}

function retell(row: MessageRow, { trace }: Chosen): string {
  const moved = `Moved from ${row.number}, where it waited untried: its account is refused.`;
  const note = trace.note === null ? moved : `${moved} ${trace.note}`;
  return JSON.stringify({ ...(JSON.parse(row.detail) as Detail), trace: { ...trace, note } } satisfies Detail);
}

/** What an agent without a Messaging Service was to send was asked for by RCS alone. */
function channelOf(desk: Desk, { channel, number }: MessageRow): "sms" | "whatsapp" | "rcs" {
  if (channel === "whatsapp") return channel;
  return channel === "rcs" && desk.findNumber(number)?.messagingServiceSid === null ? channel : "sms";
}

function countMove(desk: Desk, { row, choice, booking }: Move): void {
  desk.rotation.apply(choice.rotation);
  keepBooking(desk, choice.number.address, booking);
  desk.countWaiting(choice.number.address, 1);
  desk.countWaiting(row.number, -1);
  giveBack(desk, row.number, row.due_at);
}

type Remembered = {
  movedUpTo: Desk["movedUpTo"];
  rotation: Desk["rotation"];
  booked: ReadonlyMap<string, number>;
  depth: ReadonlyMap<string, number>;
};

function remember({ movedUpTo, rotation, bookedUntil, queueDepth }: Desk): Remembered {
  return { movedUpTo, rotation: rotation.copy(), booked: new Map(bookedUntil), depth: new Map(queueDepth) };
}

function restore(desk: Desk, { movedUpTo, rotation, booked, depth }: Remembered): void {
  desk.movedUpTo = movedUpTo;
  desk.rotation = rotation;
  desk.bookedUntil.clear();
  for (const [number, until] of booked) desk.bookedUntil.set(number, until);
  desk.queueDepth.clear();
  for (const [number, count] of depth) desk.queueDepth.set(number, count);
}
