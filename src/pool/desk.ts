import { nextSequence, poolTag, timeOfSequence } from "../domain/ids.ts";
import type { Bucket } from "../domain/pacing.ts";
import { noAddress, type PublicAddresses, withSetting } from "../domain/public-address.ts";
import { carryRotation, type RotationState } from "../domain/selection/rotation.ts";
import { type Account, type SenderNumber, type Snapshot, sameLogin } from "../domain/snapshot.ts";
import { namesPublicHost } from "../domain/webhook-url.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { GroupCommit } from "./group-commit.ts";
import { countWaitingByNumber, lineUp } from "./ledger/agenda.ts";
import { aheadOf, guarded, holdAhead } from "./ledger/ahead.ts";
import { writeAttempts } from "./ledger/ahead-attempts.ts";
import { restoreAhead, unkept, writeAhead } from "./ledger/ahead-messages.ts";
import { lastAttemptSequence } from "./ledger/attempts.ts";
import { type Endpoint, readEndpoints } from "./ledger/endpoints.ts";
import { lastSequence } from "./ledger/events.ts";
import { HealthWatch } from "./ledger/health-watch.ts";
import { readMark, rebookedNumbers, saveMark } from "./ledger/marks.ts";
import { forgetRows } from "./ledger/memory.ts";
import { notedFrom, noteWritten as noteEvents } from "./ledger/notes.ts";
import { keepNumbers } from "./ledger/numbering.ts";
import { readRotation, replaceRotation } from "./ledger/rotation.ts";
import { watchIndex } from "./ledger/sids.ts";
import { oldestTurn } from "./ledger/turns.ts";
import { Roster } from "./roster.ts";
import type { AccountRest, Feeding, Surroundings } from "./surroundings.ts";
import { TellingMemory } from "./telling/memory.ts";

const noteActiveEveryMs = 60 * 60 * 1000;
/** So many messages are written between two notes of where to look for interrupted ones. */
export const notedEvery = 256;

/** Clocks that are kept in step differ by less. */
const clockSlackMs = 60_000;

/** The pool's desk: the snapshot it decides by, and what it remembers between calls. Everything on it can be read again from the ledger. */
export class Desk {
  readonly outside: Surroundings;
  readonly telling = new TellingMemory();
  /** Calls and answers of the same moment, which are written by one commit. */
  readonly commits = new GroupCommit();
  /** Wakes the object for what is due. */
  readonly clock: AlarmClock;
  /** The ledger's tables: what is known ahead of a row is written before a statement looks at it. */
  readonly sql: SqlStorage;
  readonly tag: string;
  /** Messages on their way to the carrier, by sequence number, with their chat, number and account; `atOnce`: without a row in the agenda, as what leaves when it is accepted. */
  readonly leaving = new Map<number, { chat: string; number: string; account: string; atOnce: boolean }>();
  /** Look-ups at the carriers under way, by what is asked, with their account; and whether a sweep of open statuses is. */
  readonly looking = new Map<string, string>();
  isPolling = false;
  /** The clock when bookings were made anew because it had stepped back: from then on they are right, unless it steps back further. */
  rebookedBehind = Number.POSITIVE_INFINITY;
  /** Until when a paced number's departures are booked, its tokens since it last sent, and what accounts wait for. */
  readonly bookedUntil = new Map<string, number>();
  readonly tokens = new Map<string, Bucket>();
  /** Numbers whose waiting messages are being booked anew. */
  readonly rebooking: Set<string>;
  /** Up to which sequence number what waits on refused accounts has been looked through to be moved, null when nothing is to be moved. */
  movedUpTo: number | null;
  /** Up to which sequence number what waits for the end of quiet hours has been judged anew after these were changed, null when nothing is to be judged. */
  quietUpTo: number | null;
  /** The snapshot before and the numbers to be booked anew, from when a snapshot is in force until all that follows from it is done; null between. */
  halfAdopted: { before: Snapshot; repaced: readonly string[] } | null = null;
  readonly accountRests = new Map<string, AccountRest>();
  /** Has the campaigns write what may leave now, and says whether any of it waits for its turn. */
  refill: () => boolean = () => false;
  /** How far the reading of each running campaign has come, by its number. */
  readonly feeding = new Map<number, Feeding>();
  /** How each Mac is being looked at: whether now, whether once more after that, when it last rang, and whether something known may have changed. */
  readonly macLooks = new Map<
    string,
    { isRunning: boolean; again: boolean; rungAt: number; edits: boolean; ended?: Promise<void> }
  >();
  /** Reports whose signature was refused, by account: how many the directory has not heard of, and when it last did. */
  readonly forged = new Map<string, { toldAt: number; untold: number; lastAt: number }>();
  /** Until when somebody comes back who has written down what memory alone knows; 0 where nobody does. */
  visitedBy = 0;
  /** When each Mac was asked about contacts within the last minute. */
  readonly reachAsked = new Map<string, number[]>();
  /** When the Worker was last asked to carry what is owed to other keys. */
  carryToldAt = 0;
  /** Endpoints that have failed, by webhook id, and each number's place in the rotation. */
  readonly endpoints: Map<string, Endpoint>;
  readonly health: HealthWatch;
  /** When the key paused itself, and the range of numbers that made it do so; null where it did not. */
  selfPause: { at: number; range: number } | null = null;
  rotation: RotationState;
  lastUsedAt: number | null = null;
  /** How far the daily look at the idempotency keys has come, null between two of them. */
  keysSweptTo: string | null = null;
  readonly #activeAt = new Map<string, number>();
  readonly #activeNoted = new Map<string, number>();
  #snapshot: Snapshot;
  #inForce: Snapshot;
  #roster: Roster;
  #addresses: { of: PublicAddresses; are: PublicAddresses } | null = null;
  #lastSequence: number;
  #writtenSinceNote = 0;
  /** Which message was written with the note before: what is older and still waits gets a row. After a wake that is all of it. */
  #notedAt = Number.MAX_SAFE_INTEGER;
  #queueDepth: Map<string, number> | null = null;

