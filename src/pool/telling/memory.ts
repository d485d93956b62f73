import type { Lane } from "../../domain/calls/telling.ts";

/** How long a consumer may hold a delivery before it counts as lost: above the 15 s of an attempt and the quick ones before it on the same hand. */
export const leaseMs = 30_000;

/** A delivery that a consumer holds: until when, on which of its hands, and of which chat, where nothing else of it may leave meanwhile. */
export type Lease = { webhookId: string; takenAt: number; until: number; hand: number; chat: string | null };

/** How an endpoint answered lately: how many hands may post to it at once, how many quick answers came since that last grew, and how long the last answer took. */
export type Pace = { places: number; quick: number; lastMs: number | null };

/** What an object remembers of its deliveries between calls: who holds them, who comes for more, and how endpoints answered. A wake begins with none of it. */
export class TellingMemory {
  /** What consumers hold, by the name of the hold (`leaseOf`). */
  readonly leases = new Map<string, Lease>();
  /** How each endpoint answered lately, by webhook id. */
  readonly paces = new Map<string, Pace>();
  /** When somebody was last rung for, by lane, who has not come yet; `isEntrusted`: by a caller who was told that more is due. */
  readonly rung = new Map<Lane, { at: number; isEntrusted: boolean }>();
  /** Whether something became due for the caller of this turn, who offered to deliver it; null where nobody did. */
  offer: { isWanted: boolean } | null = null;
  /** Whether a bell waits for whoever took deliveries last. */
  isAwaiting = false;
  /** Until when a line of replays is booked, by its name. */
  readonly booked = new Map<string, number>();
  #hands = 0;

  /** Returns the name of a hand that deliveries are given to. */
  nextHand(): number {
    this.#hands += 1;
    return this.#hands;
  }
}
