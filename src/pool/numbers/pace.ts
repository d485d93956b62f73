import { type Draft, leavesAt } from "../../domain/message.ts";
import { takeToken } from "../../domain/pacing.ts";
import type { SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { dropMark, readMark, saveMark } from "../ledger/marks.ts";
import { lastDepartures, lastSlot, lastSlotUpTo, moveWaiting, waitingOfNumber } from "../ledger/pace.ts";

/** So many messages are booked anew at once. */
const rebookedAtOnce = 500;

/** Departures of the drafts of one request, in order, and until when its number is booked with them (null for an unpaced one). */
export type Booking = { dueAts: number[]; bookedUntil: number | null };

/**
 * Returns when each draft of a request may leave: a paced number's messages one interval apart behind those that wait, a scheduled one at its own time.
 * Nothing is booked until `keepBooking`.
 */
export function bookDepartures(
  desk: Desk,
  drafts: readonly Pick<Draft, "sendAt" | "quietUntil">[],
  number: SenderNumber,
): Booking {
  const now = desk.now();
  const { messagesPerSecond } = number;
  let free = messagesPerSecond === null ? now : earliestSlot(desk, number.address);
  const dueAts = drafts.map((draft) => {
    const notBefore = leavesAt(draft);
    if (notBefore !== null) return Math.max(notBefore, now);
    const dueAt = Math.ceil(free);
    if (messagesPerSecond !== null) free += 1000 / messagesPerSecond;
    return dueAt;
  });
  return { dueAts, bookedUntil: messagesPerSecond === null ? null : free };
}

/** Keeps a booking once its messages are written. */
export function keepBooking(desk: Desk, number: string, booking: Booking): void {
  if (booking.bookedUntil !== null) desk.bookedUntil.set(number, booking.bookedUntil);
}

/** Returns when a further message of a number might leave at the earliest, by its pace alone. */
export function nextSlot(desk: Desk, { address, messagesPerSecond }: SenderNumber): number {
  return messagesPerSecond === null ? desk.now() : Math.ceil(earliestSlot(desk, address));
}

function earliestSlot(desk: Desk, number: string): number {
  return Math.max(desk.now(), desk.bookedUntil.get(number) ?? 0, restingUntil(desk, number) ?? 0);
}

/** Books what waits anew, in order, one interval apart from `now` on (epoch milliseconds): what a number sent last then counts as sent now. */
export function bookAnew(desk: Desk, now: number): void {
  for (const bucket of desk.tokens.values()) bucket.updatedAt = Math.min(bucket.updatedAt, now);
  for (const number of desk.snapshot.numbers) if (desk.queueDepth.has(number.address)) rebook(desk, number);
}

/** Gives the slot of a cancelled message back where it was the last one booked, or the last that waited. */
export function giveBack(desk: Desk, number: string, dueAt: number | null): void {
  const booked = desk.bookedUntil.get(number);
  if (booked === undefined) return;
  const pace = desk.findNumber(number)?.messagesPerSecond ?? null;
  if (pace === null || (desk.queueDepth.get(number) ?? 0) === 0) desk.bookedUntil.delete(number);
  else if (dueAt !== null && booked - dueAt <= 1000 / pace) desk.bookedUntil.set(number, dueAt);
}

/** Spends the number's token for a message that leaves now. */
export function spendToken(desk: Desk, number: string): void {
  const pace = desk.findNumber(number)?.messagesPerSecond ?? null;
  const taken = takeToken(desk.tokens.get(number) ?? null, pace, desk.now());
  if (taken.ok && taken.bucket !== null) desk.tokens.set(number, taken.bucket);
}

/** Returns the numbers from which nothing may leave now, with the time from which it may. */
export function restingNumbers(desk: Desk): Map<string, number> {
  const resting = new Map<string, number>();
  for (const number of desk.tokens.keys()) {
    const until = restingUntil(desk, number);
    if (until === null) desk.tokens.delete(number);
    else resting.set(number, until);
  }
  return resting;
}

/** A number without a bucket, or with a full one, is free. */
function restingUntil(desk: Desk, number: string): number | null {
  const bucket = desk.tokens.get(number);
  const pace = desk.findNumber(number)?.messagesPerSecond ?? null;
  if (bucket === undefined || pace === null) return null;
  const now = desk.now();
  const taken = takeToken(bucket, pace, now);
  return taken.ok ? null : now + taken.waitMs;
}

/**
 * Remembers, when the object wakes, what it knew of its paced numbers: the slots that are booked, and when each last sent, so that a restart is no leave to
 * send sooner. A number of which it is not known, while messages of it wait, rests one interval.
 */
export function restorePace(desk: Desk): void {
  const paced = desk.snapshot.numbers.filter((number) => number.messagesPerSecond !== null);
  if (paced.length === 0) return;
  const left = lastDepartures(desk.sql);
  for (const { address, messagesPerSecond } of paced) {
    const slot = lastSlot(desk.sql, address);
    if (slot !== null && messagesPerSecond !== null) desk.bookedUntil.set(address, slot + 1000 / messagesPerSecond);
    const leftAt = left.get(address) ?? (slot === null ? null : desk.now());
    if (leftAt !== null) desk.tokens.set(address, { tokens: 0, updatedAt: leftAt });
  }
}

/**
 * Books what waits on a number anew after its pace was changed: in order, one new interval apart, or at once where it is unlimited now. A slice of it at once,
 * the rest with the alarms that follow, each long before it is due.
 */
export function rebook(desk: Desk, number: SenderNumber): void {
  desk.bookedUntil.delete(number.address);
  saveMark(desk.sql, `rebook_${number.address}`, 0);
  desk.rebooking.add(number.address);
  rebookSlice(desk, number);
}

/** Goes on with the numbers whose waiting messages are being booked anew. */
export function goOnRebooking(desk: Desk): void {
  for (const address of desk.rebooking) {
    const number = desk.findNumber(address);
    if (number === null) endRebooking(desk, address);
    else rebookSlice(desk, number);
  }
}

/** Returns now where messages are still to be booked anew, else null. */
export function nextRebookingAt(desk: Desk): number | null {
  return desk.rebooking.size > 0 ? desk.now() : null;
}

function rebookSlice(desk: Desk, number: SenderNumber): void {
  const { address, messagesPerSecond } = number;
  const after = readMark(desk.sql, `rebook_${address}`) ?? 0;
  const rows = waitingOfNumber(desk.sql, address, after, rebookedAtOnce);
  const last = after === 0 ? null : lastSlotUpTo(desk.sql, address, after);
  const interval = messagesPerSecond === null ? 0 : 1000 / messagesPerSecond;
  desk.bookedUntil.set(address, last === null ? 0 : last + interval);
  const drafts = rows.map(() => ({ sendAt: null }));
  const booking = bookDepartures(desk, drafts, number);
  desk.transact(() => {
    rows.forEach((row, index) => {
      const dueAt = booking.dueAts[index] ?? row.due_at;
      if (dueAt !== row.due_at) moveWaiting(desk.sql, address, row, dueAt);
    });
    saveMark(desk.sql, `rebook_${address}`, rows.at(-1)?.seq ?? after);
  });
  desk.bookedUntil.delete(address);
  if (rows.length < rebookedAtOnce) endRebooking(desk, address);
  if (booking.bookedUntil === null || (desk.queueDepth.get(address) ?? 0) === 0) return;
  // What is accepted meanwhile comes behind all that waits.
  const behindAll = rows.length < rebookedAtOnce ? 0 : desk.now() + (desk.queueDepth.get(address) ?? 0) * interval;
  desk.bookedUntil.set(address, Math.max(booking.bookedUntil, behindAll));
}

function endRebooking(desk: Desk, address: string): void {
  desk.rebooking.delete(address);
  dropMark(desk.sql, `rebook_${address}`);
}
