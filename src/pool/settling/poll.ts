import type { MessageState } from "../../carriers/carrier.ts";
import { rowId, sequenceAt, timeOfSequence } from "../../domain/ids.ts";
import { nearPollMs, reconcileMs, statusPollsMs } from "../../domain/retry.ts";
import { isFinal } from "../../domain/status.ts";
import type { Desk } from "../desk.ts";
import { type Look, planLook, strikeLook } from "../ledger/looks.ts";
import { readMark, saveMark } from "../ledger/marks.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { findMessage, updateMessage } from "../ledger/messages.ts";
import { firstAfter, openMessages } from "../ledger/standing.ts";
import { applyReport, applyTruth } from "./report.ts";
import { leftLate } from "./settle.ts";

/** Sweeps are gathered: a message is asked for at most this much after its age. */
const sweepEveryMs = 10 * 60 * 1000;
const asksPerSlice = 20;
const asksAtOnce = 2;
const lastPoll = statusPollsMs.length - 1;
/** Which of two ends is true is asked for again where the carrier did not say, twice as late each time: for the last time after half a day. */
const truthAtMost = 10;
const lastAsksMs = 12 * 60 * 60 * 1000;

/**
 * Asks the carrier for what has no final status at the ages of `statusPollsMs`. Sequence numbers are sorted by time, so each age is one sweep along the
 * primary key with one mark: nothing is written per message, and a sweep that is cut goes on from its mark. After the last age a message stays as it is and
 * counts as never reported. One round at a time; never throws.
 */
export async function pollStates(desk: Desk): Promise<void> {
  if (desk.isPolling || desk.now() < (readMark(desk.sql, "swept_at") ?? 0)) return;
  desk.isPolling = true;
  const now = desk.now();
  try {
    let complete = true;
    for (const age of statusPollsMs.keys()) complete = (await sweep(desk, age, now)) && complete;
    if (complete) saveMark(desk.sql, "swept_at", now + sweepEveryMs);
  } catch (error) {
    desk.outside.log({ event: "poll_failed", error: String(error) });
  } finally {
    desk.isPolling = false;
  }
  const next = nextPollAt(desk);
  if (next !== null) desk.clock.arm(Math.max(next, desk.now() + 1_000));
}

/** Returns when the next sweep is due, or null when nothing was ever sent after the last one, or one is under way. */
export function nextPollAt(desk: Desk): number | null {
  if (desk.isPolling) return desk.now() + sweepEveryMs;
  const dues = statusPollsMs.map((ageMs, age) => {
    const next = firstAfter(desk.sql, readMark(desk.sql, `polled_${age}`) ?? 0);
    return next === null ? null : timeOfSequence(next) + ageMs + 1;
  });
  const known = dues.filter((due) => due !== null);
  if (known.length === 0) return null;
  return Math.max(Math.min(...known), readMark(desk.sql, "swept_at") ?? 0);
}

async function sweep(desk: Desk, age: number, now: number): Promise<boolean> {
  const from = readMark(desk.sql, `polled_${age}`) ?? 0;
  const upTo = sequenceAt(now - (statusPollsMs[age] ?? 0));
  const first = firstAfter(desk.sql, from);
  if (first === null || first > upTo) return true;
  const rows = openMessages(desk.sql, from, upTo, asksPerSlice);
  const asked = rows.filter((row) => !leftLate(row));
  while (asked.length > 0) await Promise.all(asked.splice(0, asksAtOnce).map((row) => askAtAge(desk, row, age)));
  const complete = rows.length < asksPerSlice;
  saveMark(desk.sql, `polled_${age}`, complete ? upTo : (rows.at(-1)?.seq ?? upTo));
  return complete;
}

/** What the carrier says when asked is the truth: it overrides what callbacks said. Where it says nothing, the message gets a look of its own. */
async function askAtAge(desk: Desk, row: MessageRow, age: number): Promise<void> {
  const known = await fetchFromCarrier(desk, row);
  desk.transact(() => {
    if (known !== null) applyReport(desk, row.seq, known);
    const look: Look = { account: row.account, due_at: desk.now(), seq: row.seq, kind: "state", n: age };
    if (known === null && askStateAgain(desk, look, row)) return;
    if (age === lastPoll) closeUnreported(desk, row.seq);
  });
}

