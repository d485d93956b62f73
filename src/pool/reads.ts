import type { CapsView, KeyView, NumberStats, PoolCheckUp, PoolStats } from "../domain/calls/numbers.ts";
import type { ChatSummary, Contact, ListMessages, MessagesPage, MessageView } from "../domain/calls/reading.ts";
import type { DeliveryLog, ListLogs, WebhookState } from "../domain/calls/telling.ts";
import { isGroupId, isInactive } from "../domain/event.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import { readRowId, rowId, sequenceAt } from "../domain/ids.ts";
import type { Account, SenderNumber } from "../domain/snapshot.ts";
import { tellPumping } from "../domain/velocity.ts";
import type { Desk } from "./desk.ts";
import { accountTraffic } from "./ledger/account-traffic.ts";
import { countWaiting } from "./ledger/agenda.ts";
import { type AttemptRow, lastAttempt, pageAttempts } from "./ledger/attempts.ts";
import { findChat, readChatRow } from "./ledger/chats.ts";
import { countOwed, countOwedTo, owedHeads } from "./ledger/deliveries.ts";
import { groupOfChat } from "./ledger/groups.ts";
import { countLost } from "./ledger/looks.ts";
import { readMark } from "./ledger/marks.ts";
import { countMessages, pageMessages } from "./ledger/message-pages.ts";
import { findMessage, readMessageRow } from "./ledger/messages.ts";
import { countDepartures } from "./ledger/pace.ts";
import { tallyOf } from "./ledger/tally.ts";
import { capsOf, countOpenings } from "./numbers/caps.ts";
import { examine } from "./numbers/number-health.ts";
import { probeOf } from "./telling/pace.ts";

/** Returns who the key is, its numbers and what it carried so far. */
export function describeKey(desk: Desk): KeyView {
  const { snapshot } = desk;
  const { inbound, outbound, lastSentAt } = tallyOf(desk.sql);
  return {
    keyId: snapshot.apiKey.id,
    name: snapshot.apiKey.name,
    hint: snapshot.apiKey.hint,
    mode: snapshot.apiKey.mode,
    protocol: snapshot.protocol,
    organization: snapshot.organization,
    numbers: snapshot.numbers.map((number) => ({
      phoneNumber: number.address,
      isActive: number.isActive && !isDown(desk.findAccount(number.accountId)),
      lastActiveAt: desk.lastActive(number.address),
      type: number.type,
      caps: viewCaps(desk, number),
    })),
    usage: { inbound, outbound, lastSentAt },
  };
}

/** Says whether an account's line is down: while its Mac does not answer, or refuses the password. */
export function isDown(account: Account | null): boolean {
  return account?.kind === "bluebubbles" && (account.refused || account.mac?.offline != null);
}

function viewCaps(desk: Desk, number: SenderNumber): CapsView | null {
  const caps = capsOf(number);
  if (caps === null) return null;
  const { hour, day } = countOpenings(desk, number);
  return { ...caps, perSecond: number.messagesPerSecond, newContactsLastHour: hour, newContactsLastDay: day };
}

/** Returns one message of one chat with its contact, or `not_found`: a foreign id and an unknown one read alike. */
export function readMessage(desk: Desk, chatId: string, messageId: string): Result<MessageView> {
  const found = readMessageById(desk, messageId);
  return found.ok && found.value.message.chatId === chatId ? found : fail("not_found", "Message not found.");
}

/** Returns one message with its contact, or `not_found`. */
export function readMessageById(desk: Desk, messageId: string): Result<MessageView> {
  const seq = readRowId("msg", messageId, desk.tag);
  const row = seq === null ? null : findMessage(desk.sql, seq);
  if (row === null) return fail("not_found", "Message not found.");
  return ok({ message: readMessageRow(row, desk.tag), contact: contactOf(desk, row.chat) });
}

function contactOf(desk: Desk, chat: string): Contact | null {
  const row = findChat(desk.sql, chat);
  if (row === null || row.deleted_at !== null || isGroupId(chat)) return null;
  return { contactId: row.contact_id, identifier: row.id, name: row.name };
}

/** Returns one page of a chat's messages; an unknown chat is `not_found`. */
export function listMessages(desk: Desk, query: ListMessages): Result<MessagesPage> {
  const chat = findChat(desk.sql, query.chatId);
  if (chat === null || chat.last_seq === null) return fail("not_found", "Chat not found.");
  const messages = pageMessages(desk.sql, query).map((row) => readMessageRow(row, desk.tag));
  const counted = query.since === null && query.until === null;
  const { inbound, outbound } = chat;
  const total = !counted
    ? countMessages(desk.sql, query)
    : query.direction === null
      ? inbound + outbound
      : query.direction === "inbound"
        ? inbound
        : outbound;
  return ok({ chatId: chat.id, contact: contactOf(desk, chat.id), messages, total });
}

