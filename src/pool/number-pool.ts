import { DurableObject } from "cloudflare:workers";
import type { CampaignCall } from "../domain/campaigns/campaign.ts";
import { fail, failNewer, ok, type Refusal, type Result } from "../domain/failure.ts";
import type { ChatCall, GroupCall, GroupQuery, LineCall } from "../domain/line-calls.ts";
import type { Draft } from "../domain/message.ts";
import { readConversationId } from "../domain/phone.ts";
import type {
  Asker,
  AssignmentWish,
  ContactPage,
  Credential,
  DeliveryEnd,
  DeliveryHandle,
  InboundCall,
  InboundMessage,
  Lane,
  LineRing,
  LinkVisit,
  ListChats,
  ListEvents,
  ListLogs,
  ListMessages,
  MessageSearch,
  Page,
  PoolCalls,
  Published,
  ReplayQuery,
  SendRequest,
  StatusReport,
} from "../domain/pool-calls.ts";
import { type Snapshot, shapeOf, snapshotShape } from "../domain/snapshot.ts";
import type { LedgerCursor, Row } from "../domain/transfer.ts";
import { adoptSnapshot } from "./adopt.ts";
import { rearm, tick } from "./alarm.ts";
import { authorize } from "./authorize.ts";
import { callCampaign } from "./campaigns/call.ts";
import { feedCampaigns } from "./campaigns/feed.ts";
import { Desk } from "./desk.ts";
import { countWaiting } from "./ledger/agenda.ts";
import { findChat } from "./ledger/chats.ts";
import { lastSequence } from "./ledger/events.ts";
import { dropMark, isImporting, saveMark } from "./ledger/marks.ts";
import { noteAll } from "./ledger/notes.ts";
import { readStoredSnapshot, revoked, wasRevoked } from "./ledger/snapshot.ts";
import { readRows, writeRows } from "./ledger/transfer.ts";
import { callChat } from "./lines/chat-calls.ts";
import * as groups from "./lines/group-calls.ts";
import { callLine } from "./lines/line-calls.ts";
import { heedRing, lineMarkOf } from "./lines/ring.ts";
import { listChats } from "./list-chats.ts";
import { restorePace } from "./numbers/pace.ts";
import { resumeItself } from "./numbers/velocity.ts";
import * as people from "./people/assignments.ts";
import * as contacts from "./people/contacts.ts";
import * as reads from "./reads.ts";
import { noteCall, receiveMessage } from "./receiving/receive.ts";
import { searchMessages } from "./search.ts";
import { acceptRequest } from "./sending/accept.ts";
import { acceptAll } from "./sending/accept-all.ts";
import { cancelMessage } from "./sending/cancel.ts";
import { previewSend } from "./sending/decide.ts";
import { dispatch } from "./sending/dispatch.ts";
import { resumeMoving } from "./sending/moving.ts";
import { judgeChatAnew } from "./sending/quiet.ts";
import { markInterrupted } from "./sending/reconcile.ts";
import { takeReport } from "./settling/report.ts";
import { readStory } from "./story.ts";
import { surround } from "./surround.ts";
import { hasTables, ledgerShape, migrate, shapeOfLedger } from "./tables.ts";
import { recordDeliveries, takeDeliveries } from "./telling/deliveries.ts";
import { listEvents } from "./telling/feed.ts";
import { followLink } from "./telling/links.ts";
import * as replays from "./telling/replay.ts";
import { readTraffic } from "./traffic.ts";

/** How often an object that cannot work asks again for what it lacks: it may hold messages that wait. */
const askAgainMs = 10 * 60 * 1000;

/** The ledger of one API key: every decision of the key is made here, one at a time. An object that was never given a snapshot has no tables. */
export class NumberPool extends DurableObject<Cloudflare.Env> implements PoolCalls {
  #desk: Desk | null = null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    if (!hasTables(ctx.storage.sql)) return;
    void ctx.blockConcurrencyWhile(async () => {
      if (this.#isOutdated()) return this.#askAgainLater();
      migrate(ctx.storage);
      const snapshot = readStoredSnapshot(ctx.storage.sql);
      if (isImporting(ctx.storage.sql)) return;
      if (snapshot === null) return this.#askForSnapshot();
      const desk = this.#openDesk(snapshot, await ctx.storage.getAlarm());
      await desk.outside.openAhead(snapshot.accounts);
    });
  }

