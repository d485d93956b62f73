import type { Asker } from "../domain/calls/asker.ts";
import type { Published } from "../domain/calls/numbers.ts";
import { fail, failNewer, ok, type Refusal, type Result } from "../domain/failure.ts";
import { readConversationId } from "../domain/phone.ts";
import { type Snapshot, shapeOf, snapshotShape } from "../domain/snapshot.ts";
import { adoptSnapshot } from "./adopt.ts";
import { rearm, tick } from "./alarm.ts";
import { authorize } from "./authorize.ts";
import { feedCampaigns } from "./campaigns/feed.ts";
import { Desk } from "./desk.ts";
import { findChat } from "./ledger/chats.ts";
import { isImporting } from "./ledger/marks.ts";
import { readStoredSnapshot, revoked, wasRevoked } from "./ledger/snapshot.ts";
import { restorePace } from "./numbers/pace.ts";
import { heedClock } from "./put-right.ts";
import { dispatch } from "./sending/dispatch.ts";
import { resumeMoving } from "./sending/moving.ts";
import { markInterrupted } from "./sending/reconcile.ts";
import { surround } from "./surround.ts";
import { hasTables, ledgerShape, migrate, shapeOfLedger } from "./tables.ts";

/** How often an object that cannot work asks again for what it lacks: it may hold messages that wait. */
const askAgainMs = 10 * 60 * 1000;

/** Keeps an object's desk: opens it once there is a snapshot to decide by, and says why nothing is decided while there is none. */
export class DeskKeeper {
  readonly #ctx: DurableObjectState;
  readonly #env: Cloudflare.Env;
  #desk: Desk | null = null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    this.#ctx = ctx;
    this.#env = env;
  }

  /** The desk, null while nothing can be decided here. */
  get desk(): Desk | null {
    return this.#desk;
  }

  /** Opens the desk over what the ledger holds, or asks for what it lacks. An object that was never given a snapshot has no tables, and is left so. */
  async wake(): Promise<void> {
    const { storage } = this.#ctx;
    if (!hasTables(storage.sql)) return;
    if (this.isOutdated) return this.#askAgainLater();
    migrate(storage);
    const snapshot = readStoredSnapshot(storage.sql);
    if (isImporting(storage.sql)) return;
    if (snapshot === null) return this.#askForSnapshot();
    const desk = this.#open(snapshot, await storage.getAlarm());
    await desk.outside.openAhead(snapshot.accounts);
    // What was due when the object went away has waited long enough: nothing else may call for it before the alarm does.
    this.#ctx.waitUntil(dispatch(desk));
  }

  /** Whether a newer release has changed the ledger: this one neither reads nor writes it. */
  get isOutdated(): boolean {
    return shapeOfLedger(this.#ctx.storage.sql) > ledgerShape;
  }

  #askForSnapshot(): Promise<void> {
    surround(this.#ctx, this.#env).tell({ kind: "needs_snapshot", pool: this.#ctx.id.name ?? "" });
    return this.#askAgainLater();
  }

  #askAgainLater(): Promise<void> {
    return this.#ctx.storage.setAlarm(Date.now() + askAgainMs);
  }

  /** Returns why nothing can be decided here now. */
  closed(): Refusal {
    return this.isOutdated
      ? failNewer("ledger", shapeOfLedger(this.#ctx.storage.sql), ledgerShape)
      : fail("needs_snapshot");
  }

  #open(snapshot: Snapshot, alarmAt: number | null): Desk {
    const desk = new Desk(surround(this.#ctx, this.#env), snapshot, alarmAt);
    desk.refill = () => feedCampaigns(desk);
    this.#desk = desk;
    restorePace(desk);
    heedClock(desk);
    markInterrupted(desk);
    resumeMoving(desk);
    rearm(desk);
    return desk;
  }

  /** Does `work` at the desk for who may ask for it, and returns its answer, or the refusal. */
  withDesk<T>(asker: Asker, work: (desk: Desk) => Result<T>): Result<T> {
    const desk = this.#desk;
    if (desk === null) return this.closed();
    heedClock(desk);
    const allowed = asker === null ? ok(null) : authorize(desk, asker);
    return allowed.ok ? work(desk) : allowed;
  }

  /** As `withDesk`, for calls about one chat: its id is read with the organization's country, which only the pool knows. */
  withChat<T>(asker: Asker, chatId: string, work: (desk: Desk, chat: string) => Result<T>): Result<T> {
    return this.withDesk(asker, (desk) => {
      const chat = readConversationId(chatId, desk.snapshot.organization.countryCode, desk.speaksIMessage);
      if (chat.ok) return work(desk, chat.value);
      // A short code that wrote to us is no number that could be written to, but a chat.
      return findChat(desk.sql, chatId) === null ? chat : work(desk, chatId);
    });
  }

  /**
   * Decides by this snapshot from now on, where it is the newest. Throws where it cannot be taken: the Worker says so, and publishes again. Of one of an older shape, which a
   * Worker of the release before made, only the revocation is taken.
   */
  async publish(snapshot: Snapshot): Promise<Published> {
    const { storage } = this.#ctx;
    if (this.isOutdated) throw new Error(this.closed().failure.message);
    if (hasTables(storage.sql) && isImporting(storage.sql)) throw new Error("An import into this ledger is under way.");
    const alarmAt = await storage.getAlarm();
    migrate(storage);
    if (shapeOf(snapshot) < snapshotShape) this.#refuseOlder(snapshot);
    const desk = this.#desk ?? this.#open(this.#heedRevocation(snapshot), alarmAt);
    if (snapshot.version >= desk.snapshot.version) {
      adoptSnapshot(desk, snapshot);
      rearm(desk);
      this.#ctx.waitUntil(desk.outside.openAhead(desk.snapshot.accounts));
      this.#ctx.waitUntil(dispatch(desk));
    }
    return { version: desk.snapshot.version, revoked: desk.snapshot.apiKey.status === "revoked" };
  }

  #heedRevocation(snapshot: Snapshot): Snapshot {
    return wasRevoked(this.#ctx.storage.sql) ? revoked(snapshot) : snapshot;
  }

  #refuseOlder({ apiKey }: Snapshot): never {
    if (apiKey.status === "revoked" && this.#desk !== null) adoptSnapshot(this.#desk, revoked(this.#desk.snapshot));
    throw new Error("The snapshot is of the release before: this pool runs a newer one.");
  }

  /** Does what is due; an object that cannot work asks again for what it lacks. */
  async alarm(): Promise<void> {
    if (this.#desk !== null) return tick(this.#desk);
    if (!hasTables(this.#ctx.storage.sql)) return;
    await (this.isOutdated ? this.#askAgainLater() : this.#askForSnapshot());
  }
}
