import type { MessageState } from "../../carriers/carrier.ts";
import { rowId, sequenceAt, timeOfSequence } from "../../domain/ids.ts";
import { statusPollsMs } from "../../domain/retry.ts";
import { isFinal } from "../../domain/status.ts";
import type { Desk } from "../desk.ts";
import { type DueMessage, dueChecks, schedule, strike } from "../ledger/agenda.ts";
import { readMark, saveMark } from "../ledger/marks.ts";
import {
  type Detail,
  findMessage,
  firstAfter,
  type MessageRow,
  openMessages,
  updateMessage,
} from "../ledger/messages.ts";
import { applyReport, applyTruth } from "./report.ts";
import { contradictionLook, leftLate } from "./settle.ts";

/** Sweeps are gathered: a message is asked for at most this much after its age. */
const sweepEveryMs = 10 * 60 * 1000;
const asksPerRound = 20;
const lastPoll = statusPollsMs.length - 1;

/**
 * Asks the carrier for what has no final status at the ages of `statusPollsMs`. Sequence numbers are sorted by time, so each age is one sweep along the
 * primary key with one mark: nothing is written per message. After the last age a message stays as it is and counts as never reported. Never throws.
 */
export async function askCarrier(desk: Desk): Promise<void> {
  for (const row of dueChecks(desk.sql, desk.now(), asksPerRound)) await askByAgenda(desk, row);
  const now = desk.now();
  const sweptAt = readMark(desk.sql, "swept_at") ?? 0;
  if (now < sweptAt) return;
  let complete = true;
  for (const age of statusPollsMs.keys()) complete = (await sweep(desk, age, now)) && complete;
  if (complete) saveMark(desk.sql, "swept_at", now + sweepEveryMs);
}

/** Returns when the next sweep is due, or null when nothing was ever sent after the last one. */
export function nextPollAt(desk: Desk): number | null {
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
  const rows = openMessages(desk.sql, from, upTo, asksPerRound);
  for (const row of rows) {
    if (!leftLate(row)) await askOnce(desk, row, age);
  }
  const complete = rows.length < asksPerRound;
  saveMark(desk.sql, `polled_${age}`, complete ? upTo : (rows.at(-1)?.seq ?? upTo));
  return complete;
}

async function askByAgenda(desk: Desk, row: DueMessage): Promise<void> {
  await askOnce(desk, row, row.looks);
  strike(desk.sql, row.seq, row.agenda_due_at);
  const later = statusPollsMs[row.looks + 1];
  const current = findMessage(desk.sql, row.seq);
  if (row.looks === contradictionLook || later === undefined || current === null || isFinal(current.status)) return;
  schedule(desk.sql, row.seq, (row.attempted_at ?? row.created_at) + later, row.looks + 1);
}

/** What the carrier says when asked is the truth: it overrides what callbacks said. */
async function askOnce(desk: Desk, row: MessageRow, age: number): Promise<void> {
  const known = await fetchFromCarrier(desk, row);
  desk.outside.storage.transactionSync(() => {
    if (known !== null) {
      if (age === contradictionLook) applyTruth(desk, row.seq, known);
      else applyReport(desk, row.seq, known);
    }
    if (age === lastPoll) closeUnreported(desk, row.seq);
  });
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
