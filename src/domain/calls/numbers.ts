/** How a key, its numbers and its traffic stand. */
import type { Caps } from "../line.ts";
import type { KeyMode, NumberType, Protocol, Snapshot } from "../snapshot.ts";

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

/** What an object holds after a publication: an object of the release before does not say whether its key is revoked. */
export type Published = { version: number; revoked?: boolean };
