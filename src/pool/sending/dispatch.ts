import type { Carrier, MessageState, Outcome, Outgoing } from "../../carriers/carrier.ts";
import { rowId } from "../../domain/ids.ts";
import { sample } from "../../domain/log-share.ts";
import { nextSendAttempt } from "../../domain/retry.ts";
import { type Account, loginMark } from "../../domain/snapshot.ts";
import type { AccountTrouble } from "../../domain/waiting.ts";
import type { Desk } from "../desk.ts";
import { beginLeaving, type DueMessage, isAnyWaiting, lineHeads, nextDue, waitingMessages } from "../ledger/agenda.ts";
import { findHanded } from "../ledger/handed.ts";
import type { MessageRow } from "../ledger/message-row.ts";
import { recallMessage, stepMessage } from "../ledger/messages.ts";
import { spendToken } from "../numbers/pace.ts";
import { hasOptedOut } from "../people/opt-outs.ts";
import { applyReport, unpark } from "../settling/report.ts";
import { endMessage, holdUnknown, settleOutcome } from "../settling/settle.ts";
import { emitStatus } from "../telling/outbox.ts";
import type { Ready } from "./at-once.ts";
import { refuseOrphan } from "./orphans.ts";
import { composeOutgoing, servicePicking } from "./outgoing.ts";
import { crowdedAccounts, isFull } from "./places.ts";
import { waitsForMorning } from "./quiet.ts";
import { nextDepartureAt, whatIsHeld } from "./waiting.ts";

/** Departures nearer than this are awaited by a timer in memory; the alarm is the safety net behind it. */
const timerHorizonMs = 30_000;

/**
 * Starts every message that may leave now, and has the campaigns fill what room is left behind them; returns when those that it started have ended, others may
 * follow them. Never throws.
 */
export async function dispatch(desk: Desk): Promise<void> {
  const started: Promise<void>[] = [];
  for (;;) {
    const next = pickNext(desk) ?? (desk.refill() ? pickNext(desk) : null);
    if (next === null) break;
    desk.leaving.set(next.seq, { chat: next.chat, number: next.number, account: next.account, atOnce: false });
    started.push(leave(desk, next, () => sendOne(desk, next)));
  }
  wakeForNext(desk);
  await Promise.all(started);
}

/** Sends a message that was just written as leaving, in the caller's turn: what it needs is at hand. */
export function sendAtOnce(desk: Desk, row: MessageRow, { account, carrier, poolReference }: Ready): void {
  const { chat, number } = row;
  desk.leaving.set(row.seq, { chat, number, account: account.id, atOnce: true });
  desk.countWaiting(number, 1);
  const outgoing = composeOutgoing(desk, row, account, poolReference);
  desk.outside.keepAlive(leave(desk, row, () => hand(desk, row, row.attempts, { account, carrier, outgoing })));
}

async function leave(desk: Desk, row: MessageRow, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    desk.outside.log({ event: "send_failed", message_id: rowId("msg", row.seq, desk.tag), error: String(error) });
    restAfterFault(desk, row);
  } finally {
    if (desk.leaving.get(row.seq)?.atOnce === true) desk.countWaiting(row.number, -1);
    desk.leaving.delete(row.seq);
  }
  desk.outside.keepAlive(dispatch(desk));
}

/** A fault of ours on the way: what had not left waits with its account, what may have left is unknown. Storage that refuses this too leaves it to the next wake. */
function restAfterFault(desk: Desk, row: MessageRow): void {
  rest(desk, row.account, "gateway_fault");
  try {
    const current = recallMessage(desk.sql, row.seq);
    if (current?.status !== "sending" || current.sid !== null || current.outcome_unknown === 1) return;
    if (findHanded(desk.sql, row.seq) !== null) return;
    desk.transact(() => holdUnknown(desk, current, "the answer could not be written down"));
  } catch (error) {
    desk.outside.log({ event: "rest_failed", message_id: rowId("msg", row.seq, desk.tag), error: String(error) });
  }
}

