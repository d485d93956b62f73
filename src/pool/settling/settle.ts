import type { Outcome } from "../../carriers/carrier.ts";
import { optOutCodes } from "../../domain/opt-out.ts";
import { dailyLimitRestMs, nextSendAttempt, reconcileMs, statusPollsMs } from "../../domain/retry.ts";
import { loginMark } from "../../domain/snapshot.ts";
import type { AccountTrouble } from "../../domain/waiting.ts";
import type { Desk } from "../desk.ts";
import { fallBack } from "../fallback/fall-back.ts";
import { endLeaving, schedule } from "../ledger/agenda.ts";
import { changeAhead } from "../ledger/ahead-messages.ts";
import { findGivenAway } from "../ledger/by-sid.ts";
import { savePlace } from "../ledger/cursors.ts";
import { planLook } from "../ledger/looks.ts";
import type { Detail, MessageChange, MessageRow } from "../ledger/message-row.ts";
import { recallMessage, stepMessage } from "../ledger/messages.ts";
import { judgeIfDue } from "../numbers/number-health.ts";
import { heedCarrierBlock } from "../people/opt-outs.ts";
import { emitStatus } from "../telling/outbox.ts";
import { mayLag } from "../visits.ts";
import { deliveredHour, noteEnd } from "./count-end.ts";
import { finish } from "./finish.ts";

const lateDepartureMs = 10 * 60 * 1000;
/** Where no callback can come, the carrier is asked so soon after it took a message, or may have taken it. */
const nearMs = { taken: 2_000, lost: 5_000 };

/** Writes what came of a send, with its event, in one transaction. A callback may have come first: then what it said stands. */
export function settleOutcome(desk: Desk, seq: number, attempt: number, outcome: Outcome): void {
  if (isTakenAhead(desk, seq, attempt, outcome)) return;
  desk.transact(() => {
    const current = recallMessage(desk.sql, seq);
    if (current === null || current.attempts !== attempt) return;
    if (current.status !== "sending" || current.sid !== null) finish(desk, current, current.due_at);
    else applyOutcome(desk, current, attempt, outcome);
  });
  judgeIfDue(desk);
}

/**
 * Says whether a message's id may be known ahead of its row for a few seconds: it is on its way as it was accepted, by Twilio, which will call, and somebody comes back to
 * have it written. Where that is lost the message is looked for at its carrier, as whatever was on its way.
 */
export function mayLearnAhead(desk: Desk, row: MessageRow): boolean {
  const { status, sid, outcome_unknown, due_at, by_sid } = row;
  if (status !== "sending" || sid !== null || outcome_unknown !== 0 || due_at !== null || by_sid !== null) return false;
  if (desk.findAccount(row.account)?.kind === "bluebubbles" || leftLate(row) || isDeaf(desk, row)) return false;
  // What is not found at the carrier may be sent again there: an id that is known must not be forgotten.
  return !desk.snapshot.apiKey.resendUnknown && mayLag(desk);
}

/** Notes that a message was taken where its id alone is to be written: the report that it was sent mostly follows within seconds, and its event keeps the id. */
function isTakenAhead(desk: Desk, seq: number, attempt: number, outcome: Outcome): boolean {
  if (outcome.kind !== "accepted" || outcome.chat !== undefined) return false;
  const row = recallMessage(desk.sql, seq);
  if (row === null || row.attempts !== attempt || !mayLearnAhead(desk, row)) return false;
  const { providerId: sid } = outcome;
  if (findGivenAway(desk.sql, sid) !== null) return false;
  changeAhead(desk.sql, seq, { change: { sid }, step: ["taken", desk.now()], event: null });
  return true;
}

function applyOutcome(desk: Desk, row: MessageRow, attempt: number, outcome: Outcome): void {
  switch (outcome.kind) {
    case "accepted":
      noteAccepted(desk, row, outcome.providerId);
      if (outcome.chat !== undefined) savePlace(desk.sql, row.account, row.chat, outcome.chat);
      break;
    case "wait":
      putBack(desk, row, attempt, {
        retryAfterSeconds: outcome.retryAfterSeconds,
        why: outcome.offline !== undefined ? "line_offline" : outcome.spent ? "daily_limit" : "rate_limited",
      });
      break;
    case "unknown":
      holdUnknown(desk, row, outcome.cause);
      break;
    case "account_refused":
      waitForLogin(desk, row, attempt, outcome.because);
      break;
    case "refused":
      noteRefused(desk, row, outcome.code, outcome.message);
  }
}

/** Ends a message that the carrier refused, where it does not go another way; a code that says the person opted out is written down as such. */
export function noteRefused(desk: Desk, row: MessageRow, code: string | null, message: string): void {
  const fell = fallBack(desk, row, { code, message });
  if (fell === true) return;
  const current = fell === null ? row : (recallMessage(desk.sql, row.seq) ?? row);
  endMessage(desk, current, { status: "failed", error_code: code, error_message: withReason(message, fell) });
}

function withReason(message: string, against: string | null): string {
  return against === null ? message : `${message} ${against}`;
}

/**
 * Returns a carrier's id as a message's columns. The index holds a line's, for a Mac names nothing else, and one that a look found, for the answer of another message
 * may bring it yet.
 */
