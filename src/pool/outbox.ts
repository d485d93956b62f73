import {
  type EventName,
  eventOfStatus,
  isOptIn,
  type MessageEvent,
  messagePayload,
  type OtherEvent,
  subscribes,
} from "../domain/event.ts";
import { rowId } from "../domain/ids.ts";
import type { Lane } from "../domain/pool-calls.ts";
import type { Desk } from "./desk.ts";
import { nextChatSequence } from "./ledger/chats.ts";
import { owe } from "./ledger/deliveries.ts";
import { insertEvent } from "./ledger/events.ts";
import { type MessageRow, readMessageRow } from "./ledger/messages.ts";

/** How long a bell may go unanswered before the alarm rings again. */
export const bellPatienceMs = 10_000;

/** Writes the event that a message's new status owes, and what is owed of it to each webhook, in the caller's transaction. */
export function emitStatus(desk: Desk, row: MessageRow): void {
  const name = eventOfStatus(row.status);
  if (name !== null) emitMessageEvent(desk, row, name);
}

/** Writes an event about a message; one that must be named is written only if a webhook names it. */
export function emitMessageEvent(
  desk: Desk,
  row: MessageRow,
  name: MessageEvent,
  more: Record<string, unknown> = {},
): void {
  const receivers = receiversOf(desk, name, row.number);
  if (isOptIn(name) && receivers.length === 0) return;
  const seq = desk.nextSequence();
  const payload = messagePayload(readMessageRow(row, desk.tag), {
    name,
    eventId: rowId("evt", seq, desk.tag),
    sequence: nextChatSequence(desk.sql, row.chat),
    at: desk.now(),
    more,
  });
  insertEvent(desk.sql, { seq, name, message: row.seq, body: JSON.stringify(payload) });
  oweTo(desk, seq, receivers);
}

function receiversOf(desk: Desk, name: EventName, number: string | null): string[] {
  const now = desk.now();
  return desk.snapshot.webhooks
    .filter((webhook) => subscribes(webhook, name, number, now))
    .map((webhook) => webhook.id);
}

function oweTo(desk: Desk, event: number, receivers: string[]): void {
  const now = desk.now();
  for (const webhook of receivers) {
    const lane: Lane = desk.endpoints.get(webhook)?.slow ? "slow" : "fast";
    owe(desk.sql, { due_at: now, event, webhook, attempt: 1, lane, original: null });
    ringSoon(desk, lane);
  }
}

/** Rings for a lane once until somebody comes: the ledger stays the truth, and the alarm rings again when a bell is lost. */
export function ringSoon(desk: Desk, lane: Lane): void {
  const now = desk.now();
  desk.arm(now + bellPatienceMs);
  const rungAt = desk.rung.get(lane);
  if (rungAt !== undefined && now - rungAt < bellPatienceMs) return;
  desk.rung.set(lane, now);
  desk.outside.ring(lane).catch((error: unknown) => {
    desk.rung.delete(lane);
    desk.outside.log({ event: "bell_lost", lane, error: String(error) });
  });
}

/** Writes an event about the pool itself, for those who name it. */
export function emitPoolEvent(desk: Desk, name: OtherEvent, facts: Record<string, unknown>): void {
  const number = typeof facts.internal_id === "string" ? facts.internal_id : null;
  const receivers = receiversOf(desk, name, number);
  if (receivers.length === 0) return;
  const seq = desk.nextSequence();
  const chat = typeof facts.external_id === "string" ? facts.external_id : null;
  const payload = {
    event: name,
    message_id: null,
    ...facts,
    timestamp: desk.now(),
    event_id: rowId("evt", seq, desk.tag),
    sequence: chat === null ? null : nextChatSequence(desk.sql, chat),
  };
  insertEvent(desk.sql, { seq, name, message: null, body: JSON.stringify(payload) });
  oweTo(desk, seq, receivers);
}