/** Returns one chat, or `not_found`. */
export function readChat(desk: Desk, chatId: string): Result<ChatSummary> {
  const row = findChat(desk.sql, chatId);
  if (row === null || row.last_seq === null) return fail("not_found", "Chat not found.");
  const last = findMessage(desk.sql, row.last_seq);
  return ok(
    readChatRow(
      row,
      groupOfChat(desk.sql, row.id),
      { text: last?.text ?? null, direction: last?.direction ?? null, sentAt: last?.sent_at ?? null },
      desk.tag,
    ),
  );
}

/** Returns how each webhook of the pool fares. */
export function webhookStates(desk: Desk): WebhookState[] {
  const now = desk.now();
  const owed = new Map(owedHeads(desk.sql).map((head) => [head.webhook, head.due_at]));
  return desk.snapshot.webhooks.map((webhook) => {
    const { id } = webhook;
    const last = lastAttempt(desk.sql, id);
    const endpoint = desk.endpoints.get(id);
    const isSilent = isInactive(webhook, now);
    const dueAt = isSilent ? undefined : owed.get(id);
    const probeAt = isSilent ? null : probeOf(desk, id);
    return {
      webhookId: id,
      lastTriggeredAt: last?.attempted_at ?? null,
      lastStatus: last?.status ?? null,
      lastError: last?.error ?? null,
      failureCount: endpoint?.totalFailures ?? 0,
      failingSince: endpoint?.health.failingSince ?? null,
      owed: countOwedTo(desk.sql, id),
      nextAt: dueAt === undefined ? null : Math.max(dueAt, probeAt ?? 0),
      probeAt,
    };
  });
}

/** Returns one page of a webhook's attempts. */
export function listLogs(desk: Desk, query: ListLogs): { logs: DeliveryLog[]; total: number } {
  const { rows, total } = pageAttempts(desk.sql, query);
  return { logs: rows.map((row) => readAttempt(row, desk.tag)), total };
}

function readAttempt(row: AttemptRow, tag: string): DeliveryLog {
  return {
    eventId: rowId("evt", row.event, tag),
    webhookId: row.webhook,
    eventName: row.name,
    messageId: row.message === null ? null : rowId("msg", row.message, tag),
    attempt: row.attempt,
    attemptedAt: row.attempted_at,
    durationMs: row.duration_ms,
    status: row.status,
    response: row.response,
    error: row.error,
    url: row.url,
    body: row.bytes,
    originalEventId: row.original === null ? null : rowId("evt", row.original, tag),
  };
}

/** Returns what an operator asks of a pool. */
export function poolStats(desk: Desk): PoolStats {
  return {
    version: desk.snapshot.version,
    owedDeliveries: countOwed(desk.sql),
    waitingMessages: countWaiting(desk.sql),
    unknownMessages: countLost(desk.sql),
    lastUsedAt: desk.lastUsedAt ?? readMark(desk.sql, "last_used_at"),
    pausedItself: desk.selfPause && { at: desk.selfPause.at, because: tellPumping(desk.selfPause.range) },
  };
}

/** Returns the same with the ledger's size in bytes and when each account was last heard of. */
export function checkUp(desk: Desk): PoolCheckUp {
  return { ...poolStats(desk), ledgerBytes: desk.sql.databaseSize, accounts: accountTraffic(desk.sql) };
}

const dayMs = 24 * 60 * 60 * 1000;

function refusalOf({ kind }: { kind?: string }): string {
  return kind === "bluebubbles" ? "Its Mac refuses the password." : "Twilio refuses its account.";
}

/** Returns how each number of the pool fares: what left it today (UTC), what waits on it, its rates over seven days and its health. */
export function numberStats(desk: Desk): NumberStats[] {
  const today = Math.floor(desk.now() / dayMs) * dayMs;
  const sent = countDepartures(desk.sql, sequenceAt(today));
  return [...examine(desk)].map(([address, health]) => ({
    phoneNumber: address,
    lastActiveAt: desk.lastActive(address),
    sentToday: sent.get(address) ?? 0,
    queued: desk.queueDepth.get(address) ?? 0,
    deliveryRate7d: health.deliveryRate7d,
    failureRate7d: health.failureRate7d,
    faults7d: health.faults7d,
    health: standingOf(desk, address, health.deliveryRate7d !== null),
  }));
}

function standingOf(desk: Desk, number: string, isKnown: boolean): NumberStats["health"] {
  const verdict = desk.health.verdicts.get(number);
  const account = desk.findAccount(desk.findNumber(number)?.accountId ?? "");
  if (account?.refused === true) return { status: "unhealthy", reason: refusalOf(account), since: null };
  const offline = account?.mac?.offline ?? null;
  if (offline !== null)
    return { status: "unhealthy", reason: `Its Mac does not answer: ${offline.because}`, since: offline.since };
  if (verdict?.status === "unhealthy") return { status: "unhealthy", reason: verdict.reason, since: verdict.since };
  return { status: isKnown ? "healthy" : "unknown", reason: null, since: verdict?.since ?? null };
}
