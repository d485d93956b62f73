/** What may be asked of a key's object, as plain data both ways: the Worker and the object must agree on nothing else. */
import type { CampaignAnswers, CampaignCall } from "./campaigns/campaign.ts";
import type { ChannelAnswer, ChannelCall } from "./channel-calls.ts";
import type { ContactPage, ContactView, Page } from "./contact-view.ts";
import type { Failure, Result } from "./failure.ts";
import type { CarriedReport, Parcel, ParcelAnswer, ToCarry } from "./fallback.ts";
import type { Caps } from "./line.ts";
import type {
  ChatAnswer,
  ChatCall,
  GroupAnswer,
  GroupCall,
  GroupQuery,
  GroupView,
  LineAnswer,
  LineCall,
} from "./line-calls.ts";
import type { Direction, Draft, ListedGroup, Message, MessageStatus, Origin } from "./message.ts";
import type { GivenOptIn, OptIn } from "./opt-in.ts";
import type { Preview } from "./preview.ts";
import type { PublicAddresses } from "./public-address.ts";
import type { KeyMode, NumberType, Protocol, Sealed, Snapshot, Webhook } from "./snapshot.ts";
import type { TimelineKind } from "./timeline.ts";
import type { LedgerCursor, LedgerPage, Row } from "./transfer.ts";
import type { Next } from "./waiting.ts";

export type { ContactPage, ContactTag, ContactView, Page } from "./contact-view.ts";
export type { Preview } from "./preview.ts";

/** Who asks: the key id that the token carries and the SHA-256 of the whole token, hex. The object compares. */
export type Credential = { keyId: string; hash: string };

/** A credential of the key, or null: the admin, whom the edge has let in. */
export type Asker = Credential | null;

/** One send: its messages in order (a text array is several), and the idempotency key with the fingerprint of what was asked. */
export type SendRequest = {
  drafts: Draft[];
  idempotency: { key: string; fingerprint: string } | null;
  /** Whether the answer brings the messages along, as they stand. */
  shows?: boolean;
  /** What was found against it before it came to the pool, and what it would send: it is refused with that, unless it was answered before. It has no drafts. */
  refused?: { failure: Failure; drafts: Draft[] };
};
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

export type NumberView = {
  phoneNumber: string;
  isActive: boolean;
  lastActiveAt: number | null;
  type: NumberType;
  /** A line's caps, and how many conversations it began within the last hour and day; a pool of before lines were known does not say. */
  caps?: CapsView | null;
};
export type CapsView = Caps & { perSecond: number | null; newContactsLastHour: number; newContactsLastDay: number };
export type KeyView = {
  keyId: string;
  name: string;
  hint: string;
  mode: KeyMode;
  protocol: Protocol | null;
  organization: Snapshot["organization"];
  numbers: NumberView[];
  usage: { inbound: number; outbound: number; lastSentAt: number | null };
};

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

/** A delivery that is due: where it goes, its bytes, and the sealed secrets that sign it. `handle` names it when its end is reported. */
export type DueDelivery = {
  /** Deliveries with the same hand are posted one after another. */
  hand?: number;
  handle: DeliveryHandle;
  attempt: number;
  eventId: string;
  eventName: string;
  messageId: string | null;
  body: string;
  webhookId: string;
  url: string;
  secrets: Sealed[];
  originalEventId: string | null;
  /** Every address that is or was ours: none of them is a customer's endpoint. A pool of before does not say. */
  addresses?: PublicAddresses;
};
export type DeliveryHandle = { dueAt: number; event: number; webhookId: string };

/** How one attempt ended. `status` is null when no answer came; `response` is the first 4 KiB of the answer. */
export type DeliveryEnd = {
  handle: DeliveryHandle;
  attemptedAt: number;
  durationMs: number;
  status: number | null;
  retryAfter: string | null;
  response: string | null;
  error: string | null;
};

/** What the directory must learn from reported deliveries. */
export type DeliveryVerdicts = {
  disable: { webhookId: string; because: "gone" | "failing" }[];
} & TakenDeliveries;

/** What a consumer was handed, and whether more is due on the lane that nobody holds yet. */
export type TakenDeliveries = { deliveries: DueDelivery[]; more: boolean };

/** Which events of a webhook are to be delivered again: those of a time, both ends included (epoch milliseconds); what is older than the webhook only where that is asked for. */
export type ReplayQuery = {
  webhookId: string;
  since: number;
  until: number | null;
  onlyFailed: boolean;
  includeBeforeCreation?: boolean;
};
/** How many replays were written, from when on to ask for the rest (null when there is none), and from when on events were looked at. */
export type ReplayedRange = { replayed: number; nextSince: number | null; coversFrom?: number };

