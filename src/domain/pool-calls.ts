/** What may be asked of a key's object, as plain data both ways: the Worker and the object must agree on nothing else. */
import type { Asker, Credential } from "./calls/asker.ts";
import type { InboundCall, InboundMessage, LineRing, Received, StatusAnswer, StatusReport } from "./calls/inbound.ts";
import type { KeyView, NumberStats, PoolCheckUp, PoolStats, Published, Traffic } from "./calls/numbers.ts";
import type { Assignment, AssignmentWish, ContactCapabilities, ErasedContact, OptOut } from "./calls/people.ts";
import type {
  ChatSummary,
  FoundMessages,
  ListChats,
  ListMessages,
  MessageSearch,
  MessageStory,
  MessagesPage,
  MessageView,
} from "./calls/reading.ts";
import type { Cancelling, SendAnswer, SendRequest } from "./calls/sending.ts";
import type {
  DeliveryEnd,
  DeliveryHandle,
  DeliveryLog,
  DeliveryVerdicts,
  DueDelivery,
  EventsPage,
  Handed,
  Handing,
  Lane,
  LinkVisit,
  ListEvents,
  ListLogs,
  ReplayedRange,
  ReplayQuery,
  TakenDeliveries,
  WebhookState,
} from "./calls/telling.ts";
import type { CampaignAnswers, CampaignCall } from "./campaigns/campaign.ts";
import type { ChannelAnswer, ChannelCall } from "./channel-calls.ts";
import type { ContactPage, ContactView, Page } from "./contact-view.ts";
import type { Result } from "./failure.ts";
import type { CarriedReport, Parcel, ParcelAnswer, Recalled, ToCarry } from "./fallback.ts";
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
import type { Draft, MessageStatus, Origin } from "./message.ts";
import type { GivenOptIn, OptIn } from "./opt-in.ts";
import type { Preview } from "./preview.ts";
import type { Snapshot, Webhook } from "./snapshot.ts";
import type { LedgerCursor, LedgerPage, Row } from "./transfer.ts";

/** The methods of a key's object. Calls with a credential answer `unauthorized` for a wrong one and `needs_snapshot` when the object has none yet. */
export type PoolCalls = {
  publish(snapshot: Snapshot): Promise<Published>;
  authenticate(credential: Credential): Promise<Result<KeyView>>;
  accept(
    credential: Credential,
    requests: SendRequest[],
    call?: SendRequest["idempotency"],
    comesBack?: boolean,
  ): Promise<Result<Result<SendAnswer>[]>>;
  /** The admin may leave the chat out. */
  cancelMessage(asker: Asker, chatId: string | null, messageId: string): Promise<Result<Cancelling>>;
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
  /** With `hands`, here and wherever they are offered, what became due may be handed to the caller, who delivers it with so many: nobody else is rung for. */
  receive(message: InboundMessage, hands?: number): Promise<Handed<Received>>;
  /** Receives messages in order. Answers the provider ids of those that could not be taken; a caller that does not say that it heeds them (a Worker of the release before) is thrown the fault. */
  receiveAll(messages: InboundMessage[], apart?: boolean): Promise<Result<string[] | null>>;
  /** Looks at a Mac soon, since it rang; a call or somebody's typing is told. Nothing of it is believed but that something may be new. */
  ringLine(ring: LineRing, hands?: number): Promise<Handed<null>>;
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
  recallCarried(from: Origin): Promise<Result<Recalled>>;
  /** Answers how the message stands then, null where that is not known. */
  noteRecalled(messageId: string, arrived: boolean, status?: MessageStatus): Promise<Result<MessageStatus | null>>;
  /** Heeds how a message stands at the key `by` that carries it. */
  hearCarried(by: string, report: CarriedReport): Promise<Result<null>>;
  noteHeard(from: Origin, n: number): Promise<Result<null>>;
  /** How far a Mac was read, as the mark at which another pool goes on, null where it never was. */
  readLineMark(accountId: string): Promise<Result<{ mark: string | null }>>;
  /** Owes `call.received` to those who name it. */
  noteCall(call: InboundCall, hands?: number): Promise<Handed<null>>;
  /** `comesBack`, here and below: whoever calls comes back within seconds (`keepAll`), so that what follows may stand in memory until then. */
  report(report: StatusReport, hands?: number, comesBack?: boolean): Promise<StatusAnswer | Handing<StatusAnswer>>;
  takeDeliveries(lane: Lane, hands: number): Promise<TakenDeliveries>;
  /** `back` was taken and not tried. */
  recordDeliveries(
    lane: Lane,
    ends: DeliveryEnd[],
    hands: number,
    back?: DeliveryHandle[],
    comesBack?: boolean,
  ): Promise<DeliveryVerdicts>;
  /** Writes down what memory alone knows; answers whether whoever came should come again, who offers it with `again`. */
  keepAll(again: boolean): Promise<boolean>;
  /** Replays as the key itself (its own webhooks), or as the admin where there is no credential. */
  replayOne(asker: Asker, webhookId: string, eventId: string): Promise<Result<DueDelivery>>;
  replayRange(asker: Asker, query: ReplayQuery): Promise<Result<ReplayedRange>>;
  /** For the admin, before a replay in several pools: how far one call would come in this one. */
  findReplayEnd(query: ReplayQuery): Promise<Result<{ nextSince: number | null }>>;
  listEvents(credential: Credential, query: ListEvents): Promise<Result<EventsPage>>;
  followLink(visit: LinkVisit, hands?: number): Promise<Handed<{ url: string }>>;
  preview(drafts: Draft[]): Promise<Result<Preview>>;
  searchMessages(search: MessageSearch): Promise<Result<FoundMessages>>;
  adminReadMessage(messageId: string): Promise<Result<MessageView>>;
  readStory(messageId: string): Promise<Result<MessageStory>>;
  exportRows(cursor: LedgerCursor): Promise<Result<LedgerPage>>;
  /** Takes rows of another ledger into one that was never opened, or is not yet. */
  importRows(rows: { table: string; row: Row }[], exportedAt: number): Promise<Result<null>>;
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
