import { describeError } from "../../carriers/twilio/errors.ts";
import { type CampaignFailure, campaignBody } from "../../domain/campaign-format.ts";
import { channelEventBody } from "../../domain/channel-event.ts";
import {
  type ChatEvent,
  type EventName,
  eventOfStatus,
  isGroupId,
  isOptIn,
  isSaid,
  type MessageEvent,
  messagePayload,
  type OtherEvent,
  subscribes,
} from "../../domain/event.ts";
import { rowId } from "../../domain/ids.ts";
import type { Reaction } from "../../domain/message.ts";
import type { Webhook } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { carriedFor, tellOrigin } from "../fallback/reports.ts";
import { findChat } from "../ledger/chats.ts";
import { bringForward, writeEvent } from "../ledger/deliveries.ts";
import type { Happened } from "../ledger/events.ts";
import { failureFacts } from "../ledger/failure-facts.ts";
import { groupOfChat, membersOf } from "../ledger/groups.ts";
import type { MessageRow } from "../ledger/message-row.ts";
import { readMessageRow } from "../ledger/messages.ts";
import { noteWritten } from "../ledger/notes.ts";
import { nextChatSequence } from "../ledger/numbering.ts";
import { reportTimes } from "../ledger/standing.ts";
import { ringSoon } from "./bells.ts";
import { laneOf } from "./pace.ts";

/** `api_key`: the organization's own webhooks have heard of it before. */
export type Audience = "all" | "api_key";

/** What an event's row keeps beside the event: the hour in which its message left, where it counts that as delivered; and what the row of its message lacks. */
export type Kept = { ended?: number | null; redo?: string | null };

/**
 * Writes the event that a message's new status owes, and what is owed of it to each webhook, in the caller's transaction. Of a message that is carried for another key
 * only that key hears. Returns the event's sequence number, null where none was written.
 */
export function emitStatus(desk: Desk, row: MessageRow, audience: Audience = "all", kept: Kept = {}): number | null {
  const origin = carriedFor(row);
  if (origin !== null) {
    tellOrigin(desk, row, origin);
    return null;
  }
  const name = eventOfStatus(row.status);
  return name === null || !wantsEvents(desk, row) ? null : emitMessageEvent(desk, row, name, { audience, ...kept });
}

/** The account's sync settings choose whether its messages or its statuses are told; the ledger keeps both. */
function wantsEvents(desk: Desk, row: Pick<MessageRow, "account" | "direction">): boolean {
  const events = desk.findAccount(row.account)?.sync.events ?? "both";
  return events === "both" || events === (row.direction === "inbound" ? "messages" : "statuses");
}

type Wishes = Kept & { audience?: Audience; more?: Record<string, unknown> };

/** Writes an event about a message; one that must be named is written only if a webhook names it. Returns its sequence number, null where it was not. */
export function emitMessageEvent(
  desk: Desk,
  row: MessageRow,
  name: MessageEvent,
  { audience = "all", ended = null, redo = null, more = {} }: Wishes = {},
): number | null {
  const receivers = receiversOf(desk, name, row.number).filter(({ scope }) => audience === "all" || scope === audience);
  if (isOptIn(name) && receivers.length === 0) return null;
  const seq = desk.nextSequence();
  const payload = messagePayload(readMessageRow(row, desk.tag), {
    name,
    eventId: rowId("evt", seq, desk.tag),
    sequence: nextChatSequence(desk.sql, row.chat),
    at: desk.now(),
    more: { ...groupFacts(desk, row.chat), ...more },
  });
  const event = { seq, name, message: row.seq, original: null, body: JSON.stringify(payload), ended, redo };
  oweTo(desk, event, { chat: row.chat, receivers }, failureOf(name, row));
  return seq;
}

/** What the contract says of a message in a group beside the message itself: the group's name, and who is in it. */
function groupFacts(desk: Desk, chat: string): Record<string, unknown> {
  const group = groupOfChat(desk.sql, chat);
  if (group === null) return {};
  const participants = membersOf(group).map(({ address }) => {
    const contact = findChat(desk.sql, address);
    return { contact_id: contact?.contact_id ?? address, identifier: address, name: contact?.name ?? null };
  });
  return { group_id: group.id, group_name: group.name, participants };
}

