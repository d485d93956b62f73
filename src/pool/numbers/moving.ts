import { applyRotation } from "../../domain/selection/rotation.ts";
import type { SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { findChat } from "../ledger/chats.ts";
import { dropMark, readMark, saveMark } from "../ledger/marks.ts";
import type { Detail, MessageRow } from "../ledger/messages.ts";
import { changeSender, untriedOfAccounts, waitsBehind } from "../ledger/pace.ts";
import { saveRotation } from "../ledger/rotation.ts";
import { chooseNow } from "./choose.ts";
import { type Booking, bookDepartures, keepBooking } from "./pace.ts";

/** So many messages are chosen for again at once. */
const movedAtOnce = 100;

type Move = { from: string; to: SenderNumber; booking: Booking };

/** Begins to move what waits untried on refused accounts, where the key wishes it; the alarms that follow do it. */
export function startMoving(desk: Desk): void {
  if (isWished(desk)) saveMark(desk.sql, "moved_up_to", 0);
}

/** Moves a slice of what waits untried on refused accounts to numbers that can carry it, in one transaction. */
export function goOnMoving(desk: Desk): void {
  const after = readMark(desk.sql, "moved_up_to");
  if (after === null) return;
  if (isWished(desk)) moveSlice(desk, after);
  else dropMark(desk.sql, "moved_up_to");
}

function moveSlice(desk: Desk, after: number): void {
  const accounts = refusedAccounts(desk);
  const rows = untriedOfAccounts(desk.sql, accounts, after, movedAtOnce);
  const before = { rotation: desk.rotation, booked: new Map(desk.bookedUntil), depth: new Map(desk.queueDepth) };
  try {
    desk.outside.storage.transactionSync(() => {
      for (const row of rows) if (!waitsBehind(desk.sql, row, accounts)) moveOne(desk, row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < movedAtOnce) dropMark(desk.sql, "moved_up_to");
      else saveMark(desk.sql, "moved_up_to", last.seq);
    });
  } catch (error) {
    restore(desk, before);
    throw error;
  }
}

/** Returns now where messages are still to be moved, else null. */
export function nextMovingAt(desk: Desk): number | null {
  return readMark(desk.sql, "moved_up_to") === null ? null : desk.now();
}

function isWished(desk: Desk): boolean {
  const { moveWaiting = false, status } = desk.snapshot.apiKey;
  return moveWaiting && status !== "revoked" && refusedAccounts(desk).length > 0;
}

function refusedAccounts(desk: Desk): string[] {
  return desk.snapshot.accounts.filter(({ refused }) => refused).map(({ id }) => id);
}

function moveOne(desk: Desk, row: MessageRow): void {
  const detail = JSON.parse(row.detail) as Detail;
  const wish = { to: row.chat, channel: channelOf(row), fromNumber: null, media: detail.attachments.length > 0 };
  const choice = chooseNow(desk, wish, findChat(desk.sql, row.chat));
  if (!choice.ok || desk.findAccount(choice.number.accountId)?.refused !== false) return;
  const { number, trace } = choice;
  const booking = bookDepartures(desk, [{ sendAt: null }], number);
  const moved = `Moved from ${row.number}, where it waited untried: the credentials of its account are refused.`;
  const note = trace.note === null ? moved : `${moved} ${trace.note}`;
  changeSender(desk.sql, row, {
    number: number.address,
    account: number.accountId,
    channel: number.channel,
    // An unpaced number gives it no later turn: its waiting counts from when it first could have left.
    dueAt: number.messagesPerSecond === null ? (row.due_at ?? desk.now()) : (booking.dueAts[0] ?? desk.now()),
    detail: JSON.stringify({ ...detail, trace: { ...trace, note } } satisfies Detail),
  });
  if (choice.rotation !== null) saveRotation(desk.sql, choice.rotation);
  desk.rotation = applyRotation(desk.rotation, choice.rotation);
  remember(desk, { from: row.number, to: number, booking });
}

function channelOf({ channel }: MessageRow): "sms" | "whatsapp" {
  return channel === "whatsapp" ? "whatsapp" : "sms";
}

function remember(desk: Desk, { from, to, booking }: Move): void {
  keepBooking(desk, to.address, booking);
  desk.countWaiting(from, -1);
  desk.countWaiting(to.address, 1);
}

type Remembered = {
  rotation: Desk["rotation"];
  booked: ReadonlyMap<string, number>;
  depth: ReadonlyMap<string, number>;
};

function restore(desk: Desk, { rotation, booked, depth }: Remembered): void {
  desk.rotation = rotation;
  desk.bookedUntil.clear();
  for (const [number, until] of booked) desk.bookedUntil.set(number, until);
  desk.queueDepth.clear();
  for (const [number, count] of depth) desk.queueDepth.set(number, count);
}
