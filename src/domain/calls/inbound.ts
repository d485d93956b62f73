/** What comes in from a network: messages, calls, rings and reports. */
import type { Message } from "../message.ts";

/** An inbound message after its signature was checked (or could not be, for want of an auth token: `verified` false). */
export type InboundMessage = {
  providerId: string;
  accountId: string;
  from: string;
  to: string;
  channel: Message["channel"];
  text: string | null;
  attachments: Message["attachments"];
  verified: boolean;
  optOutType: string | null;
  detail: Record<string, unknown>;
  /** The group that it was written in. */
  group?: string;
  /** The organization's own webhooks heard of it before a key held the number. */
  toldOrganization?: boolean;
  /** The account's settings keep it out of the ledger: only what it asks (STOP, START) is heeded. */
  keywordOnly?: boolean;
  /** It was written to a sender of the account that no pool can hold (an RCS agent): what it asks holds for every pool with numbers of the account. */
  toAccount?: boolean;
  /** When it came in, where that was before a key held the number. */
  receivedAt?: number;
  /** When the person wrote it, by the clock of the line's Mac: it may be read much later. */
  writtenAt?: number;
};

/** `messageId` is null where only the keyword was heeded. */
export type Received = { messageId: string | null; repeated: boolean };

/** What a Mac's bell said; `edits`: something that is known may have changed. */
export type LineRing = { accountId: string } & (
  | { kind: "ring"; edits: boolean }
  | { kind: "typing"; chat: string; isTyping: boolean }
  | { kind: "call"; callId: string | null; address: string }
);

/** A call to one of our numbers, after its signature was checked. */
export type InboundCall = { providerId: string; from: string; to: string; forwardedTo: string | null };

/** A status callback as it came: the object verifies it itself, with the account's tokens in its snapshot. */
export type StatusReport = {
  accountId: string;
  messageId: string | null;
  url: string;
  /** The URL by which it came, whatever our address is; a Worker of before does not say. */
  calledAt?: string;
  params: [string, string][];
  signature: string | null;
  /** Whether it is kept for a message that may learn its id a moment later; by default it is. */
  parks?: boolean;
};

/** `unavailable`: the object cannot look at it now, it is to be reported again; nor can it before our address is known (`no_address`), or the master key that sealed the account's token is there (`key_missing`). */
export type StatusAnswer =
  | "applied"
  | "ignored"
  | "forbidden"
  | "no_address"
  | "key_missing"
  | "unknown_pool"
  | "unavailable";
