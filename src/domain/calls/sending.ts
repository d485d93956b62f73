/** What a pool is asked to send, and what it answers. */
import type { Failure } from "../failure.ts";
import type { Recall } from "../fallback.ts";
import type { Draft, ListedGroup, Message, MessageStatus } from "../message.ts";

/** One send: its messages in order (a text array is several), and the idempotency key with the fingerprint of what was asked. */
export type SendRequest = {
  drafts: Draft[];
  idempotency: { key: string; fingerprint: string } | null;
  /** Whether the answer brings the messages along, as they stand. */
  shows?: boolean;
  /** What was found against it before it came to the pool, and what it would send: it is refused with that, unless it was answered before. It has no drafts. */
  refused?: { failure: Failure; drafts: Draft[] };
};

/** A message that is cancelled, or how it stands while another key, which carries it, is to be asked (`recall`). */
export type Cancelling = { status: MessageStatus; recall?: Recall };

export type SentMessage = { messageId: string; fromNumber: string };

export type SendAnswer = {
  messages: SentMessage[];
  replayed: boolean;
  allowance?: Allowance | null;
  /** What the sender should know of a line's caps, in sentences. */
  warnings?: string[];
  /** Until when it waits for the end of quiet hours. */
  quietUntil?: number;
  /** The group that a list of recipients came to. */
  group?: ListedGroup;
  /** Where the request asks for them: the messages as they stand, and whether the key holds iMessage lines. */
  written?: Message[];
  lines?: boolean;
};

/** What is left of a key's daily cap, in message parts; null where there is no cap. */
export type Allowance = { limit: number; left: number; resetsInSeconds: number };
