/** What every network behind us gives. A carrier is bound to one account of its network, and reads its own answers; the pool decides what follows from them. */

import type { MessageStatus, SendExtras } from "../domain/message.ts";
import type { Channel } from "../domain/snapshot.ts";

/** A chat as the network names it, null where that is not known yet; `members` of a group, null for a chat with one person. */
export type ChatTarget = { id: string | null; members: string[] | null };

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
  /** False: the person was found not to be on the network a short while ago, and is not looked up anew. */
  reachable?: false;
  /** Where it goes, on a network that has chats; without it, to the one person `to`. */
  chat?: ChatTarget;
  /** Where the network stood as the message left: an answer that names something older names another message. */
  watermark?: Watermark;
};

/**
 * What came of asking a carrier to send: taken, refused for good, the account refused, told to wait (known not taken), or not known.
 * `chat` is the network's own name of the chat, `state` what it said at once; `offline` says in words why the account itself cannot be reached.
 */
export type Outcome =
  | {
      kind: "accepted";
      providerId: string;
      from: string | null;
      requestId: string | null;
      chat?: string;
      state?: MessageState;
    }
  | { kind: "refused"; code: string | null; message: string; requestId: string | null }
  | { kind: "account_refused"; because: string; requestId: string | null }
  | { kind: "wait"; retryAfterSeconds: number | null; requestId: string | null; offline?: string; spent?: boolean }
  | { kind: "unknown"; cause: string; requestId: string | null };

/** What the carrier says of one message of ours; `status` is null for a word that we do not know. */
export type MessageState = {
  providerId: string;
  status: MessageStatus | null;
  errorCode: string | null;
  errorMessage: string | null;
  /** When it came to that, in epoch milliseconds, and what carried it, where the network says so. */
  at?: number;
  channel?: Channel;
};

/** A send whose outcome is unknown, as it left. */
export type Sought = Omit<Outgoing, "reference" | "watermark"> & {
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

/** What happened since a cursor, in the network's order, and the cursor behind it; `more` asks to come again at once. */
export type Changes = { changes: Change[]; cursor: string; more: boolean };
/** What a look may be asked beside what is new: ids of rows to be told again, and whether edits are looked for now and not only once an hour. */
export type ChangesAsked = { again?: readonly string[]; edits?: boolean };

/** A chat as a row shows it: `id` is the network's name of it, `key` what of that name never changes; `name` of a group, null where nobody gave one. */
export type ChatPlace = { id: string; key: string } & (
  | { kind: "direct"; address: string }
  | { kind: "group"; name: string | null }
);

/** A row of the network's history: its place in the order, its id for ever, its own time in epoch milliseconds, its chat (null: it belongs to none), and which of our addresses it is at. */
export type HistoryRow = { row: number; providerId: string; at: number; chat: ChatPlace | null; line: string };

/** What a row is. `own` went out from us: a send of ours, one whose answer was lost, or what a person typed on a device. A null `sender` is ourselves. */
export type Change = HistoryRow &
  (
    | ({ kind: "received"; sender: string } & RowContent)
    | ({ kind: "own"; state: MessageState } & RowContent)
    | { kind: "reaction"; target: MessagePart; reaction: string; isAdded: boolean; sender: string | null }
    | { kind: "edited"; text: string | null; editedAt: number; sender: string | null }
    | { kind: "unsent"; partIndexes: number[]; whole: boolean; sender: string | null }
    | { kind: "group"; change: GroupChange; name: string | null; sender: string | null }
  );
export type GroupChange =
  | "member_added"
  | "member_removed"
  | "member_left"
  | "renamed"
  | "icon_changed"
  | "icon_removed";
export type MessagePart = { providerId: string; partIndex: number };
export type RowContent = {
  text: string | null;
  channel: Channel;
  files: ReceivedFile[];
  replyTo: MessagePart | null;
  effect: string | null;
  /** Marked as junk, or from a sender that the owner's filter put aside. */
  filtered: boolean;
};
/** A file of a row, by what the network says of it. */
export type ReceivedFile = FileReference & { name: string | null; mimeType: string | null; size: number | null };

/** What can be done in a conversation beside sending; `chat` is the network's name of it. */
export type Act =
  | { kind: "read" | "start_typing" | "stop_typing" | "share_contact" | "leave" | "remove_icon"; chat: string }
  | { kind: "react"; chat: string; target: MessagePart; reaction: string; remove: boolean }
  | { kind: "edit"; target: MessagePart; text: string }
  | { kind: "unsend"; target: MessagePart }
  | { kind: "add_member" | "remove_member"; chat: string; address: string }
  | { kind: "rename"; chat: string; name: string }
  | { kind: "set_icon"; chat: string; icon: { bytes: Uint8Array; type: string } };
/** What an act came to: the id of the row that it made, and a warning in words where less was done than asked. */
export type Acted = { providerId: string | null; warning: string | null };

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
  /** The network's mark of now, written down before a message leaves, with the service that picks its sender, where one does; null where the time alone must do. */
  mark(service?: string | null): string | null;
  /** The same where only the network itself can tell; null where `mark` is all there is. */
  askMark: (() => Promise<CarrierResult<string>>) | null;
  /** Looks for a message whose send was not answered; a look that could not be had whole is a refusal, never an absence. */
  settle(sought: Sought, watermark: Watermark): Promise<CarrierResult<Settlement>>;
  /** The states of messages that the network took, by its ids; one that is missing could not be asked about now. */
  states(providerIds: readonly string[]): Promise<Map<string, MessageState>>;
  /** What happened since a cursor; null begins now. */
  changes: ((cursor: string | null, asked?: ChangesAsked) => Promise<CarrierResult<Changes>>) | null;
  act: ((act: Act) => Promise<CarrierResult<Acted>>) | null;
  /** Opens one file of an inbound message; the body is the caller's to read or cancel. */
  openMedia(file: FileReference): Promise<CarrierResult<Response>>;
  /** Tries the account against one capability. */
  probe(capability: Capability): Promise<CarrierResult<{ detail: string }>>;
};
