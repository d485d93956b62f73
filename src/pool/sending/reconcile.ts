import type { MessageState, Settlement, Sought } from "../../carriers/carrier.ts";
import { rowId } from "../../domain/ids.ts";
import { reconcileMs } from "../../domain/retry.ts";
import type { Account } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { type DueMessage, dueUnknowns, interrupted, schedule, strike } from "../ledger/agenda.ts";
import {
  type Detail,
  findMessage,
  findMessageBySid,
  type MessageRow,
  stepMessage,
  unknownsTo,
  updateMessage,
} from "../ledger/messages.ts";
import { applyReport, unpark } from "../settling/report.ts";
import { endMessage, holdUnknown } from "../settling/settle.ts";
import { dispatch, wishesOf } from "./dispatch.ts";

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
  const found = await askCarrier(desk, row);
  const current = findMessage(desk.sql, row.seq);
  if (current === null || current.outcome_unknown === 0 || current.status !== "sending") return;
  desk.outside.storage.transactionSync(() => settle(desk, row, current, found));
  unpark(desk, row.seq);
}

/** Returns what the carrier finds of the message, or null when it cannot be asked. */
async function askCarrier(desk: Desk, row: DueMessage): Promise<Settlement | null> {
  const account = desk.findAccount(row.account);
  if (account === null) return null;
  const carrier = await desk.outside.carrierOf(account);
  const settled = await carrier.settle(describeSought(desk, row, account), { at: sentAt(row), mark: row.mark });
  return settled.ok ? settled.value : null;
}

function describeSought(desk: Desk, row: DueMessage, account: Account): Sought {
  const detail = JSON.parse(row.detail) as Detail;
  const peers = unknownsTo(desk.sql, row.chat, row.number).filter((peer) => isNear(peer, row));
  return {
    to: detail.to ?? row.chat,
    from: row.number,
    text: row.text,
    mediaUrls: detail.attachments.map(({ url }) => url),
    extras: wishesOf(desk, row, account),
    isOurs: (providerId) => findMessageBySid(desk.sql, providerId) !== null,
    peers: { count: peers.length, rank: peers.findIndex(({ seq }) => seq === row.seq) },
    absentAfterMs: reconcileMs.grace + row.looks * reconcileMs.secondLook,
  };
}

/** Messages that left within one grace of each other may be taken for one another. */
function isNear(peer: Pick<MessageRow, "attempted_at">, row: MessageRow): boolean {
  return Math.abs((peer.attempted_at ?? sentAt(row)) - sentAt(row)) <= reconcileMs.grace;
}

function sentAt(row: MessageRow): number {
  return row.attempted_at ?? row.created_at;
}

function settle(desk: Desk, row: DueMessage, current: MessageRow, settlement: Settlement | null): void {
  switch (settlement?.kind) {
    case "found":
      takeFound(desk, row, settlement.state);
      break;
    case "absent":
      if (row.looks === 0) lookAgain(desk, row, 1);
      else settleAbsent(desk, row, current);
      break;
    default:
      stayUnknown(desk, row, current, settlement?.because ?? null);
  }
}

/** While the carrier was asked, an equal message of ours may have taken the same one: then it is looked for again. */
function takeFound(desk: Desk, row: DueMessage, state: MessageState): void {
  if (findMessageBySid(desk.sql, state.providerId) === null) applyReport(desk, row.seq, state);
  else lookAgain(desk, row, row.looks);
}

function stayUnknown(desk: Desk, row: DueMessage, current: MessageRow, because: string | null): void {
  if (because !== null) sayWhy(desk, current, because);
  if (desk.now() - sentAt(row) >= reconcileMs.giveUp) giveUp(desk, current, because);
  else lookAgain(desk, row, row.looks);
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
  stepMessage(desk.sql, row.seq, { status: "queued", outcome_unknown: 0, due_at: now }, ["queued", now]);
}

/** Keeps why nobody can say what became of a message where it is shown. */
function sayWhy(desk: Desk, row: MessageRow, because: string): void {
  const detail = JSON.parse(row.detail) as Detail;
  if (detail.carrier?.unknown_because === because) return;
  const carrier = { ...detail.carrier, unknown_because: because };
  updateMessage(desk.sql, row.seq, { detail: JSON.stringify({ ...detail, carrier } satisfies Detail) });
}

function giveUp(desk: Desk, row: MessageRow, because: string | null): void {
  const nobodyKnows = "It could not be found out within 24 hours whether the carrier took the message.";
  endMessage(desk, row, {
    status: "failed",
    outcome_unknown: 1,
    error_code: "outcome_unknown",
    error_message: because === null ? nobodyKnows : `${nobodyKnows} ${because}`,
  });
}

/** A list that cannot be had is asked for ever more seldom, up to the end of the day. */
function pauseBeforeLook(desk: Desk, row: DueMessage, looks: number): number {
  if (looks > row.looks) return reconcileMs.secondLook;
  const age = desk.now() - sentAt(row) - reconcileMs.grace;
  return Math.min(Math.max(age / 4, reconcileMs.secondLook), longestPauseMs);
}

function lookAgain(desk: Desk, row: DueMessage, looks: number): void {
  const at = desk.now() + pauseBeforeLook(desk, row, looks);
  strike(desk.sql, row.seq, row.agenda_due_at);
  schedule(desk.sql, row.seq, at, looks);
  updateMessage(desk.sql, row.seq, { due_at: at });
  desk.arm(at);
}
