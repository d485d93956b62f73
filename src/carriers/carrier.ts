/** What every network behind us gives. A carrier is bound to one account of its network, and reads its own answers; the pool decides what follows from them. */

import type { Message, MessageStatus, SendExtras } from "../domain/message.ts";

/** A message as it leaves: addresses in the form the ledger keeps, media as public URLs. */
export type Outgoing = {
  to: string;
  from: string;
  text: string | null;
  mediaUrls: string[];
  /** By what the network may name the message to us: its id, and a URL of ours with pool and message in its query. A network uses what it can. */
  reference: { messageId: string; callbackUrl: string };
  /** Wishes that only some networks know; the others leave them alone. */
  extras: SendExtras;
};

/** What came of asking a carrier to send: taken, refused for good, the account refused, told to wait (known not taken), or not known. */
export type Outcome =
  | { kind: "accepted"; providerId: string; from: string | null; requestId: string | null }
  | { kind: "refused"; code: string | null; message: string; requestId: string | null }
  | { kind: "account_refused"; because: string; requestId: string | null }
  | { kind: "wait"; retryAfterSeconds: number | null; requestId: string | null }
  | { kind: "unknown"; cause: string; requestId: string | null };

/** What the carrier says of one message of ours; `status` is null for a word that we do not know. */
export type MessageState = {
  providerId: string;
  status: MessageStatus | null;
  errorCode: string | null;
  errorMessage: string | null;
};

/** A send whose outcome is unknown, as it left. */
export type Sought = Omit<Outgoing, "reference"> & {
  /** Whether a message of ours has this id already. */
  isOurs: (providerId: string) => boolean;
  /** How many messages to this person from this sender are sought, this one included, and its place among them by age, from 0. */
  peers: { count: number; rank: number };
  /** How old the message must be, by the network's clock where that is known, before it may be called absent. */
  absentAfterMs: number;
};

/** Where the network stood when the send began: our own time, and the network's mark of it where it has one. */
export type Watermark = { at: number; mark: string | null };

/** What a look for a message found: it, surely nothing, or something that may be it, with why nobody can say. */
export type Settlement =
  | { kind: "found"; state: MessageState }
  | { kind: "absent" }
  | { kind: "ambiguous"; because: string };

/** What happened since a cursor, oldest first, and the cursor behind it. */
export type Changes = { states: MessageState[]; received: ReceivedMessage[]; cursor: string };
/** A person's message as a cursor shows it. */
export type ReceivedMessage = Pick<Message, "text" | "channel"> & {
  providerId: string;
  from: string;
  to: string;
  at: number;
  files: FileReference[];
};

/** What can be done in a conversation beside sending. */
export type Act =
  | { kind: "read" | "start_typing" | "stop_typing"; chat: string }
  | { kind: "react"; chat: string; providerId: string; reaction: string; remove: boolean };

/** One file of a message, by the network's own ids. */
export type FileReference = { message: string; file: string };

/** An answer that is no success: the HTTP status (null when none came), the carrier's code and words. */
export type Refusal = { status: number | null; code: string | null; message: string };
export type CarrierResult<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/** What a login can be tried against. */
export type Capability = "credentials" | "numbers" | "messages";

/** How a network behaves, as far as the pool must know. */
export type Capabilities = {
  /** How long an unanswered send may still turn up, and how far apart the two looks stand that settle an absence, in milliseconds. */
  settling: { graceMs: number; secondLookMs: number };
};

/** One account of a network. No call throws, and none repeats by itself. What a network cannot do is null, so that nobody calls it by mistake. */
export type Carrier = {
  capabilities: Capabilities;
  /** Sends once. */
  send(outgoing: Outgoing): Promise<Outcome>;
  /** The network's mark of now, written down before a message leaves; null where the time alone must do. */
  mark(): string | null;
  /** Looks for a message whose send was not answered; a look that could not be had whole is a refusal, never an absence. */
  settle(sought: Sought, watermark: Watermark): Promise<CarrierResult<Settlement>>;
  /** The states of messages that the network took, by its ids; one that is missing could not be asked about now. */
  states(providerIds: readonly string[]): Promise<Map<string, MessageState>>;
  /** What happened since a cursor; null begins now. */
  changes: ((cursor: string | null) => Promise<CarrierResult<Changes>>) | null;
  act: ((act: Act) => Promise<CarrierResult<null>>) | null;
  /** Opens one file of an inbound message; the body is the caller's to read or cancel. */
  openMedia(file: FileReference): Promise<CarrierResult<Response>>;
  /** Tries the account against one capability. */
  probe(capability: Capability): Promise<CarrierResult<{ detail: string }>>;
};
