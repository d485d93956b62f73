import type { Carrier, MessageState, Settlement, Sought } from "../../carriers/carrier.ts";
import { reconcileMs } from "../../domain/retry.ts";
import type { Account } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { interruptedWaiting, schedule } from "../ledger/agenda.ts";
import { findMessageOfChat } from "../ledger/by-sid.ts";
import { type Look, planLook, strikeLook } from "../ledger/looks.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { findMessage, stepMessage, updateMessage } from "../ledger/messages.ts";
import { unknownsTo } from "../ledger/standing.ts";
import { applyReport, unpark } from "../settling/report.ts";
import { endMessage, holdUnknown, isDeaf } from "../settling/settle.ts";
import { findInterrupted } from "./at-once.ts";
import { dispatch } from "./dispatch.ts";
import { targetOf, wishesOf } from "./outgoing.ts";

/** A message that is found absent again and again is not sent for ever. */
const attemptsAtMost = 5;
const nearPauseMs = 5_000;
const longestPauseMs = 30 * 60 * 1000;

/** Marks messages that were leaving when the object went away as unknown: they are never sent again blindly. Call once when it wakes. */
export function markInterrupted(desk: Desk): void {
  const rows = [...interruptedWaiting(desk.sql), ...findInterrupted(desk)];
  if (rows.length === 0) return;
  desk.transact(() => {
    for (const row of rows) holdUnknown(desk, row, "the gateway stopped while the message was leaving");
  });
}

/** Looks for one message whose outcome is unknown at its carrier, and settles what can be settled. */
export async function lookFor(desk: Desk, look: Look, row: MessageRow): Promise<void> {
  const found = await askCarrier(desk, look, row);
  const current = findMessage(desk.sql, row.seq);
  if (current === null || current.outcome_unknown === 0 || current.status !== "sending") {
    strikeLook(desk.sql, look);
    return;
  }
  desk.transact(() => settle(desk, look, current, found));
  unpark(desk, row.seq);
  desk.outside.keepAlive(dispatch(desk));
}

type Asked = { look: Look; row: MessageRow; account: Account; carrier: Carrier };

/** Returns what the carrier finds of the message, or null when it cannot be asked. */
async function askCarrier(desk: Desk, look: Look, row: MessageRow): Promise<Settlement | null> {
  const account = desk.findAccount(row.account);
  if (account === null) return null;
  const carrier = await desk.outside.carrierOf(account);
  const settled = await carrier.settle(describeSought(desk, { look, row, account, carrier }), {
    at: sentAt(row),
    mark: row.mark,
  });
  return settled.ok ? settled.value : null;
}

function describeSought(desk: Desk, { look, row, account, carrier }: Asked): Sought {
  const { settling } = carrier.capabilities;
  const detail = JSON.parse(row.detail) as Detail;
  const peers = unknownsTo(desk.sql, row.chat, row.number).filter((peer) => isNear(peer, row));
  return {
    to: detail.to ?? row.chat,
    from: row.number,
    text: row.text,
    mediaUrls: detail.attachments.map(({ url }) => url),
    extras: wishesOf(desk, row, account),
    ...(account.kind === "bluebubbles" ? { chat: targetOf(desk, row) } : {}),
    isOurs: (providerId) => findMessageOfChat(desk.sql, row.chat, providerId) !== null,
    peers: { count: peers.length, rank: peers.findIndex(({ seq }) => seq === row.seq) },
    absentAfterMs: settling.graceMs + look.n * settling.secondLookMs,
  };
}

/** Messages that left within one grace of each other may be taken for one another. */
function isNear(peer: Pick<MessageRow, "attempted_at">, row: MessageRow): boolean {
  return Math.abs((peer.attempted_at ?? sentAt(row)) - sentAt(row)) <= reconcileMs.grace;
}

function sentAt(row: MessageRow): number {
  return row.attempted_at ?? row.created_at;
}

function settle(desk: Desk, look: Look, row: MessageRow, settlement: Settlement | null): void {
  switch (settlement?.kind) {
    case "found":
      takeFound(desk, look, row, settlement.state);
      break;
    case "absent":
      if (look.n === 0) lookAgain(desk, look, row, 1);
      else settleAbsent(desk, look, row);
      break;
    default:
      stayUnknown(desk, look, row, settlement?.because ?? null);
  }
}

/** While the carrier was asked, an equal message of ours may have taken the same one: then it is looked for again. */
function takeFound(desk: Desk, look: Look, row: MessageRow, state: MessageState): void {
  if (findMessageOfChat(desk.sql, row.chat, state.providerId) === null) applyReport(desk, row.seq, state);
  else lookAgain(desk, look, row, look.n);
}

function stayUnknown(desk: Desk, look: Look, row: MessageRow, because: string | null): void {
  const age = desk.now() - sentAt(row);
  if (because !== null && age >= reconcileMs.grace) sayWhy(desk, row, because);
  if (age >= reconcileMs.giveUp) giveUp(desk, row, because);
  else lookAgain(desk, look, row, look.n);
}

/** The carrier does not have it: sent again where the key asked for that, else failed. A Mac may still carry out what it was asked, so from a line nothing is sent again. */
function settleAbsent(desk: Desk, look: Look, row: MessageRow): void {
  const { apiKey } = desk.snapshot;
  const mayComeLate = desk.findAccount(row.account)?.kind === "bluebubbles";
  if (apiKey.resendUnknown && !mayComeLate && apiKey.status !== "revoked" && row.attempts < attemptsAtMost) {
    sendAgain(desk, look, row);
    return;
  }
  endMessage(desk, row, {
    status: "failed",
    error_code: "outcome_unknown",
    error_message: "The carrier did not say whether it took the message, and two later looks did not find it.",
  });
}

function sendAgain(desk: Desk, look: Look, row: MessageRow): void {
  const now = desk.now();
  strikeLook(desk.sql, look);
  schedule(desk.sql, row, now);
  desk.countWaiting(row.number, 1);
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

/** A list that cannot be had, or does not decide, is asked for ever more seldom, up to the end of the day; before the grace ends only where no callback can come. */
function pauseBeforeLook(desk: Desk, look: Look, row: MessageRow, n: number): number {
  if (n > look.n) return reconcileMs.secondLook;
  const age = desk.now() - sentAt(row);
  const left = reconcileMs.grace - age;
  if (left > 0) return isDeaf(desk, row) ? Math.min(left, Math.max(age / 2, nearPauseMs)) : left;
  return Math.min(Math.max(-left / 4, reconcileMs.secondLook), longestPauseMs);
}

function lookAgain(desk: Desk, look: Look, row: MessageRow, n: number): void {
  const at = desk.now() + pauseBeforeLook(desk, look, row, n);
  strikeLook(desk.sql, look);
  planLook(desk.sql, { ...look, due_at: at, n });
  updateMessage(desk.sql, row.seq, { due_at: at });
  desk.clock.arm(at);
}