/** Where to read on in the feed of events: after an event's id, from `latest`, or from the beginning. */
export type ListEvents = { after: string | null; limit: number };
export type EventsPage = { bodies: string[]; nextAfter: string | null };

/** Somebody follows a short link; `counts` is false for a HEAD. */
export type LinkVisit = { n: number; secret: string; counts: boolean; knownBot: boolean; prefetch: boolean };

/** How a webhook fares: the newest attempt and its answer (`lastStatus` null: none came), failures in all, since when nothing but failures, and what it is owed. */
export type WebhookState = {
  webhookId: string;
  lastTriggeredAt: number | null;
  lastStatus: number | null;
  failureCount: number;
  failingSince: number | null;
  owed: number;
};

export type DeliveryLog = {
  eventId: string;
  webhookId: string;
  eventName: string;
  messageId: string | null;
  attempt: number;
  attemptedAt: number;
  durationMs: number;
  status: number | null;
  response: string | null;
  error: string | null;
  url: string;
  body: string;
  originalEventId: string | null;
};
export type ListLogs = Page & {
  webhookId: string;
  sort: "asc" | "desc";
  status: number | null;
  minStatus: number | null;
  maxStatus: number | null;
  /** Only what was not answered with 2xx, answers that did not come included; false: only what was. */
  failed: boolean | null;
};

/** What was erased of a person; `keptOptOut`: that they opted out is still known. */
export type ErasedContact = { erasedAt: number; messages: number; events: number; keptOptOut: boolean };
export type ContactCapabilities = {
  contact: string;
  type: "phone" | "email";
  sms: boolean;
  whatsapp: boolean;
  /** On a key with iMessage lines: what the Mac said; a pool of before does not say. */
  imessage?: boolean;
  facetime?: boolean;
  checkedAt: number;
};

/** A contact that is sticky to a number, since when. */
export type Assignment = { contact: string; phoneNumber: string; assignedAt: number };
export type AssignmentWish = Pick<Assignment, "contact" | "phoneNumber">;
/** A contact that wants no more messages, by what that is known, and since when. */
export type OptOut = { contact: string; source: string; optedOutAt: number };

export type PoolStats = {
  version: number;
  owedDeliveries: number;
  waitingMessages: number;
  unknownMessages: number;
  lastUsedAt: number | null;
  /** When and why the key paused itself; null where it did not, and a pool of before does not say. */
  pausedItself?: { at: number; because: string } | null;
};

/** What was carried on one day (UTC, `2026-05-03`): null while a day long past is not counted yet. */
export type DayCount = {
  day: string;
  sent: number | null;
  delivered: number;
  failed: number;
  inbound: number | null;
};
/** What a pool carried by the day, and of its busiest numbers the days on which they carried something. */
export type Traffic = {
  days: DayCount[];
  numbers: { phoneNumber: string; days: DayCount[] }[];
  numbersLeftOut: number;
};

/** When a carrier's account was last heard of in a pool, by its newest thousand messages; null: not in these. */
export type AccountTraffic = {
  accountId: string;
  inboundAt: number | null;
  sentAt: number | null;
  statusAt: number | null;
};
/** What the operator's look at everything asks of a pool. */
export type PoolCheckUp = PoolStats & { ledgerBytes: number; accounts: AccountTraffic[] };

