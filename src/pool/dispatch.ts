import type { Login, Outgoing } from "../carriers/carrier.ts";
import { rowId } from "../domain/ids.ts";
import type { Outcome } from "../domain/outcome.ts";
import { nextSendAttempt, reconcileMs } from "../domain/retry.ts";
import type { Account, SenderNumber } from "../domain/snapshot.ts";
import type { Desk } from "./desk.ts";
import { type DueMessage, dueMessages, nextAgendaAt, schedule, strike } from "./ledger/agenda.ts";
import {
  type Detail,
  findMessage,
  findMessageBySid,
  type MessageChange,
  type MessageRow,
  updateMessage,
} from "./ledger/messages.ts";
import { emitStatus } from "./outbox.ts";

/** A Worker may hold six connections open (platform limit): so many messages leave at once. */
const parallelSends = 6;
/** Departures nearer than this are awaited by a timer in memory; the alarm is the safety net behind it. */
const timerHorizonMs = 30_000;

/** Starts every message that may leave now; returns when all that it started have ended. Never throws. */
export async function dispatch(desk: Desk): Promise<void> {
  const started: Promise<void>[] = [];
  for (;;) {
    const next = pickNext(desk);
    if (next === null) break;
    desk.leaving.set(next.seq, { chat: next.chat, number: next.number });
    started.push(leave(desk, next));
  }
  wakeForNext(desk);
  await Promise.all(started);
}

async function leave(desk: Desk, row: DueMessage): Promise<void> {
  try {
    await sendOne(desk, row);
  } catch (error) {
    desk.outside.log({ event: "send_failed", message_id: rowId("msg", row.seq, desk.tag), error: String(error) });
    desk.accountFreeAt.set(
      row.account,
      desk.now() + nextSendAttempt({ attempt: row.attempts + 1, retryAfterSeconds: null, jitter: desk.outside.dice() }),
    );
  } finally {
    desk.leaving.delete(row.seq);
  }
  await dispatch(desk);
}

function pickNext(desk: Desk): DueMessage | null {
  const status = desk.snapshot.apiKey.status;
  if (desk.leaving.size >= parallelSends || status === "paused") return null;
  const now = desk.now();
  const busy = [...desk.leaving.values()];
  const waiting = {
    chats: busy.map((message) => message.chat),
    numbers: [...desk.numberFreeAt].filter(([, at]) => at > now).map(([number]) => number),
    accounts: [...desk.accountFreeAt].filter(([, at]) => at > now).map(([account]) => account),
  };
  return dueMessages(desk.sql, now, waiting, 1)[0] ?? null;
}

async function sendOne(desk: Desk, row: DueMessage): Promise<void> {
  const account = desk.findAccount(row.account);
  if (account === null) {
    desk.outside.storage.transactionSync(() =>
      noteRefused(desk, row, "account_removed", "The Twilio account of this number was removed."),
    );
    return;
  }
  const pace = desk.findNumber(row.number)?.messagesPerSecond ?? null;
  if (pace !== null) desk.numberFreeAt.set(row.number, desk.now() + Math.ceil(1000 / pace));
  const login = await desk.outside.openLogin(account);
  const outgoing = await composeOutgoing(desk, row, account);
  const attempt = claim(desk, row);
  if (attempt === null) return;
  const startedAt = desk.now();
  const outcome = await desk.outside.carrierOf(account).send(login, outgoing);
  settleOutcome(desk, row, attempt, outcome);
  logSend(desk, row, attempt, outcome, startedAt, login);
}

/** Says that the message is leaving, durably and before the request does; null when it was cancelled meanwhile. */
function claim(desk: Desk, row: DueMessage): number | null {
  const current = findMessage(desk.sql, row.seq);
  if (current === null || (current.status !== "queued" && current.status !== "scheduled")) return null;
  const attempt = current.attempts + 1;
  desk.outside.storage.transactionSync(() => {
    updateMessage(desk.sql, row.seq, { status: "sending", attempts: attempt, attempted_at: desk.now() });
    if (attempt === 1) emitStatus(desk, { ...current, status: "sending" });
  });
  return attempt;
}

async function composeOutgoing(desk: Desk, row: MessageRow, account: Account): Promise<Outgoing> {
  const detail = JSON.parse(row.detail) as Detail;
  const query = new URLSearchParams({
    pool: await desk.outside.poolReference(),
    message: rowId("msg", row.seq, desk.tag),
  });
  const number: SenderNumber | null = desk.findNumber(row.number);
  const messagingServiceSid =
    detail.extras.messagingServiceSid ?? number?.messagingServiceSid ?? account.messagingServiceSid ?? undefined;
  return {
    to: row.chat,
    from: row.number,
    text: row.text,
    mediaUrls: detail.attachments.map((attachment) => attachment.url),
    statusCallback: `${desk.outside.publicUrl}/twilio/${account.id}/status?${query}`,
    extras: { ...detail.extras, ...(messagingServiceSid === undefined ? {} : { messagingServiceSid }) },
  };
}

