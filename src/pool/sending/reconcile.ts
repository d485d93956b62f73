import type { CarrierMessage } from "../../carriers/carrier.ts";
import { rowId } from "../../domain/ids.ts";
import { reconcileMs } from "../../domain/retry.ts";
import type { Desk } from "../desk.ts";
import { type DueMessage, dueUnknowns, interrupted, schedule, strike } from "../ledger/agenda.ts";
import { type Detail, findMessage, findMessageBySid, type MessageRow, updateMessage } from "../ledger/messages.ts";
import { applyReport, unpark } from "../settling/report.ts";
import { endMessage, holdUnknown } from "../settling/settle.ts";
import { dispatch } from "./dispatch.ts";

/** A late clock of ours against the carrier's: messages this much older than the attempt may still be its. */
const clockSlackMs = 5_000;
const looksPerRound = 20;
/** A message that is found absent again and again is not sent for ever. */
const attemptsAtMost = 5;
const longestPauseMs = 30 * 60 * 1000;

/** Marks messages that were leaving when the object went away as unknown: they are never sent again blindly. Call once when it wakes. */
export function markInterrupted(desk: Desk): void {
  const rows = interrupted(desk.sql).filter((row) => !desk.leaving.has(row.seq));
  if (rows.length === 0) return;
  desk.outside.storage.transactionSync(() => {
    for (const row of rows) holdUnknown(desk, row, "the gateway stopped while the message was leaving");
  });
}

/** Looks for messages whose outcome is unknown in the carrier's own list. Never throws. */
export async function reconcile(desk: Desk): Promise<void> {
  for (const row of dueUnknowns(desk.sql, desk.now(), looksPerRound)) {
    try {
      await lookFor(desk, row);
    } catch (error) {
      desk.outside.log({
        event: "reconcile_failed",
        message_id: rowId("msg", row.seq, desk.tag),
        error: String(error),
      });
      lookAgain(desk, row, row.looks);
    }
  }
  await dispatch(desk);
}

async function lookFor(desk: Desk, row: DueMessage): Promise<void> {
  const listed = await listAtCarrier(desk, row);
  const current = findMessage(desk.sql, row.seq);
  if (current === null || current.outcome_unknown === 0 || current.status !== "sending") return;
  desk.outside.storage.transactionSync(() => settle(desk, row, current, listed));
  unpark(desk, row.seq);
}

/** Returns the carrier's list of what may be the message, or null when it cannot be had. */
async function listAtCarrier(desk: Desk, row: DueMessage): Promise<CarrierMessage[] | null> {
  const account = desk.findAccount(row.account);
  if (account === null) return null;
  const since = (row.attempted_at ?? row.created_at) - clockSlackMs;
  const login = await desk.outside.openLogin(account);
  const listed = await desk.outside.carrierOf(account).list(login, { to: row.chat, from: row.number, since });
  return listed.ok ? listed.value : null;
}

function settle(desk: Desk, row: DueMessage, current: MessageRow, listed: CarrierMessage[] | null): void {
  if (listed === null) {
    const age = desk.now() - (row.attempted_at ?? row.created_at);
    if (age >= reconcileMs.giveUp) giveUp(desk, current);
    else lookAgain(desk, row, row.looks);
    return;
  }
  const match = matchOf(desk, current, listed);
  if (match !== null) applyReport(desk, current.seq, match);
  else if (row.looks === 0) lookAgain(desk, row, 1);
  else settleAbsent(desk, row, current);
}

/** Equal messages are interchangeable: each takes the oldest acceptance that none of ours has, so that counts come out right. */
function matchOf(desk: Desk, row: MessageRow, listed: CarrierMessage[]): CarrierMessage | null {
  const from = (row.attempted_at ?? row.created_at) - clockSlackMs;
  const until = (row.attempted_at ?? row.created_at) + reconcileMs.grace;
  const free = listed.filter(
    (candidate) =>
      mayBeText(row, candidate.text) &&
      candidate.createdAt >= from &&
      candidate.createdAt <= until &&
      findMessageBySid(desk.sql, candidate.providerId) === null,
  );
  const refusedLast = (candidate: CarrierMessage) => (candidate.status === "failed" ? 1 : 0);
  return (
    free.sort((left, right) => refusedLast(left) - refusedLast(right) || left.createdAt - right.createdAt)[0] ?? null
  );
}

/** The carrier writes a template's text itself and changes characters of a smart encoded one: those are known by person and time alone. */
function mayBeText(row: MessageRow, text: string): boolean {
  const { extras } = JSON.parse(row.detail) as Detail;
  if (extras.contentSid !== undefined || extras.smartEncoded === true) return true;
  return text.trim() === (row.text ?? "").trim();
}

/** The carrier does not have it: sent again where the key asked for that, else failed. */
function settleAbsent(desk: Desk, row: DueMessage, current: MessageRow): void {
  const { apiKey } = desk.snapshot;
  if (apiKey.resendUnknown && apiKey.status !== "revoked" && current.attempts < attemptsAtMost) {
    sendAgain(desk, row);
    return;
  }
  endMessage(desk, current, {
    status: "failed",
    error_code: "outcome_unknown",
    error_message: "The carrier did not say whether it took the message, and two later looks did not find it.",
  });
}

function sendAgain(desk: Desk, row: DueMessage): void {
  const now = desk.now();
  strike(desk.sql, row.seq, row.agenda_due_at);
  schedule(desk.sql, row.seq, now);
  updateMessage(desk.sql, row.seq, { status: "queued", outcome_unknown: 0, due_at: now });
}

function giveUp(desk: Desk, row: MessageRow): void {
  endMessage(desk, row, {
    status: "failed",
    outcome_unknown: 1,
    error_code: "outcome_unknown",
    error_message: "It could not be found out within 24 hours whether the carrier took the message.",
  });
}

/** A list that cannot be had is asked for ever more seldom, up to the end of the day. */
function pauseBeforeLook(desk: Desk, row: DueMessage, looks: number): number {
  if (looks > row.looks) return reconcileMs.secondLook;
  const age = desk.now() - (row.attempted_at ?? row.created_at) - reconcileMs.grace;
  return Math.min(Math.max(age / 4, reconcileMs.secondLook), longestPauseMs);
}

function lookAgain(desk: Desk, row: DueMessage, looks: number): void {
  const at = desk.now() + pauseBeforeLook(desk, row, looks);
  strike(desk.sql, row.seq, row.agenda_due_at);
  schedule(desk.sql, row.seq, at, looks);
  updateMessage(desk.sql, row.seq, { due_at: at });
  desk.arm(at);
}
