import { DurableObject } from "cloudflare:workers";
import type { Asker, Credential } from "../domain/calls/asker.ts";
import type { InboundCall, InboundMessage, LineRing, StatusReport } from "../domain/calls/inbound.ts";
import type { AssignmentWish } from "../domain/calls/people.ts";
import type { ListChats, ListMessages, MessageSearch } from "../domain/calls/reading.ts";
import type { SendRequest } from "../domain/calls/sending.ts";
import type {
  DeliveryEnd,
  DeliveryHandle,
  Handed,
  Lane,
  LinkVisit,
  ListEvents,
  ListLogs,
  ReplayQuery,
} from "../domain/calls/telling.ts";
import type { CampaignCall } from "../domain/campaigns/campaign.ts";
import type { ChannelCall } from "../domain/channel-calls.ts";
import type { ContactPage, Page } from "../domain/contact-view.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import type { CarriedReport, Parcel, ParcelAnswer } from "../domain/fallback.ts";
import type { ChatCall, GroupCall, GroupQuery, LineCall } from "../domain/line-calls.ts";
import type { Draft, MessageStatus, Origin } from "../domain/message.ts";
import type { GivenOptIn } from "../domain/opt-in.ts";
import type { PoolCalls } from "../domain/pool-calls.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import type { LedgerCursor, Row } from "../domain/transfer.ts";
import { callCampaign } from "./campaigns/call.ts";
import { lookAnew } from "./campaigns/walk.ts";
import { callChannels } from "./channels.ts";
import type { Desk } from "./desk.ts";
import { DeskKeeper } from "./desk-keeper.ts";
import { carry, recall } from "./fallback/carry.ts";
import { hearCarried, noteCarried, noteRecalled, takeToCarry } from "./fallback/parcels.ts";
import { noteHeard } from "./fallback/reports.ts";
import { countWaiting, lineUp } from "./ledger/agenda.ts";
import { lastSequence } from "./ledger/events.ts";
import { dropMark, isImporting, readMark, saveMark } from "./ledger/marks.ts";
import { noteAll } from "./ledger/notes.ts";
import { readRows, writeRows } from "./ledger/transfer.ts";
import { callChat } from "./lines/chat-calls.ts";
import * as groups from "./lines/group-calls.ts";
import { callLine } from "./lines/line-calls.ts";
import { lookBeforeGiving } from "./lines/look.ts";
import { describeContact } from "./lines/reach.ts";
import { heedRing, lineMarkOf } from "./lines/ring.ts";
import { listChats } from "./list-chats.ts";
import { resumeItself } from "./numbers/velocity.ts";
import * as people from "./people/assignments.ts";
import * as contacts from "./people/contacts.ts";
import { addOptIn, listOptIns } from "./people/opt-ins.ts";
import * as reads from "./reads.ts";
import { noteCall, receiveAll, receiveMessage } from "./receiving/receive.ts";
import { searchMessages } from "./search.ts";
import { acceptRequest } from "./sending/accept.ts";
import { acceptAll } from "./sending/accept-all.ts";
import { cancelMessage } from "./sending/cancel.ts";
import { previewSend } from "./sending/decide.ts";
import { dispatch } from "./sending/dispatch.ts";
import { judgeChatAnew } from "./sending/quiet.ts";
import { takeReport } from "./settling/report.ts";
import { readStory } from "./story.ts";
import { hasTables, ledgerShape, migrate } from "./tables.ts";
import { recordDeliveries, takeDeliveries } from "./telling/deliveries.ts";
import { listEvents } from "./telling/feed.ts";
import { offerHands } from "./telling/hands.ts";
import { followLink } from "./telling/links.ts";
import * as replays from "./telling/replay.ts";
import { readTraffic } from "./traffic.ts";
import { expectVisit, keepAll } from "./visits.ts";