/** Asks the carrier about one message whose time has come, and plans the next look where there is one. */
export async function askAbout(desk: Desk, look: Look, row: MessageRow): Promise<void> {
  const isOver = look.kind !== "truth" && isDone(row);
  const known = isOver ? null : await fetchFromCarrier(desk, row);
  desk.transact(() => {
    if (known !== null && look.kind === "truth") applyTruth(desk, row.seq, known);
    else if (known !== null) applyReport(desk, row.seq, known);
    strikeLook(desk.sql, look);
    if (look.kind !== "truth") planNext(desk, look, known !== null);
    else if (known === null) askForTruthAgain(desk, look);
  });
}

function askForTruthAgain(desk: Desk, look: Look): void {
  if (look.n === truthAtMost) return;
  const dueAt = desk.now() + reconcileMs.secondLook * 2 ** look.n;
  planLook(desk.sql, { ...look, due_at: dueAt, n: look.n + 1 });
  desk.clock.arm(dueAt);
}

function planNext(desk: Desk, look: Look, isAnswered: boolean): void {
  const row = findMessage(desk.sql, look.seq);
  if (row === null || isDone(row)) return;
  if (look.kind === "state" && !isAnswered && askStateAgain(desk, look, row)) return;
  if (look.kind === "state" && look.n === lastPoll) closeUnreported(desk, row.seq);
  // Where sweeps come by, only a look that failed was made up for.
  if (look.kind === "state" && !leftLate(row)) return;
  const age = look.kind === "near" ? nearPollMs(desk.now() - leftAt(row)) : (statusPollsMs[look.n + 1] ?? null);
  if (age === null) return;
  planLook(desk.sql, { ...look, due_at: leftAt(row) + age, n: look.n + 1 });
  desk.clock.arm(leftAt(row) + age);
}

function leftAt(row: MessageRow): number {
  return row.attempted_at ?? row.created_at;
}

/** A look that the carrier did not answer is made again, twice as late each time, until the next age comes, and after the last for half a day; false when that is over. */
function askStateAgain(desk: Desk, look: Look, row: MessageRow): boolean {
  const soughtAt = leftAt(row) + (statusPollsMs[look.n] ?? 0);
  const end = look.n === lastPoll ? soughtAt + lastAsksMs : leftAt(row) + (statusPollsMs[look.n + 1] ?? 0);
  const dueAt = desk.now() + Math.max(reconcileMs.secondLook, desk.now() - soughtAt);
  if (dueAt >= end) return false;
  planLook(desk.sql, { ...look, due_at: dueAt });
  desk.clock.arm(dueAt);
  return true;
}

/** Nothing more is to be learned: the end is known, or `sent` is the end of it. */
function isDone(row: MessageRow): boolean {
  if (isFinal(row.status)) return true;
  return row.status === "sent" && (JSON.parse(row.detail) as Detail).deliveryReport !== "expected";
}

async function fetchFromCarrier(desk: Desk, row: MessageRow): Promise<MessageState | null> {
  const account = desk.findAccount(row.account);
  if (account === null || row.sid === null) return null;
  try {
    const carrier = await desk.outside.carrierOf(account);
    return (await carrier.states([row.sid])).get(row.sid) ?? null;
  } catch (error) {
    desk.outside.log({ event: "ask_failed", message_id: rowId("msg", row.seq, desk.tag), error: String(error) });
    return null;
  }
}

/** Four days are all that operators take: what was not reported by then never will be, and `sent` is the end of it. */
function closeUnreported(desk: Desk, seq: number): void {
  const row = findMessage(desk.sql, seq);
  if (row === null || isFinal(row.status)) return;
  const detail = JSON.parse(row.detail) as Detail;
  updateMessage(desk.sql, seq, {
    detail: JSON.stringify({ ...detail, deliveryReport: "missing" } satisfies Detail),
  });
}
