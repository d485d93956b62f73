/** Messages, chats and stories as a pool is asked for them. */
import type { Page } from "../contact-view.ts";
import type { Direction, Message } from "../message.ts";
import type { TimelineKind } from "../timeline.ts";
import type { Next } from "../waiting.ts";

export type Contact = { contactId: string; identifier: string; name: string | null };

export type MessageView = { message: Message; contact: Contact | null };

export type ChatSummary = {
  chatId: string;
  /** Of a group on an iMessage line; left out by a pool of the release before. */
  group?: { name: string | null; memberCount: number } | null;
  contact: Contact | null;
  inboundCount: number;
  outboundCount: number;
  firstAt: number;
  lastAt: number;
  lastInboundAt: number | null;
  lastOutboundAt: number | null;
  lastMessage: { messageId: string; text: string | null; direction: Direction; at: number } | null;
};

export type ListMessages = Page & {
  chatId: string;
  sort: "asc" | "desc";
  direction: Direction | null;
  since: number | null;
  until: number | null;
};

export type MessagesPage = { chatId: string; contact: Contact | null; messages: Message[]; total: number };

export type ListChats = Page & { q: string | null; sort: "recent" | "oldest" };

/** One attempt to deliver an event to a webhook; `waiting`: not made yet, `at` is when it is due. */
export type StoryAttempt = {
  webhookId: string;
  attempt: number;
  at: number;
  state: "delivered" | "failed" | "waiting";
  status: number | null;
  error: string | null;
  durationMs: number | null;
};

/** A message with what happened to it, oldest first, whom that was told, and what happens next. */
export type MessageStory = MessageView & {
  timeline: { at: number; kind: TimelineKind; words: string; eventId: string | null; attempts: StoryAttempt[] }[];
  next: Next | null;
};

/** What a message may be asked for by the words of its state; `unknown`: its outcome is not known yet. */
export const searchableStatuses = [
  "scheduled",
  "queued",
  "sent",
  "delivered",
  "read",
  "failed",
  "cancelled",
  "received",
  "unknown",
] as const;

/** Which messages of a pool are looked for, newest first. `before` and `after` are message ids, both left out of the answer; `after` may be `latest`. */
export type MessageSearch = {
  limit: number;
  before: string | null;
  after: string | null;
  status: (typeof searchableStatuses)[number] | null;
  direction: Direction | null;
  number: string | null;
  contact: string | null;
  /** Part of a text, or a whole message id or carrier's id. */
  q: string | null;
  since: number | null;
  until: number | null;
};

/**
 * What was found of a search. `nextBefore` is where to go on and `searchedUntil` down to which time was searched, both null when nothing is left;
 * `nextAfter` is from where on to ask for what comes later.
 */
export type FoundMessages = {
  messages: MessageView[];
  nextBefore: string | null;
  searchedUntil: number | null;
  nextAfter: string;
};
