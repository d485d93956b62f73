import { DurableObject } from "cloudflare:workers";
import { fail, ok, type Result } from "../domain/failure.ts";
import { readConversationId } from "../domain/phone.ts";
import type {
  Credential,
  DeliveryEnd,
  InboundMessage,
  Lane,
  ListChats,
  ListLogs,
  ListMessages,
  Page,
  PoolCalls,
  SendRequest,
  StatusReport,
} from "../domain/pool-calls.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import { acceptRequest } from "./accept.ts";
import { rearm, tick } from "./alarm.ts";
import { authorize } from "./authorize.ts";
import { previewSend } from "./choose.ts";
import { recordDeliveries, takeDeliveries } from "./deliveries.ts";
import { Desk } from "./desk.ts";
import { dispatch } from "./dispatch.ts";
import { readStoredSnapshot, storeSnapshot } from "./ledger/snapshot.ts";
import * as people from "./people.ts";
import * as reads from "./reads.ts";
import { receiveMessage } from "./receive.ts";
import { markInterrupted } from "./reconcile.ts";
import { takeReport } from "./report.ts";
import { surround } from "./surround.ts";
import { hasTables, migrate } from "./tables.ts";

/** The ledger of one API key: every decision of the key is made here, one at a time. An object that was never given a snapshot has no tables. */
export class NumberPool extends DurableObject<Cloudflare.Env> implements PoolCalls {
  #desk: Desk | null = null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    if (!hasTables(ctx.storage.sql)) return;
    void ctx.blockConcurrencyWhile(async () => {
      migrate(ctx.storage);
      const snapshot = readStoredSnapshot(ctx.storage.sql);
      if (snapshot !== null) this.#openDesk(snapshot, await ctx.storage.getAlarm());
    });
  }

  #openDesk(snapshot: Snapshot, alarmAt: number | null): Desk {
    const desk = new Desk(surround(this.ctx, this.env), snapshot, alarmAt);
    this.#desk = desk;
    markInterrupted(desk);
    rearm(desk);
    return desk;
  }

  /** As `#withDesk`, for calls about one chat: its id is read with the organization's country, which only the pool knows. */
  #withChat<T>(credential: Credential, chatId: string, work: (desk: Desk, chat: string) => Result<T>): Result<T> {
    return this.#withDesk(credential, (desk) => {
      const chat = readConversationId(chatId, desk.snapshot.organization.countryCode);
      return chat.ok ? work(desk, chat.value) : chat;
    });
  }

  #withDesk<T>(credential: Credential, work: (desk: Desk) => Result<T>): Result<T> {
    const desk = this.#desk;
    if (desk === null) return fail("needs_snapshot");
    const allowed = authorize(desk, credential);
    return allowed.ok ? work(desk) : allowed;
  }

  async publish(snapshot: Snapshot) {
    migrate(this.ctx.storage);
    const desk = this.#desk ?? this.#openDesk(snapshot, await this.ctx.storage.getAlarm());
    if (snapshot.version >= desk.snapshot.version) {
      storeSnapshot(this.ctx.storage.sql, snapshot);
      desk.adopt(snapshot);
      this.ctx.waitUntil(dispatch(desk));
    }
    return { version: desk.snapshot.version };
  }

  async authenticate(credential: Credential) {
    return this.#withDesk(credential, (desk) => ok(reads.describeKey(desk)));
  }

  async accept(credential: Credential, requests: SendRequest[]) {
    return this.#withDesk(credential, (desk) => {
      const answers = requests.map((request) => acceptRequest(desk, request));
      this.ctx.waitUntil(dispatch(desk));
      return ok(answers);
    });
  }

  async cancelMessage(credential: Credential, chatId: string, messageId: string) {
    return this.#withChat(credential, chatId, (desk, chat) => reads.cancelMessage(desk, chat, messageId));
  }

  async readMessage(credential: Credential, chatId: string, messageId: string) {
    return this.#withChat(credential, chatId, (desk, chat) => reads.readMessage(desk, chat, messageId));
  }

  async listMessages(credential: Credential, query: ListMessages) {
    return this.#withChat(credential, query.chatId, (desk, chatId) => reads.listMessages(desk, { ...query, chatId }));
  }

  async listChats(credential: Credential, query: ListChats) {
    return this.#withDesk(credential, (desk) => ok(reads.listChats(desk, query)));
  }

  async readChat(credential: Credential, chatId: string) {
    return this.#withChat(credential, chatId, (desk, chat) => reads.readChat(desk, chat));
  }

  async webhookStates(credential: Credential) {
    return this.#withDesk(credential, (desk) =>
      ok({ webhooks: desk.snapshot.webhooks, states: reads.webhookStates(desk) }),
    );
  }

  async listLogs(credential: Credential, query: ListLogs) {
    return this.#withDesk(credential, (desk) => ok(reads.listLogs(desk, query)));
  }

  async receive(message: InboundMessage) {
    if (this.#desk === null) return fail("needs_snapshot");
    return receiveMessage(this.#desk, message);
  }

  async report(report: StatusReport) {
    if (this.#desk === null) return "unknown_pool";
    return takeReport(this.#desk, report);
  }

  async takeDeliveries(lane: Lane, limit: number) {
    if (this.#desk === null) return [];
    return takeDeliveries(this.#desk, lane, limit);
  }

  async recordDeliveries(lane: Lane, ends: DeliveryEnd[]) {
    if (this.#desk === null) return { disable: [], more: false };
    return recordDeliveries(this.#desk, lane, ends);
  }

  async preview(to: string, fromNumber: string | null) {
    if (this.#desk === null) return fail("needs_snapshot");
    return previewSend(this.#desk, to, fromNumber);
  }

  async adminReadMessage(messageId: string) {
    if (this.#desk === null) return fail("needs_snapshot");
    return reads.readMessageById(this.#desk, messageId);
  }

  async stats() {
    return this.#desk === null ? null : reads.poolStats(this.#desk);
  }

  /** For calls that the edge has let in by the admin token. */
  #asAdmin<T>(work: (desk: Desk) => Result<T>): Result<T> {
    return this.#desk === null ? fail("needs_snapshot") : work(this.#desk);
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

  async setAssignment(contact: string, phoneNumber: string) {
    return this.#asAdmin((desk) => people.setAssignment(desk, contact, phoneNumber));
  }

  async resetAssignment(contact: string) {
    return this.#asAdmin((desk) => people.resetAssignment(desk, contact));
  }

  async listOptOuts(query: Page) {
    return this.#asAdmin((desk) => ok(people.listOptOuts(desk, query)));
  }

  async setOptOut(contact: string, by: string) {
    return this.#asAdmin((desk) => people.optOut(desk, contact, by));
  }

  async liftOptOut(contact: string) {
    return this.#asAdmin((desk) => people.optIn(desk, contact));
  }

  override async alarm() {
    if (this.#desk !== null) await tick(this.#desk);
  }
}