/** How a number of a pool fares. Rates are shares of the messages that ended in the last seven days, null where none did; faults say whose they were. */
export type NumberStats = {
  phoneNumber: string;
  /** When a message last left it or came to it. */
  lastActiveAt: number | null;
  sentToday: number;
  queued: number;
  deliveryRate7d: number | null;
  failureRate7d: number | null;
  faults7d: { number: number; content: number; recipient: number; other: number };
  health: { status: "healthy" | "unhealthy" | "unknown"; reason: string | null; since: number | null };
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

/** What an object holds after a publication: an object of the release before does not say whether its key is revoked. */
export type Published = { version: number; revoked?: boolean };

/** The methods of a key's object. Calls with a credential answer `unauthorized` for a wrong one and `needs_snapshot` when the object has none yet. */
export type PoolCalls = {
  publish(snapshot: Snapshot): Promise<Published>;
  authenticate(credential: Credential): Promise<Result<KeyView>>;
  accept(
    credential: Credential,
    requests: SendRequest[],
    call?: SendRequest["idempotency"],
  ): Promise<Result<Result<SendAnswer>[]>>;
  /** The admin may leave the chat out. */
  cancelMessage(asker: Asker, chatId: string | null, messageId: string): Promise<Result<{ status: MessageStatus }>>;
  readMessage(credential: Credential, chatId: string, messageId: string): Promise<Result<MessageView>>;
  listMessages(asker: Asker, query: ListMessages): Promise<Result<MessagesPage>>;
  listChats(asker: Asker, query: ListChats): Promise<Result<{ chats: ChatSummary[]; total: number }>>;
  readChat(credential: Credential, chatId: string): Promise<Result<ChatSummary>>;
  webhookStates(credential: Credential): Promise<Result<{ key: KeyView; webhooks: Webhook[]; states: WebhookState[] }>>;
  listLogs(credential: Credential, query: ListLogs): Promise<Result<{ logs: DeliveryLog[]; total: number }>>;
  listContacts(asker: Asker, query: ContactPage): Promise<Result<{ contacts: ContactView[]; total: number }>>;
  createContact(
    asker: Asker,
    identifier: string,
    name: string | null,
  ): Promise<Result<{ created: boolean; contact: ContactView }>>;
  readContact(asker: Asker, identifier: string): Promise<Result<ContactView>>;
  listOptIns(asker: Asker, identifier: string, page: Page): Promise<Result<{ optIns: OptIn[]; total: number }>>;
  addOptIn(asker: Asker, identifier: string, given: GivenOptIn): Promise<Result<OptIn>>;
  renameContact(
    asker: Asker,
    identifier: string,
    name: string | null | undefined,
    timeZone?: string | null,
  ): Promise<Result<ContactView>>;
  deleteContact(asker: Asker, identifier: string): Promise<Result<{ deletedAt: number }>>;
  eraseContact(identifier: string): Promise<Result<ErasedContact>>;
  judgeCapabilities(credential: Credential, identifier: string): Promise<Result<ContactCapabilities>>;
  addTags(asker: Asker, identifier: string, tags: string[]): Promise<Result<{ tags: string[] }>>;
  removeTag(asker: Asker, identifier: string, tag: string): Promise<Result<{ deletedAt: number }>>;
  receive(message: InboundMessage): Promise<Result<Received>>;
  /** Receives messages in order; ends at the first that the pool does not take. */
  receiveAll(messages: InboundMessage[]): Promise<Result<null>>;
  /** Looks at a Mac soon, since it rang; a call or somebody's typing is told. Nothing of it is believed but that something may be new. */
  ringLine(ring: LineRing): Promise<Result<null>>;
  /** Does something in a conversation, or with a line, beside sending. */
  callChat(credential: Credential, chatId: string, call: ChatCall): Promise<Result<ChatAnswer>>;
  callLine(credential: Credential, call: LineCall): Promise<Result<LineAnswer>>;
  listGroups(credential: Credential, query: GroupQuery): Promise<Result<{ groups: GroupView[]; total: number }>>;
  readGroup(credential: Credential, groupId: string): Promise<Result<GroupView>>;
  callGroup(credential: Credential, call: GroupCall): Promise<Result<GroupAnswer>>;
  /** Does something with the key's campaigns, as the key itself or as the admin; the answer is that of the call's kind. */
  callCampaign(asker: Asker, call: CampaignCall): Promise<Result<CampaignAnswers[keyof CampaignAnswers]>>;
  /** Answers in the words of channels, each call with the answer of its kind. */
  callChannels(credential: Credential, call: ChannelCall): Promise<Result<ChannelAnswer<ChannelCall["kind"]>>>;
  /** What this key owes other keys: messages that fall back to them, and how those stand that it carries. What is not answered is given again. */
  takeToCarry(): Promise<Result<ToCarry>>;
  /** Takes a message that another key hands on, or says why not; its first answer is its answer for ever. */
  carry(parcel: Parcel): Promise<Result<ParcelAnswer>>;
  noteCarried(messageId: string, answer: ParcelAnswer): Promise<Result<null>>;
  /** Holds a carried message back where it has not left; `arrived` false: it never came, and never will. */
  recallCarried(from: Origin): Promise<Result<{ arrived: boolean }>>;
  noteRecalled(messageId: string, arrived: boolean): Promise<Result<null>>;
  /** Heeds how a message stands at the key `by` that carries it. */
  hearCarried(by: string, report: CarriedReport): Promise<Result<null>>;
  noteHeard(from: Origin, n: number): Promise<Result<null>>;
  /** How far a Mac was read, as the mark at which another pool goes on, null where it never was. */
  readLineMark(accountId: string): Promise<Result<{ mark: string | null }>>;
  /** Owes `call.received` to those who name it. */
  noteCall(call: InboundCall): Promise<Result<null>>;
  report(report: StatusReport): Promise<StatusAnswer>;
  takeDeliveries(lane: Lane, hands: number): Promise<TakenDeliveries>;
  /** `back` was taken and not tried. */
  recordDeliveries(lane: Lane, ends: DeliveryEnd[], hands: number, back?: DeliveryHandle[]): Promise<DeliveryVerdicts>;
  /** Replays as the key itself (its own webhooks), or as the admin where there is no credential. */
  replayOne(asker: Asker, webhookId: string, eventId: string): Promise<Result<DueDelivery>>;
  replayRange(asker: Asker, query: ReplayQuery): Promise<Result<ReplayedRange>>;
  /** For the admin, before a replay in several pools: how far one call would come in this one. */
  findReplayEnd(query: ReplayQuery): Promise<Result<{ nextSince: number | null }>>;
  listEvents(credential: Credential, query: ListEvents): Promise<Result<EventsPage>>;
  followLink(visit: LinkVisit): Promise<Result<{ url: string }>>;
  preview(drafts: Draft[]): Promise<Result<Preview>>;
  searchMessages(search: MessageSearch): Promise<Result<FoundMessages>>;
  adminReadMessage(messageId: string): Promise<Result<MessageView>>;
  readStory(messageId: string): Promise<Result<MessageStory>>;
  exportRows(cursor: LedgerCursor): Promise<Result<LedgerPage>>;
  /** Takes rows of another ledger into one that was never opened, or is not yet. */
  importRows(rows: { table: string; row: Row }[]): Promise<Result<null>>;
  /** Ends an import: from now on it takes a snapshot. Answers how many messages wait. */
  finishImport(): Promise<{ waiting: number }>;
  stats(): Promise<PoolStats | null>;
  /** Lets a key that paused itself send again. */
  resume(): Promise<Result<null>>;
  checkUp(): Promise<PoolCheckUp | null>;
  numberStats(): Promise<NumberStats[]>;
  readTraffic(days: number): Promise<Result<Traffic>>;
  acceptAsAdmin(requests: SendRequest[]): Promise<Result<Result<SendAnswer>[]>>;
  adminListLogs(query: ListLogs): Promise<Result<{ logs: DeliveryLog[]; total: number }>>;
  adminWebhookStates(): Promise<Result<WebhookState[]>>;
  listAssignments(
    query: Page & { contact: string | null },
  ): Promise<Result<{ assignments: Assignment[]; total: number }>>;
  setAssignment(contact: string, phoneNumber: string): Promise<Result<Assignment>>;
  importAssignments(wishes: AssignmentWish[]): Promise<Result<Result<Assignment>[]>>;
  resetAssignment(contact: string): Promise<Result<null>>;
  listOptOuts(query: Page & { contact: string | null }): Promise<Result<{ optOuts: OptOut[]; total: number }>>;
  setOptOut(contact: string, by: string): Promise<Result<OptOut>>;
  liftOptOut(contact: string): Promise<Result<null>>;
};

/** Endpoints known to be slow ring on a queue of their own. */
export type Lane = "fast" | "slow";

/**
 * What a pool tells the Worker: the carrier refuses an account's credentials, reports in the carrier's name were refused (so many, the last at `at`), the pool has no
 * snapshot that it could read, or it owes other keys something. Losing it changes nothing: it is told again.
 */
export type News =
  | { kind: "account_refused"; accountId: string; because: string }
  | { kind: "signature_refused"; accountId: string; count: number; at: number }
  | { kind: "needs_snapshot"; pool: string }
  | { kind: "to_carry"; pool: string };

/** A queue message: ids only. */
export type Bell = { pool: string; lane: Lane };

/** Returns the bell that a queue message is, or null for anything else. */
export function readBell(body: unknown): Bell | null {
  if (typeof body !== "object" || body === null || !("pool" in body) || !("lane" in body)) return null;
  const { pool, lane } = body;
  return typeof pool === "string" && (lane === "fast" || lane === "slow") ? { pool, lane } : null;
}
