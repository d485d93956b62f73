import type { ChannelAnswer, ChannelAnswers, ChannelCall, ChannelView, DeliveryView } from "../domain/channel-calls.ts";
import type { Pair } from "../domain/channel-ids.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import { readRowId, rowId } from "../domain/ids.ts";
import { judgeDelivery } from "../domain/retry.ts";
import type { SenderNumber } from "../domain/snapshot.ts";
import { listPairs, viewPair } from "./channel-chats.ts";
import { listSpoken, listTagged, readSpoken } from "./channel-contacts.ts";
import type { Desk } from "./desk.ts";
import { pageDeliveries } from "./ledger/attempts.ts";
import { eventsBefore, findEvent } from "./ledger/events.ts";
import { readMessageRow } from "./ledger/messages.ts";
import { endOfPair, pagePair } from "./ledger/pairs.ts";
import { attemptsOf, owedOf } from "./ledger/story.ts";
import { isDown, readMessage } from "./reads.ts";
import { previewSend } from "./sending/decide.ts";
import { readStory } from "./story.ts";
import { probeOf } from "./telling/pace.ts";

/** So many events are looked through for those that fit, in one call, and so many attempts for those of a page of deliveries. */
const eventsLookedAt = 10_000;
const attemptsLookedAt = 20_000;

type Answers = ChannelAnswers[keyof ChannelAnswers];

/** Answers what is asked in the words of channels, each call with the answer of its kind. */
export async function callChannels(desk: Desk, call: ChannelCall): Promise<Result<ChannelAnswer<ChannelCall["kind"]>>> {
  const answer = await answerTo(desk, call);
  return answer.ok ? ok({ ...answer.value, lines: desk.speaksIMessage }) : answer;
}

function answerTo(desk: Desk, call: ChannelCall): Result<Answers> | Promise<Result<Answers>> {
  switch (call.kind) {
    case "preview":
      return ok({ preview: previewSend(desk, call.drafts) });
    case "channels":
      return ok({ channels: desk.snapshot.numbers.map((number) => viewChannel(desk, number)) });
    case "chats":
      return ok(listPairs(desk, call, viewChannel));
    case "chat":
      return readPair(desk, call.pair);
    case "messages":
      return listMessages(desk, call);
    case "message":
      return readOne(desk, call);
    case "contacts":
      return listSpoken(desk, call.query);
    case "contact":
      return readSpoken(desk, call.id);
    case "tagged":
      return listTagged(desk, call);
    case "deliveries":
      return listDeliveries(desk, call);
    case "events":
      return listEvents(desk, call.query);
    case "event":
      return readEvent(desk, call.eventId);
  }
}

function viewChannel(desk: Desk, number: SenderNumber): ChannelView {
  return {
    address: number.address,
    channel: number.channel,
    type: number.type,
    isActive: number.isActive && !isDown(desk.findAccount(number.accountId)),
    capabilities: number.capabilities,
    fallsBack: number.channel === "rcs" && number.messagingServiceSid !== null,
    since: number.since ?? desk.snapshot.apiKey.createdAt,
    lastActiveAt: desk.lastActive(number.address),
  };
}

const noChat = () => fail("not_found", "Chat not found.");

function readPair(desk: Desk, pair: Pair): Result<ChannelAnswers["chat"]> {
  const last = endOfPair(desk.sql, pair, "desc");
  return last === null ? noChat() : ok({ chat: viewPair(desk, pair, last.seq, viewChannel) });
}

function listMessages(
  desk: Desk,
  { pair, order, after, limit }: Extract<ChannelCall, { kind: "messages" }>,
): Result<ChannelAnswers["messages"]> {
  const rows = pagePair(desk.sql, pair, { order, after, limit: limit + 1 });
  if (rows.length === 0 && endOfPair(desk.sql, pair, "desc") === null) return noChat();
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? (page.at(-1)?.seq ?? null) : null;
  return ok({ messages: page.map((row) => readMessageRow(row, desk.tag)), next });
}

/** A message of another number of the same person is none of this chat. */
function readOne(
  desk: Desk,
  { pair, messageId, story }: Extract<ChannelCall, { kind: "message" }>,
): Result<ChannelAnswers["message"]> {
  const found = readMessage(desk, pair.person, messageId);
  if (!found.ok) return found;
  const { message } = found.value;
  if (message.number !== pair.number) return fail("not_found", "Message not found.");
  if (!story) return ok({ message, events: [] });
  const told = readStory(desk, messageId);
  if (!told.ok) return told;
  const events = told.value.timeline.flatMap(({ at, kind, words, eventId }) =>
    eventId === null ? [] : [{ at, kind, words, event: null, eventId }],
  );
  return ok({ message, events });
}

function listDeliveries(
  desk: Desk,
  { webhookId, limit, offset }: Extract<ChannelCall, { kind: "deliveries" }>,
): Result<ChannelAnswers["deliveries"]> {
  const own = desk.snapshot.webhooks.some(({ id, scope }) => id === webhookId && scope === "api_key");
  if (!own) return fail("not_found", "Webhook not found.");
  const rows = pageDeliveries(desk.sql, webhookId, { limit: limit + 1, offset });
  const page = rows.slice(0, limit);
  const events = page.map(({ event }) => event);
  const tries = page.length === 0 ? [] : attemptsOf(desk.sql, webhookId, events, attemptsLookedAt);
  const owed = page.length === 0 ? [] : owedOf(desk.sql, webhookId, events, attemptsLookedAt);
  const probeAt = probeOf(desk, webhookId) ?? 0;
  const deliveries = page.map(({ event, name, first_at }): DeliveryView => {
    const last = tries.findLast((one) => one.event === event);
    const isTaken = judgeDelivery(last?.status ?? null) === "delivered";
    const dueAt = owed.find((one) => one.event === event)?.due_at;
    return {
      webhookId,
      eventId: rowId("evt", event, desk.tag),
      eventName: name,
      attempts: last?.attempt ?? 1,
      status: last?.status ?? null,
      firstAt: first_at,
      lastAt: last?.attempted_at ?? first_at,
      nextAt: isTaken || dueAt === undefined ? null : Math.max(dueAt, probeAt),
    };
  });
  return ok({ deliveries, more: rows.length > limit });
}

function listEvents(
  desk: Desk,
  { limit, before, name, chat, messageId }: Extract<ChannelCall, { kind: "events" }>["query"],
): Result<ChannelAnswers["events"]> {
  const message = messageId === null ? null : readRowId("msg", messageId, desk.tag);
  if (messageId !== null && message === null) return ok({ bodies: [], next: null });
  const from = before ?? Number.MAX_SAFE_INTEGER;
  const sought = { name, chat, message };
  const { rows, reached } = eventsBefore(desk.sql, from, sought, { limit: limit + 1, among: eventsLookedAt });
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? (page.at(-1)?.seq ?? null) : reached;
  return ok({ bodies: page.map(({ body }) => body), next });
}

function readEvent(desk: Desk, eventId: string): Result<ChannelAnswers["event"]> {
  const seq = readRowId("evt", eventId, desk.tag);
  const event = seq === null ? null : findEvent(desk.sql, seq);
  return event === null ? fail("not_found", "Event not found: events are kept for 30 days.") : ok({ body: event.body });
}