/** Lets an account wait, longer each time that the same trouble is met again. */
function rest(desk: Desk, account: string, why: AccountTrouble): void {
  const before = desk.accountRests.get(account);
  const tries = before?.why === why ? before.tries + 1 : 1;
  const delay = nextSendAttempt({ attempt: tries, retryAfterSeconds: null, jitter: desk.outside.dice() });
  desk.accountRests.set(account, { until: desk.now() + delay, why, tries });
}

/** An account that did what was asked of it has no trouble any more: the next one begins anew. What it was told meanwhile still holds. */
function noteWorking(desk: Desk, account: string): void {
  if ((desk.accountRests.get(account)?.until ?? 0) <= desk.now()) desk.accountRests.delete(account);
}

function pickNext(desk: Desk): DueMessage | null {
  const status = desk.snapshot.apiKey.status;
  if (isFull(desk) || status !== "active") return null;
  const [first] = lineHeads(desk.sql);
  if (first === undefined || first.due_at > desk.now()) return null;
  return nextDue(desk.sql, desk.now(), whatIsHeld(desk, crowdedAccounts(desk)));
}

async function sendOne(desk: Desk, row: DueMessage): Promise<void> {
  const isOrphan = refuseOrphan(desk, row);
  const account = desk.findAccount(row.account);
  if (isOrphan || account === null || waitsForMorning(desk, row)) return;
  spendToken(desk, row.number);
  const prepared = await prepare(desk, row, account);
  if (prepared === null) return;
  const mark = await readMark(desk, row, prepared);
  if (mark === "not_known") return;
  const attempt = claim(desk, row, mark);
  if (attempt !== null) await hand(desk, row, attempt, prepared);
}

/** Where the network stands, before anything leaves; where it alone can tell and does not answer, nothing leaves and its account waits. */
async function readMark(
  desk: Desk,
  row: DueMessage,
  { account, carrier, outgoing }: Prepared,
): Promise<string | null | "not_known"> {
  if (carrier.askMark === null) return carrier.mark(servicePicking(row.number, outgoing.extras));
  const asked = await carrier.askMark();
  if (asked.ok) {
    noteWorking(desk, row.account);
    return asked.value;
  }
  if (desk.hasNewLogin(account)) return "not_known";
  if (asked.refusal.code !== "login_refused") rest(desk, row.account, "line_offline");
  else {
    rest(desk, row.account, "account_refused");
    desk.outside.tell({
      kind: "account_refused",
      accountId: row.account,
      because: asked.refusal.message,
      login: loginMark(account),
    });
  }
  return "not_known";
}

type Prepared = { account: Account; carrier: Carrier; outgoing: Outgoing };

/** Hands a message whose row says that it is leaving to the carrier, and writes what came of it. */
async function hand(desk: Desk, row: MessageRow, attempt: number, prepared: Prepared): Promise<void> {
  const { account, carrier, outgoing } = prepared;
  const startedAt = desk.now();
  const mark = recallMessage(desk.sql, row.seq)?.mark ?? null;
  const told = await carrier.send({ ...outgoing, watermark: { at: startedAt, mark } });
  // Where others wait, whoever leaves next is written in the same turn, and shares a commit with what comes in meanwhile.
  if (isAnyWaiting(desk.sql)) await desk.commits.join(desk.now());
  const outcome = told.kind === "account_refused" && desk.hasNewLogin(account) ? againWithNewLogin(told) : told;
  settleOutcome(desk, row.seq, attempt, outcome);
  if (outcome.kind === "accepted") {
    noteWorking(desk, account.id);
    heedState(desk, row.seq, outcome.state);
  }
  logSend(desk, row, { attempt, outcome, startedAt, accountSid: account.accountSid });
}

/** The login that was refused is none any more: the message leaves by the new one. */
function againWithNewLogin({ requestId }: Outcome): Outcome {
  return { kind: "wait", retryAfterSeconds: null, requestId };
}

/** What came meanwhile of a message that has just learned its id, and what its network said with it. */
function heedState(desk: Desk, seq: number, state: MessageState | undefined): void {
  unpark(desk, seq);
  if (state !== undefined) desk.transact(() => applyReport(desk, seq, state));
}