/** Writes what came of a send, with its event, in one transaction. A callback may have come first: then what it said stands. */
function settleOutcome(desk: Desk, row: DueMessage, attempt: number, outcome: Outcome): void {
  desk.outside.storage.transactionSync(() => {
    const current = findMessage(desk.sql, row.seq);
    if (current === null || current.attempts !== attempt) return;
    if (outcome.kind === "wait") holdAccount(desk, current, attempt, outcome.retryAfterSeconds);
    else if (current.status !== "sending") finish(desk, current, current.due_at);
    else if (outcome.kind === "accepted") noteAccepted(desk, current, outcome.providerId);
    else if (outcome.kind === "refused") noteRefused(desk, current, outcome.code, outcome.message);
    else holdUnknown(desk, current, outcome.cause);
  });
}

function noteRefused(desk: Desk, row: MessageRow, code: string | null, message: string): void {
  endMessage(desk, row, { status: "failed", error_code: code, error_message: message });
}

/** Keeps the carrier's id; one that stands at another message of ours is no id at all, and the outcome is unknown. */
function noteAccepted(desk: Desk, row: MessageRow, sid: string): void {
  const holder = findMessageBySid(desk.sql, sid);
  if (holder !== null && holder.seq !== row.seq) {
    holdUnknown(desk, row, "the carrier answered with another message's id");
    return;
  }
  updateMessage(desk.sql, row.seq, { sid, outcome_unknown: 0 });
  finish(desk, row, row.due_at);
}

/** 429 is known not to be taken: the message goes back to its place, and its account waits. */
function holdAccount(desk: Desk, row: MessageRow, attempt: number, retryAfterSeconds: number | null): void {
  const delay = nextSendAttempt({ attempt, retryAfterSeconds, jitter: desk.outside.dice() });
  desk.accountFreeAt.set(row.account, desk.now() + delay);
  if (row.status === "sending") updateMessage(desk.sql, row.seq, { status: "queued" });
}

/** Marks an outcome as unknown and writes down when to look for it; never sent again blindly. */
export function holdUnknown(desk: Desk, row: MessageRow, cause: string): void {
  const lookAt = (row.attempted_at ?? desk.now()) + reconcileMs.grace;
  const detail = JSON.parse(row.detail) as Detail;
  if (row.due_at !== null) strike(desk.sql, row.seq, row.due_at);
  schedule(desk.sql, row.seq, lookAt);
  updateMessage(desk.sql, row.seq, {
    outcome_unknown: 1,
    due_at: lookAt,
    detail: JSON.stringify({ ...detail, carrier: { ...detail.carrier, unknown_because: cause } } satisfies Detail),
  });
  desk.arm(lookAt);
}

/** Ends a message with a final status and its event, and strikes it from the agenda. */
export function endMessage(desk: Desk, row: MessageRow, change: MessageChange & Pick<MessageRow, "status">): void {
  updateMessage(desk.sql, row.seq, { outcome_unknown: 0, ...change });
  emitStatus(desk, { ...row, outcome_unknown: 0, ...change });
  finish(desk, row, row.due_at);
}

/** Strikes a message from the agenda: it has left, or will never leave. */
export function finish(desk: Desk, row: MessageRow, dueAt: number | null): void {
  if (dueAt !== null && strike(desk.sql, row.seq, dueAt)) desk.countWaiting(row.number, -1);
}

function wakeForNext(desk: Desk): void {
  if (desk.snapshot.apiKey.status === "paused") return;
  const now = desk.now();
  const frees = [...desk.numberFreeAt.values(), ...desk.accountFreeAt.values()].filter((at) => at > now);
  const due = nextAgendaAt(desk.sql);
  if (due === null) return;
  const at = due > now ? due : frees.length > 0 ? Math.min(...frees) : null;
  if (at === null) return;
  desk.arm(at + 1_000);
  if (at - now <= timerHorizonMs) desk.setTimer(at, () => dispatch(desk));
}

function logSend(
  desk: Desk,
  row: DueMessage,
  attempt: number,
  outcome: Outcome,
  startedAt: number,
  login: Login,
): void {
  desk.outside.log({
    event: "send",
    message_id: rowId("msg", row.seq, desk.tag),
    api_key_id: desk.snapshot.apiKey.id,
    account_sid: login.accountSid,
    attempt,
    outcome: outcome.kind,
    code: outcome.kind === "refused" ? outcome.code : null,
    sid: outcome.kind === "accepted" ? outcome.providerId : null,
    twilio_request_id: outcome.requestId,
    duration_ms: desk.now() - startedAt,
  });
}