/** The ledger of one API key: every decision of the key is made here, one at a time. Each call is one line; what is done stands in the subject's own file. */
export class NumberPool extends DurableObject<Cloudflare.Env> implements PoolCalls {
  readonly #keeper: DeskKeeper;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#keeper = new DeskKeeper(ctx, env);
    if (hasTables(ctx.storage.sql)) void ctx.blockConcurrencyWhile(() => this.#keeper.wake());
  }

  get #desk(): Desk | null {
    return this.#keeper.desk;
  }

  #withChat<T>(asker: Asker, chatId: string, work: (desk: Desk, chat: string) => Result<T>): Result<T> {
    return this.#keeper.withChat(asker, chatId, work);
  }

  #withDesk<T>(asker: Asker, work: (desk: Desk) => Result<T>): Result<T> {
    return this.#keeper.withDesk(asker, work);
  }

  /** For calls that the edge has let in by the admin token or by Twilio's signature. */
  #asAdmin<T>(work: (desk: Desk) => Result<T>): Result<T> {
    return this.#keeper.withDesk(null, work);
  }

  /** As `#asAdmin`, for a caller who offers so many hands. */
  #withHands<T>(hands: number, work: (desk: Desk) => Result<T>): Handed<T> {
    const desk = this.#desk;
    if (desk === null) return this.#keeper.closed();
    const { answer, handed } = offerHands(desk, hands, () => work(desk));
    return handed.length > 0 ? { ...answer, handed } : answer;
  }

  /** For calls that come in bursts and write: those of the same moment share a turn, and one commit. */
  #inTurn<T>(work: () => T): T | Promise<T> {
    const turn = this.#desk?.commits.join(Date.now()) ?? null;
    return turn === null ? work() : turn.then(work);
  }

  async publish(snapshot: Snapshot) {
    return this.#keeper.publish(snapshot);
  }

  async authenticate(credential: Credential) {
    return this.#withDesk(credential, (desk) => ok(reads.describeKey(desk)));
  }

  async accept(
    credential: Credential,
    requests: SendRequest[],
    call: SendRequest["idempotency"] = null,
    comesBack = false,
  ) {
    return this.#inTurn(() =>
      this.#withDesk(credential, (desk) => {
        expectVisit(desk, comesBack);
        const answers = acceptAll(desk, requests, call);
        this.ctx.waitUntil(dispatch(desk));
        return answers;
      }),
    );
  }

  async cancelMessage(asker: Asker, chatId: string | null, messageId: string) {
    if (chatId === null) return this.#withDesk(asker, (desk) => cancelMessage(desk, null, messageId));
    return this.#withChat(asker, chatId, (desk, chat) => cancelMessage(desk, chat, messageId));
  }

  async readMessage(credential: Credential, chatId: string, messageId: string) {
    return this.#withChat(credential, chatId, (desk, chat) => reads.readMessage(desk, chat, messageId));
  }

  async listMessages(asker: Asker, query: ListMessages) {
    return this.#withChat(asker, query.chatId, (desk, chatId) => reads.listMessages(desk, { ...query, chatId }));
  }

  async listChats(asker: Asker, query: ListChats) {
    const desk = this.#withDesk(asker, ok);
    return desk.ok ? ok(await listChats(desk.value, query)) : desk;
  }

  async readChat(credential: Credential, chatId: string) {
    return this.#withChat(credential, chatId, (desk, chat) => reads.readChat(desk, chat));
  }

  async webhookStates(credential: Credential) {
    return this.#withDesk(credential, (desk) =>
      ok({ key: reads.describeKey(desk), webhooks: desk.snapshot.webhooks, states: reads.webhookStates(desk) }),
    );
  }

  async listLogs(credential: Credential, query: ListLogs) {
    return this.#withDesk(credential, (desk) => ok(reads.listLogs(desk, query)));
  }

  async listContacts(asker: Asker, query: ContactPage) {
    const desk = this.#withDesk(asker, ok);
    return desk.ok ? ok(await contacts.listContacts(desk.value, query)) : desk;
  }

  async createContact(asker: Asker, identifier: string, name: string | null) {
    return this.#withDesk(asker, (desk) => contacts.createContact(desk, identifier, name));
  }

  async readContact(asker: Asker, identifier: string) {
    return this.#withDesk(asker, (desk) => contacts.readContact(desk, identifier));
  }

  async renameContact(asker: Asker, identifier: string, name: string | null | undefined, timeZone?: string | null) {
    return this.#withDesk(asker, (desk) => {
      const changed = contacts.renameContact(desk, identifier, name, timeZone);
      if (changed.ok && timeZone !== undefined) {
        judgeChatAnew(desk, changed.value.id);
        lookAnew(desk);
      }
      return changed;
    });
  }

  async deleteContact(asker: Asker, identifier: string) {
    return this.#withDesk(asker, (desk) => contacts.deleteContact(desk, identifier));
  }

  async eraseContact(identifier: string) {
    return this.#asAdmin((desk) => contacts.eraseContact(desk, identifier));
  }

  async judgeCapabilities(credential: Credential, identifier: string) {
    const desk = this.#withDesk(credential, ok);
    return desk.ok ? describeContact(desk.value, identifier) : desk;
  }

  async addTags(asker: Asker, identifier: string, tags: string[]) {
    return this.#withDesk(asker, (desk) => contacts.addTags(desk, identifier, tags));
  }

  async removeTag(asker: Asker, identifier: string, tag: string) {
    return this.#withDesk(asker, (desk) => contacts.removeTag(desk, identifier, tag));
  }

  async listOptIns(asker: Asker, identifier: string, page: Page) {
    return this.#withDesk(asker, (desk) => listOptIns(desk, identifier, page));
  }

  async addOptIn(asker: Asker, identifier: string, given: GivenOptIn) {
    const recordedBy = asker === null ? "admin" : "api_key";
    return this.#withDesk(asker, (desk) => addOptIn(desk, identifier, given, recordedBy));
  }

  async receive(message: InboundMessage, hands = 0) {
    return this.#inTurn(() => this.#withHands(hands, (desk) => receiveMessage(desk, message)));
  }

  async receiveAll(messages: InboundMessage[], apart = false) {
    return this.#asAdmin((desk) => receiveAll(desk, messages, apart));
  }

  async noteCall(call: InboundCall, hands = 0) {
    return this.#withHands(hands, (desk) => noteCall(desk, call));
  }

  async ringLine(ring: LineRing, hands = 0) {
    return this.#withHands(hands, (desk) => ok(heedRing(desk, ring)));
  }

  async callChat(credential: Credential, chatId: string, call: ChatCall) {
    const asked = this.#withChat(credential, chatId, (desk, chat) => ok({ desk, chat }));
    return asked.ok ? callChat(asked.value.desk, asked.value.chat, call) : asked;
  }

  async callLine(credential: Credential, call: LineCall) {
    const desk = this.#withDesk(credential, ok);
    return desk.ok ? callLine(desk.value, call) : desk;
  }

  async listGroups(credential: Credential, query: GroupQuery) {
    return this.#withDesk(credential, (desk) => groups.listGroups(desk, query));
  }

  async readGroup(credential: Credential, groupId: string) {
    return this.#withDesk(credential, (desk) => groups.readGroup(desk, groupId));
  }

  async callGroup(credential: Credential, call: GroupCall) {
    const desk = this.#withDesk(credential, ok);
    return desk.ok ? groups.callGroup(desk.value, call) : desk;
  }

  async callCampaign(asker: Asker, call: CampaignCall) {
    return this.#withDesk(asker, (desk) => {
      const answer = callCampaign(desk, call);
      if (["start", "resume", "update", "test"].includes(call.kind)) this.ctx.waitUntil(dispatch(desk));
      return answer;
    });
  }

  async callChannels(credential: Credential, call: ChannelCall) {
    const desk = this.#withDesk(credential, ok);
    return desk.ok ? callChannels(desk.value, call) : desk;
  }

  async takeToCarry() {
    return this.#asAdmin((desk) => ok(takeToCarry(desk)));
  }

  async carry(parcel: Parcel) {
    return this.#asAdmin((desk) => {
      const answer = carry(desk, parcel);
      this.ctx.waitUntil(dispatch(desk));
      return ok(answer);
    });
  }

  async noteCarried(messageId: string, answer: ParcelAnswer) {
    return this.#asAdmin((desk) => ok(noteCarried(desk, messageId, answer)));
  }

  async recallCarried(from: Origin) {
    return this.#asAdmin((desk) => ok(recall(desk, from)));
  }

  async noteRecalled(messageId: string, arrived: boolean, status?: MessageStatus) {
    return this.#asAdmin((desk) => ok(noteRecalled(desk, messageId, arrived, status)));
  }

  async hearCarried(by: string, report: CarriedReport) {
    return this.#asAdmin((desk) => ok(hearCarried(desk, by, report)));
  }

  async noteHeard(from: Origin, n: number) {
    return this.#asAdmin((desk) => ok(noteHeard(desk, from, n)));
  }

  async readLineMark(accountId: string) {
    if (this.#desk !== null) await lookBeforeGiving(this.#desk, accountId);
    return this.#asAdmin((desk) => ok({ mark: lineMarkOf(desk, accountId) }));
  }

  async report(report: StatusReport, hands = 0, comesBack = false) {
    const desk = this.#desk;
    if (desk === null) return this.#keeper.isOutdated ? "unavailable" : "unknown_pool";
    return this.#inTurn(() => {
      expectVisit(desk, comesBack);
      return takeReport(desk, report, hands);
    });
  }

  async takeDeliveries(lane: Lane, hands: number) {
    const desk = this.#desk;
    if (desk === null) return { deliveries: [], more: false };
    return this.#inTurn(() => {
      desk.telling.rung.delete(lane);
      return takeDeliveries(desk, lane, hands);
    });
  }

  async recordDeliveries(
    lane: Lane,
    ends: DeliveryEnd[],
    hands: number,
    back: DeliveryHandle[] = [],
    comesBack = false,
  ) {
    const desk = this.#desk;
    if (desk === null) return { disable: [], deliveries: [], more: false };
    return this.#inTurn(() => {
      expectVisit(desk, comesBack);
      return recordDeliveries(desk, lane, ends, hands, back);
    });
  }

  async keepAll(again: boolean) {
    return this.#desk !== null && keepAll(this.#desk, again);
  }

  async replayOne(asker: Asker, webhookId: string, eventId: string) {
    return this.#withDesk(asker, (desk) => replays.replayOne(desk, webhookId, eventId, asker !== null));
  }

  async replayRange(asker: Asker, query: ReplayQuery) {
    const desk = this.#withDesk(asker, ok);
    return desk.ok ? replays.replayRange(desk.value, query, asker !== null) : desk;
  }

  async findReplayEnd(query: ReplayQuery) {
    const desk = this.#withDesk(null, ok);
    return desk.ok ? replays.findReplayEnd(desk.value, query) : desk;
  }

  async listEvents(credential: Credential, query: ListEvents) {
    return this.#withDesk(credential, (desk) => listEvents(desk, query));
  }

  async followLink(visit: LinkVisit, hands = 0) {
    return this.#withHands(hands, (desk) => followLink(desk, visit));
  }

  async preview(drafts: Draft[]) {
    return this.#asAdmin((desk) => refuseRevoked(desk) ?? ok(previewSend(desk, drafts)));
  }

  async searchMessages(query: MessageSearch) {
    return this.#asAdmin((desk) => searchMessages(desk, query));
  }

  async adminReadMessage(messageId: string) {
    return this.#asAdmin((desk) => reads.readMessageById(desk, messageId));
  }

  async readStory(messageId: string) {
    return this.#asAdmin((desk) => readStory(desk, messageId));
  }

  async exportRows(cursor: LedgerCursor) {
    return this.#asAdmin((desk) => {
      desk.transact(() => {
        noteAll(desk.sql);
        lineUp(desk.sql);
      });
      return ok({ ...readRows(desk.sql, cursor), shape: ledgerShape });
    });
  }

  async importRows(rows: { table: string; row: Row }[], exportedAt: number) {
    const { storage } = this.ctx;
    const before = hasTables(storage.sql) ? readMark(storage.sql, "importing") : exportedAt;
    if (this.#desk !== null || before === null) return fail("not_empty");
    // Rows of an export that was given up for this one.
    if (before !== exportedAt) await storage.deleteAll();
    migrate(storage);
    const strange = storage.transactionSync(() => {
      saveMark(storage.sql, "importing", exportedAt);
      return writeRows(storage.sql, rows);
    });
    return strange === null ? ok(null) : fail("invalid_request", strange);
  }

  async finishImport() {
    const { sql } = this.ctx.storage;
    if (!hasTables(sql)) return { waiting: 0 };
    if (isImporting(sql)) saveMark(sql, "noted_from", lastSequence(sql) + 1);
    dropMark(sql, "importing");
    return { waiting: countWaiting(sql) };
  }

  async stats() {
    return this.#desk === null ? null : reads.poolStats(this.#desk);
  }

  async resume() {
    return this.#withDesk(null, (desk) => {
      resumeItself(desk);
      return ok(null);
    });
  }

  async checkUp() {
    return this.#desk === null ? null : reads.checkUp(this.#desk);
  }

  async acceptAsAdmin(requests: SendRequest[]) {
    return this.#asAdmin((desk) => {
      const refused = refuseRevoked(desk);
      if (refused !== null) return refused;
      const answers = requests.map((request) => acceptRequest(desk, request));
      this.ctx.waitUntil(dispatch(desk));
      return ok(answers);
    });
  }

  async adminListLogs(query: ListLogs) {
    return this.#asAdmin((desk) => ok(reads.listLogs(desk, query)));
  }

  async adminWebhookStates() {
    return this.#asAdmin((desk) => ok(reads.webhookStates(desk)));
  }

  async listAssignments(query: Page & { contact: string | null }) {
    return this.#asAdmin((desk) => people.listAssignments(desk, query));
  }

  async numberStats() {
    return this.#desk === null ? [] : reads.numberStats(this.#desk);
  }

  async readTraffic(days: number) {
    return this.#asAdmin((desk) => ok(readTraffic(desk, days)));
  }

  async importAssignments(wishes: AssignmentWish[]) {
    return this.#asAdmin((desk) => ok(people.importAssignments(desk, wishes)));
  }

  async setAssignment(contact: string, phoneNumber: string) {
    return this.#asAdmin((desk) => people.setAssignment(desk, contact, phoneNumber));
  }

  async resetAssignment(contact: string) {
    return this.#asAdmin((desk) => people.resetAssignment(desk, contact));
  }

  async listOptOuts(query: Page & { contact: string | null }) {
    return this.#asAdmin((desk) => people.listOptOuts(desk, query));
  }

  async setOptOut(contact: string, by: string) {
    return this.#asAdmin((desk) => people.optOut(desk, contact, by));
  }

  async liftOptOut(contact: string) {
    return this.#asAdmin((desk) => people.optIn(desk, contact));
  }

  override async alarm() {
    return this.#keeper.alarm();
  }
}

/** A key that was revoked sends nothing more, by the admin's hand neither. */
function refuseRevoked(desk: Desk): Result<never> | null {
  return desk.snapshot.apiKey.status === "revoked" ? fail("not_found", "This API key was revoked.") : null;
}