export function idOf(desk: Desk, row: MessageRow, sid: string): Pick<MessageChange, "sid" | "by_sid"> {
  const isIndexed = row.outcome_unknown === 1 || desk.findAccount(row.account)?.kind === "bluebubbles";
  return isIndexed ? { sid, by_sid: 1 } : { sid };
}

/** Keeps the carrier's id; one that stands at another message of ours is no id at all, and the outcome is unknown. */
function noteAccepted(desk: Desk, row: MessageRow, sid: string): void {
  const isOwn = stepMessage(desk.sql, row.seq, { ...idOf(desk, row, sid), outcome_unknown: 0 }, ["taken", desk.now()]);
  if (!isOwn) {
    holdUnknown(desk, row, "the carrier answered with another message's id");
    return;
  }
  planPolls(desk, row);
  finish(desk, row, row.due_at);
}

/**
 * Messages are asked for by sweeps along their key, which is when they were written; one that leaves much later gets a row of its own, and so does one of whose
 * life no callback can tell.
 */
export function planPolls(desk: Desk, row: MessageRow): void {
  const [firstPollMs] = statusPollsMs;
  const look = { account: row.account, seq: row.seq, n: 0 };
  if (firstPollMs !== undefined && leftLate(row)) {
    planLook(desk.sql, { ...look, due_at: departedAt(row) + firstPollMs, kind: "state" });
  }
  // A Mac is asked about all that is open with each look at it.
  if (!isDeaf(desk, row) || row.channel === "imessage") return;
  const due_at = desk.now() + nearMs.taken;
  planLook(desk.sql, { ...look, due_at, kind: "near" });
  desk.clock.arm(due_at);
}

/** Says whether no callback can tell of a message, as our public URL stands. */
export function isDeaf(desk: Desk, row: MessageRow): boolean {
  const account = desk.findAccount(row.account);
  return account !== null && !desk.canBeCalled(account);
}

/** Says whether a message left so long after it was written that sweeps by its key would come too early. */
export function leftLate(row: MessageRow): boolean {
  return departedAt(row) - row.created_at > lateDepartureMs;
}

function departedAt(row: MessageRow): number {
  return row.attempted_at ?? row.created_at;
}

/** What is known not to be taken goes back to its place, and its account waits. */
function putBack(
  desk: Desk,
  row: MessageRow,
  attempt: number,
  told: { retryAfterSeconds: number | null; why: AccountTrouble },
): void {
  const { retryAfterSeconds, why } = told;
  const soon = nextSendAttempt({ attempt, retryAfterSeconds, jitter: desk.outside.dice() });
  const delay = why === "daily_limit" ? dailyLimitRestMs : soon;
  desk.accountRests.set(row.account, { until: desk.now() + delay, why, tries: attempt });
  const dueAt = row.due_at ?? row.created_at;
  if (row.due_at === null) desk.countWaiting(row.number, 1);
  else endLeaving(desk.sql, row.seq, dueAt);
  schedule(desk.sql, row, dueAt);
  stepMessage(desk.sql, row.seq, { status: "queued", due_at: dueAt }, ["queued", desk.now()]);
}

/** The carrier refuses the account, not the message: it waits with all others of the account until the credentials work again. */
function waitForLogin(desk: Desk, row: MessageRow, attempt: number, because: string): void {
  putBack(desk, row, attempt, { retryAfterSeconds: null, why: "account_refused" });
  const account = desk.findAccount(row.account);
  if (account === null) return;
  desk.outside.tell({ kind: "account_refused", accountId: account.id, because, login: loginMark(account) });
}

/** Marks an outcome as unknown and writes down when to look for it; never sent again blindly. */
export function holdUnknown(desk: Desk, row: MessageRow, cause: string): void {
  const lookAt = isDeaf(desk, row) ? desk.now() + nearMs.lost : (row.attempted_at ?? desk.now()) + reconcileMs.grace;
  const detail = JSON.parse(row.detail) as Detail;
  finish(desk, row, row.due_at);
  planLook(desk.sql, { account: row.account, due_at: lookAt, seq: row.seq, kind: "lost", n: 0 });
  const held = {
    outcome_unknown: 1,
    due_at: lookAt,
    detail: JSON.stringify({ ...detail, carrier: { ...detail.carrier, unknown_because: cause } } satisfies Detail),
  };
  stepMessage(desk.sql, row.seq, held, ["unknown", desk.now()]);
  desk.clock.arm(lookAt);
}

/** Ends a message with a final status and its event, which is told before the row is written that keeps its number, and strikes it from the agenda. */
export function endMessage(desk: Desk, row: MessageRow, change: MessageChange & Pick<MessageRow, "status">): void {
  const ended = { ...row, outcome_unknown: 0, ...change };
  const told = emitStatus(desk, ended, "all", { ended: deliveredHour(row, ended) });
  noteOptOutCode(desk, ended);
  noteEnd(desk, row, ended, told !== null);
  stepMessage(desk.sql, row.seq, { outcome_unknown: 0, ...change }, [change.status, desk.now()]);
  finish(desk, row, row.due_at);
}

/** A carrier's code may tell that the person opted out of everything from us (Twilio 21610 and its family). */
export function noteOptOutCode(desk: Desk, row: MessageRow): void {
  if (row.error_code === null || !optOutCodes.has(row.error_code)) return;
  heedCarrierBlock(desk, { chat: row.chat, number: row.number });
}
