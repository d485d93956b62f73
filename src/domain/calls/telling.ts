/** Events, their deliveries, and what rings for them. */
import type { Page } from "../contact-view.ts";
import type { Result } from "../failure.ts";
import type { PublicAddresses } from "../public-address.ts";
import type { Sealed } from "../snapshot.ts";

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

/** An answer with what became due by its call: the caller, who offered hands, delivers it. */
export type Handing<T> = { answer: T; handed: DueDelivery[] };
export type Handed<T> = Result<T> & { handed?: DueDelivery[] };

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

/** How many replays were written, from when on to ask for the rest (null when there is none), from when on events were looked at, and whether some are still owed and were left out. */
export type ReplayedRange = { replayed: number; nextSince: number | null; coversFrom?: number; isOwed?: boolean };

/** Where to read on in the feed of events: after an event's id, from `latest`, or from the beginning. */
export type ListEvents = { after: string | null; limit: number };

export type EventsPage = { bodies: string[]; nextAfter: string | null };

/** Somebody follows a short link; `counts` is false for a HEAD. */
export type LinkVisit = { n: number; secret: string; counts: boolean; knownBot: boolean; prefetch: boolean };

/**
 * How a webhook fares: the newest attempt and its answer (`lastStatus` null: none came; `lastError` says why in words), failures in all, since when nothing but failures,
 * what it is owed and when the first of that is tried next, and until when nothing leaves because its circuit is open. A pool of before says neither error nor times.
 */
export type WebhookState = {
  webhookId: string;
  lastTriggeredAt: number | null;
  lastStatus: number | null;
  failureCount: number;
  failingSince: number | null;
  owed: number;
  lastError?: string | null;
  nextAt?: number | null;
  probeAt?: number | null;
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

/** Endpoints known to be slow ring on a queue of their own. */
export type Lane = "fast" | "slow";

/**
 * What a pool tells the Worker: the carrier refuses an account's credentials (`login`, by its mark), reports in the carrier's name were refused (so many, the last at `at`), the pool has no
 * snapshot that it could read, or it owes other keys something. Losing it changes nothing: it is told again.
 */
export type News =
  | { kind: "account_refused"; accountId: string; because: string; login?: string }
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