  constructor(outside: Surroundings, snapshot: Snapshot, alarmAt: number | null) {
    this.outside = outside;
    this.sql = guarded(outside.storage.sql, {
      messages: writeAhead,
      attempts: (guard) => noteEvents(guard, writeAttempts(guard)),
    });
    aheadOf(this.sql).numbers = (count) => this.nextSequence(count);
    restoreAhead(this.sql);
    watchIndex(this.sql);
    this.#snapshot = snapshot;
    this.#inForce = snapshot;
    this.#roster = new Roster(snapshot);
    this.tag = poolTag(snapshot.apiKey.id);
    const { sql } = this;
    this.#lastSequence = Math.max(lastSequence(sql), lastAttemptSequence(sql), notedFrom(sql));
    this.clock = new AlarmClock(outside, alarmAt);
    this.endpoints = readEndpoints(sql);
    this.rotation = readRotation(sql);
    this.movedUpTo = readMark(sql, "moved_up_to");
    this.quietUpTo = readMark(sql, "quiet_up_to");
    this.rebooking = new Set(rebookedNumbers(sql));
    this.health = new HealthWatch(sql);
    this.noteSelfPause();
  }

  /** The snapshot in force; a key that paused itself is paused in it. */
  get snapshot(): Snapshot {
    return this.#inForce;
  }

  /** Brings the key's status in step with whether it has paused itself; call once that was written or taken back. */
  noteSelfPause(): void {
    const at = readMark(this.sql, "self_paused_at");
    const range = readMark(this.sql, "self_paused_range");
    this.selfPause = at === null || range === null ? null : { at, range };
    this.#inForce = this.#paused(this.#snapshot);
  }