/** Opens what the account's secrets and ours are needed for; null where they cannot be opened, or where no status could ever come back: then the account waits. */
async function prepare(desk: Desk, row: DueMessage, account: Account): Promise<Prepared | null> {
  if (!account.sandbox && desk.addresses.current === null) {
    desk.outside.log({ level: "error", event: "address_missing", account: account.id });
    rest(desk, account.id, "gateway_fault");
    return null;
  }
  try {
    const carrier = await desk.outside.carrierOf(account);
    const outgoing = composeOutgoing(desk, row, account, await desk.outside.poolReference());
    if (desk.accountRests.get(account.id)?.why === "credentials_unreadable") desk.accountRests.delete(account.id);
    return { account, carrier, outgoing };
  } catch (error) {
    desk.outside.log({ level: "error", event: "credentials_unreadable", account: account.id, error: String(error) });
    rest(desk, account.id, "credentials_unreadable");
    return null;
  }
}

/** Says that the message is leaving, durably and before the request does; null when it was cancelled, or its key or number paused, while what it needs was asked for. */
function claim(desk: Desk, row: DueMessage, mark: string | null): number | null {
  const current = recallMessage(desk.sql, row.seq);
  if (current === null || (current.status !== "queued" && current.status !== "scheduled")) return null;
  if (desk.snapshot.apiKey.status !== "active" || desk.findNumber(current.number)?.isActive !== true) return null;
  const attempt = current.attempts + 1;
  const inLine = desk.transact(() => {
    if (refuseOptedOut(desk, current)) return null;
    const isMoved = current.due_at === null || beginLeaving(desk.sql, current, current.due_at);
    const leaving = { status: "sending", attempts: attempt, attempted_at: desk.now(), mark } as const;
    const change = isMoved ? leaving : { ...leaving, due_at: null };
    stepMessage(desk.sql, row.seq, change, ["sending", desk.now()]);
    if (attempt === 1) emitStatus(desk, { ...current, status: "sending" });
    return isMoved;
  });
  if (inLine === null) return null;
  const entry = desk.leaving.get(row.seq);
  if (!inLine && entry !== undefined) desk.leaving.set(row.seq, { ...entry, atOnce: true });
  return attempt;
}

/** A person who opted out while the message waited is not written to, and nor is a group that they are in; in the caller's transaction, for to begin one for a look costs as much as the look. */
function refuseOptedOut(desk: Desk, row: MessageRow): boolean {
  if (!hasOptedOut(desk, row.chat)) return false;
  endMessage(desk, row, {
    status: "failed",
    error_code: "recipient_opted_out",
    error_message: "The recipient opted out while the message waited: it was not sent.",
  });
  return true;
}

/** Cancels at most `limit` messages that have not left. */
export function cancelWaiting(desk: Desk, limit: number): void {
  desk.transact(() => {
    for (const row of waitingMessages(desk.sql, limit)) endMessage(desk, row, { status: "cancelled" });
  });
}

function wakeForNext(desk: Desk): void {
  const at = nextDepartureAt(desk);
  if (at === null) return;
  desk.clock.arm(at + 1_000);
  if (at - desk.now() <= timerHorizonMs) desk.clock.setTimer(at, () => dispatch(desk));
}

function logSend(
  desk: Desk,
  row: MessageRow,
  sent: { attempt: number; outcome: Outcome; startedAt: number; accountSid: string },
): void {
  const { attempt, outcome, startedAt, accountSid } = sent;
  const messageId = rowId("msg", row.seq, desk.tag);
  const sampled = sample(outcome.kind === "accepted" && attempt === 1, [messageId], desk.outside.logShare);
  if (sampled === null) return;
  desk.outside.log({
    event: "send",
    message_id: messageId,
    api_key_id: desk.snapshot.apiKey.id,
    account_sid: accountSid,
    attempt,
    outcome: outcome.kind,
    code: outcome.kind === "refused" ? outcome.code : null,
    sid: outcome.kind === "accepted" ? outcome.providerId : null,
    twilio_request_id: outcome.requestId,
    duration_ms: desk.now() - startedAt,
    ...sampled,
  });
}