  /** A ledger that a newer release has changed is neither read nor written by this one. */
  #isOutdated(): boolean {
    return shapeOfLedger(this.ctx.storage.sql) > ledgerShape;
  }

  #askForSnapshot(): Promise<void> {
    surround(this.ctx, this.env).tell({ kind: "needs_snapshot", pool: this.ctx.id.name ?? "" });
    return this.#askAgainLater();
  }

  #askAgainLater(): Promise<void> {
    return this.ctx.storage.setAlarm(Date.now() + askAgainMs);
  }

  /** Why nothing can be decided here now. */
  #closed(): Refusal {
    return this.#isOutdated()
      ? failNewer("ledger", shapeOfLedger(this.ctx.storage.sql), ledgerShape)
      : fail("needs_snapshot");
  }

  #openDesk(snapshot: Snapshot, alarmAt: number | null): Desk {
    const desk = new Desk(surround(this.ctx, this.env), snapshot, alarmAt);
    desk.refill = () => feedCampaigns(desk);
    this.#desk = desk;
    restorePace(desk);
    markInterrupted(desk);
    resumeMoving(desk);
    rearm(desk);
    return desk;
  }

  /** As `#withDesk`, for calls about one chat: its id is read with the organization's country, which only the pool knows. */
  #withChat<T>(asker: Asker, chatId: string, work: (desk: Desk, chat: string) => Result<T>): Result<T> {
    return this.#withDesk(asker, (desk) => {
      const chat = readConversationId(chatId, desk.snapshot.organization.countryCode, desk.speaksIMessage);
      if (chat.ok) return work(desk, chat.value);
      // A short code that wrote to us is no number that could be written to, but a chat.
      return findChat(desk.sql, chatId) === null ? chat : work(desk, chatId);
    });
  }

  #withDesk<T>(asker: Asker, work: (desk: Desk) => Result<T>): Result<T> {
    const desk = this.#desk;
    if (desk === null) return this.#closed();
    const allowed = asker === null ? ok(null) : authorize(desk, asker);
    return allowed.ok ? work(desk) : allowed;
  }

  /** Throws where the snapshot cannot be taken: the Worker says so, and publishes again. Of one of an older shape, which a Worker of the release before made, only the revocation is taken. */
  async publish(snapshot: Snapshot): Promise<Published> {
    if (this.#isOutdated()) throw new Error(this.#closed().failure.message);
    if (hasTables(this.ctx.storage.sql) && isImporting(this.ctx.storage.sql))
      throw new Error("An import into this ledger is under way.");
    const alarmAt = await this.ctx.storage.getAlarm();
    migrate(this.ctx.storage);
    if (shapeOf(snapshot) < snapshotShape) this.#refuseOlder(snapshot);
    const desk = this.#desk ?? this.#openDesk(this.#heedRevocation(snapshot), alarmAt);
    if (snapshot.version >= desk.snapshot.version) {
      adoptSnapshot(desk, snapshot);
      rearm(desk);
      this.ctx.waitUntil(desk.outside.openAhead(desk.snapshot.accounts));
      this.ctx.waitUntil(dispatch(desk));
    }
    return { version: desk.snapshot.version, revoked: desk.snapshot.apiKey.status === "revoked" };
  }

  #heedRevocation(snapshot: Snapshot): Snapshot {
    return wasRevoked(this.ctx.storage.sql) ? revoked(snapshot) : snapshot;
  }

  #refuseOlder({ apiKey }: Snapshot): never {
    if (apiKey.status === "revoked" && this.#desk !== null) adoptSnapshot(this.#desk, revoked(this.#desk.snapshot));
    throw new Error("The snapshot is of the release before: this pool runs a newer one.");
  }

  async authenticate(credential: Credential) {
    return this.#withDesk(credential, (desk) => ok(reads.describeKey(desk)));
  }

  async accept(credential: Credential, requests: SendRequest[], call: SendRequest["idempotency"] = null) {
    return this.#withDesk(credential, (desk) => {
      const answers = acceptAll(desk, requests, call);
      this.ctx.waitUntil(dispatch(desk));
      return answers;
    });
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
      if (changed.ok && timeZone !== undefined) judgeChatAnew(desk, changed.value.id);
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
    return this.#withDesk(credential, (desk) => contacts.judgeCapabilities(desk, identifier));
  }

  async addTags(asker: Asker, identifier: string, tags: string[]) {
    return this.#withDesk(asker, (desk) => contacts.addTags(desk, identifier, tags));
  }

  async removeTag(asker: Asker, identifier: string, tag: string) {
    return this.#withDesk(asker, (desk) => contacts.removeTag(desk, identifier, tag));
  }

  async receive(message: InboundMessage) {
    if (this.#desk === null) return this.#closed();
    return receiveMessage(this.#desk, message);
  }

  async receiveAll(messages: InboundMessage[]) {
    if (this.#desk === null) return this.#closed();
    for (const message of messages) {
      const received = receiveMessage(this.#desk, message);
      if (!received.ok) return received;
    }
    return ok(null);
  }

  async noteCall(call: InboundCall) {
    return this.#asAdmin((desk) => noteCall(desk, call));
  }

  async ringLine(ring: LineRing) {
    return this.#asAdmin((desk) => ok(heedRing(desk, ring)));
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

  async readLineMark(accountId: string) {
    return this.#asAdmin((desk) => ok({ mark: lineMarkOf(desk, accountId) }));
  }

  async report(report: StatusReport) {
    if (this.#desk === null) return this.#isOutdated() ? "unavailable" : "unknown_pool";
    return takeReport(this.#desk, report);
  }

  async takeDeliveries(lane: Lane, hands: number) {
    if (this.#desk === null) return { deliveries: [], more: false };
    return takeDeliveries(this.#desk, lane, hands);
  }

  async recordDeliveries(lane: Lane, ends: DeliveryEnd[], hands: number, back: DeliveryHandle[] = []) {
    if (this.#desk === null) return { disable: [], deliveries: [], more: false };
    return recordDeliveries(this.#desk, lane, ends, hands, back);
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

  async followLink(visit: LinkVisit) {
    return this.#asAdmin((desk) => followLink(desk, visit));
  }

  async preview(drafts: Draft[]) {
    return this.#asAdmin((desk) => ok(previewSend(desk, drafts)));
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
      desk.transact(() => noteAll(desk.sql));
      return ok({ ...readRows(desk.sql, cursor), shape: ledgerShape });
    });
  }

  async importRows(rows: { table: string; row: Row }[]) {
    const { storage } = this.ctx;
    if (this.#desk !== null || (hasTables(storage.sql) && !isImporting(storage.sql))) return fail("not_empty");
    migrate(storage);
    const strange = storage.transactionSync(() => {
      saveMark(storage.sql, "importing", 1);
      return writeRows(storage.sql, rows);
    });
    return strange === null ? ok(null) : fail("invalid_request", `No ledger has ${strange}.`);
  }

  async finishImport() {
    const { sql } = this.ctx.storage;
    if (!hasTables(sql)) return { waiting: 0 };
    saveMark(sql, "noted_from", lastSequence(sql) + 1);
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

  /** For calls that the edge has let in by the admin token or by Twilio's signature. */
  #asAdmin<T>(work: (desk: Desk) => Result<T>): Result<T> {
    return this.#desk === null ? this.#closed() : work(this.#desk);
  }

  async acceptAsAdmin(requests: SendRequest[]) {
    return this.#asAdmin((desk) => {
      if (desk.snapshot.apiKey.status === "revoked") return fail("not_found", "This API key was revoked.");
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
    if (this.#desk !== null) return tick(this.#desk);
    if (!hasTables(this.ctx.storage.sql)) return;
    await (this.#isOutdated() ? this.#askAgainLater() : this.#askForSnapshot());
  }
}