  #paused(snapshot: Snapshot): Snapshot {
    const { apiKey } = snapshot;
    if (this.selfPause === null || apiKey.status !== "active") return snapshot;
    return { ...snapshot, apiKey: { ...apiKey, status: "paused" } };
  }

  /** Where the world reaches us and ever did, as far as this pool has heard. */
  get addresses(): PublicAddresses {
    const { addresses = noAddress } = this.#snapshot;
    const { settingUrl } = this.outside;
    if (settingUrl === null) return addresses;
    if (this.#addresses?.of !== addresses) this.#addresses = { of: addresses, are: withSetting(addresses, settingUrl) };
    return this.#addresses.are;
  }

  /** Whether the account's network can call us, as our public URL stands. */
  canBeCalled(account: Account): boolean {
    const { current } = this.addresses;
    if (account.kind === "bluebubbles") return false;
    return account.sandbox || (current !== null && namesPublicHost(current));
  }

  /** Whether the key holds iMessage lines, or held them last. */
  get speaksIMessage(): boolean {
    return (this.#snapshot.protocol ?? this.#snapshot.formerProtocol ?? null) === "blooio";
  }

  /** Whether this is an organization's lobby, which takes messages to any number that no key holds. */
  get isLobby(): boolean {
    return this.#snapshot.apiKey.id === this.#snapshot.organization.id;
  }

  /** Decides by a newer snapshot from now on; an edited pool starts its weighted counts anew. Returns the numbers whose pace was changed. */
  adopt(snapshot: Snapshot): SenderNumber[] {
    const carried = carryRotation(this.rotation, this.#snapshot.numbers, snapshot.numbers);
    const before = this.#roster;
    for (const account of snapshot.accounts) {
      const before = this.findAccount(account.id);
      const isAnother = before !== null && !sameLogin(before, account);
      if (!account.refused && (before?.refused === true || isAnother)) this.accountRests.delete(account.id);
      if (before?.authToken !== account.authToken) this.forged.delete(account.id);
    }
    this.#snapshot = snapshot;
    this.#inForce = this.#paused(snapshot);
    this.#roster = new Roster(snapshot);
    if (carried !== this.rotation) {
      replaceRotation(this.sql, carried);
      this.rotation = carried;
    }
    return snapshot.numbers.filter((number) => {
      const pace = before.findNumber(number.address)?.messagesPerSecond;
      return pace !== undefined && pace !== number.messagesPerSecond;
    });
  }

  /** Returns when a number last carried a message: exact while this object lives, within the hour after it woke; null for never. */
  lastActive(number: string): number | null {
    const known = this.#activeAt.get(number) ?? readMark(this.sql, `active_${number}`);
    if (known !== null) this.#activeAt.set(number, known);
    return known;
  }

  /** Notes that a number carried a message now; one row an hour at most. */
  noteActive(number: string): void {
    const now = this.now();
    const before = this.lastActive(number);
    this.#activeAt.set(number, now);
    const noted = this.#activeNoted.get(number) ?? before;
    if (noted !== null && now - noted < noteActiveEveryMs) return;
    this.#activeNoted.set(number, now);
    saveMark(this.sql, `active_${number}`, now);
  }

  /**
   * Notes now and then, in the caller's transaction, from where on messages may stand that left as they were accepted and are not settled: they stand in no line,
   * and are looked for from there when the object wakes; so are those that wait without a row since the note before. Call for every message that is written.
   */
  noteWritten(seq: number): void {
    this.#writtenSinceNote += 1;
    if (this.#writtenSinceNote < notedEvery) return;
    lineUp(this.sql, Math.min(seq, this.#notedAt));
    const leaving = [...this.leaving].filter(([, { atOnce }]) => atOnce).map(([left]) => left);
    saveMark(this.sql, "leaving_from", Math.min(seq, oldestTurn(this.sql), ...leaving, ...unkept(this.sql)));
    this.#writtenSinceNote = 0;
    this.#notedAt = seq;
  }

  /** How many messages wait on each number or are on their way from it; counted from the rows when it is first asked for. */
  get queueDepth(): Map<string, number> {
    if (this.#queueDepth !== null) return this.#queueDepth;
    const depth = countWaitingByNumber(this.sql);
    for (const { number, atOnce } of this.leaving.values()) if (atOnce) depth.set(number, (depth.get(number) ?? 0) + 1);
    this.#queueDepth = depth;
    return depth;
  }

  /** Counts a message into or out of a number's queue. */
  countWaiting(number: string, by: 1 | -1): void {
    if (this.#queueDepth === null) return;
    this.queueDepth.set(number, Math.max(0, (this.queueDepth.get(number) ?? 0) + by));
  }

  now(): number {
    return this.outside.now();
  }

  /** Does `work` in one transaction; where it throws, nothing of it stands, neither in the rows nor in what is remembered of them. */
  transact<T>(work: () => T): T {
    const putBack = holdAhead(this.sql);
    try {
      return this.outside.storage.transactionSync(() => {
        const result = work();
        keepNumbers(this.sql);
        return result;
      });
    } catch (error) {
      forgetRows(this.sql);
      putBack();
      throw error;
    }
  }

  /** When the newest sequence number was given, by the clock of that moment. */
  get lastWrittenAt(): number {
    return timeOfSequence(this.#lastSequence);
  }

  /** Says whether the clock stands far behind the newest sequence number: it went wrong, and was put right. */
  get isClockBehind(): boolean {
    return this.lastWrittenAt - this.now() >= clockSlackMs;
  }

  /** Returns a new sequence number for a message, an event or an attempt, or the first of `count` in a row. */
  nextSequence(count = 1): number {
    const first = nextSequence(this.#lastSequence, this.now());
    this.#lastSequence = first + count - 1;
    return first;
  }

  /** What the snapshot's numbers and accounts come to. */
  get roster(): Roster {
    return this.#roster;
  }

  /** Returns the pool's number with this address, or null. */
  findNumber(address: string): SenderNumber | null {
    return this.#roster.findNumber(address);
  }

  /** Returns the account with this id, or null. */
  findAccount(id: string): Account | null {
    return this.#roster.findAccount(id);
  }

  /** Says whether an account has been given another login since it was this. */
  hasNewLogin(account: Account): boolean {
    const now = this.findAccount(account.id);
    return now !== null && !sameLogin(now, account);
  }
}