/** Writes the event of a reaction to a message, in the contract's words; the person's account chooses whether what people say is told. */
export function emitReaction(
  desk: Desk,
  row: MessageRow,
  reaction: Reaction,
  audience: Audience,
  partIndex: number | null = null,
): void {
  if (!wantsEvents(desk, { account: row.account, direction: "inbound" })) return;
  const direction = reaction.sender === null ? "outbound" : "inbound";
  const said = { direction, status: null, text: null, attachments: [], sender: reaction.sender };
  const { reaction: word, is_added } = reaction;
  const more = {
    ...said,
    reaction: word,
    action: is_added ? "add" : "remove",
    original_text: row.text,
    ...(partIndex === null ? {} : { part_index: partIndex }),
  };
  emitMessageEvent(desk, row, "message.reaction", { more, audience });
}

/** Writes an event about a group, or about somebody who types. */
export function emitChatEvent(
  desk: Desk,
  name: ChatEvent,
  facts: Record<string, unknown> & { external_id: string; internal_id: string },
): void {
  writeOther(desk, name, facts);
}

/** Writes an event about the pool itself, for those who name it. */
export function emitPoolEvent(desk: Desk, name: OtherEvent, facts: Record<string, unknown>): void {
  writeOther(desk, name, facts);
}

function writeOther(desk: Desk, name: ChatEvent | OtherEvent, facts: Record<string, unknown>): void {
  const number = typeof facts.internal_id === "string" ? facts.internal_id : null;
  const receivers = receiversOf(desk, name, number);
  if (receivers.length === 0 && isOptIn(name)) return;
  const seq = desk.nextSequence();
  const chat = typeof facts.external_id === "string" ? facts.external_id : null;
  const payload = {
    event: name,
    message_id: null,
    ...facts,
    is_group: chat !== null && isGroupId(chat),
    timestamp: desk.now(),
    event_id: rowId("evt", seq, desk.tag),
    sequence: chat === null ? null : nextChatSequence(desk.sql, chat),
  };
  const event = { seq, name, message: null, original: null, body: JSON.stringify(payload), ended: null };
  oweTo(desk, event, { chat, receivers }, null);
}

/** Says whether any webhook gets this event of this number now. */
export function isWanted(desk: Desk, name: EventName, number: string | null): boolean {
  return receiversOf(desk, name, number).length > 0;
}

function receiversOf(desk: Desk, name: EventName, number: string | null): Webhook[] {
  const now = desk.now();
  return desk.snapshot.webhooks.filter((webhook) => subscribes(webhook, name, number, now));
}

/** Returns what the campaign format says of a failed message; null where nothing failed. */
export function failureOf(name: EventName, row: MessageRow | null): CampaignFailure | null {
  if (name !== "message.failed" || row === null) return null;
  const known = describeError(row.error_code);
  const facts = failureFacts(row.error_code);
  return {
    taken: row.sid !== null,
    name: known?.name ?? row.error_code ?? facts.name,
    meaning: known?.title ?? row.error_message ?? facts.meaning,
    blames: known?.class ?? null,
  };
}

/** Returns the bytes that this webhook gets of an event where they are not the event's own, else null. */
export function ownBytes(
  desk: Desk,
  event: Happened,
  webhook: Webhook,
  failure: CampaignFailure | null,
): string | null {
  if (webhook.format === "blooio") return null;
  const payload = JSON.parse(event.body);
  if (webhook.format === "campaign") return campaignBody(event.name, payload, webhook.eventName, failure);
  return channelEventBody(payload, { organizationId: desk.snapshot.organization.id, lines: desk.speaksIMessage });
}

/** Writes an event with what is owed of it, and rings for whoever gets it. */
function oweTo(
  desk: Desk,
  event: Happened,
  { chat, receivers }: { chat: string | null; receivers: Webhook[] },
  failure: CampaignFailure | null,
): void {
  const owed = receivers.map((webhook) => ({ webhook: webhook.id, body: ownBytes(desk, event, webhook, failure) }));
  if (isSaid(event.name) && chat !== null) {
    for (const { id } of receivers) bringForward(desk.sql, id, chat, () => reportTimes(desk.sql, chat));
  }
  writeEvent(desk.sql, event, { chat, dueAt: desk.isClockBehind ? desk.now() : null }, owed);
  noteWritten(desk.sql, 1);
  for (const { id } of receivers) ringSoon(desk, laneOf(desk, id));
}
