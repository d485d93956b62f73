import type { Lane } from "../../domain/calls/telling.ts";
import type { Desk } from "../desk.ts";
import type { Pace } from "./memory.ts";

/** So many deliveries to one endpoint are under way at once: at first, and at most, which is what four consumers with six connections each can carry. */
const places = { first: 4, most: 24 };
/** An answer within this time is quick; after a slower one nothing follows on the same hand. */
export const quickMs = 1_000;
/** A hand posts so many deliveries one after another, where the endpoint answered within `briskMs` lately. */
export const chainAtMost = 4;
export const briskMs = 250;

/** Returns the lane on which a webhook's deliveries leave now: endpoints that were slow lately keep away from the rest. */
export function laneOf(desk: Desk, webhookId: string): Lane {
  return desk.endpoints.get(webhookId)?.slow ? "slow" : "fast";
}

function paceOf(desk: Desk, webhookId: string): Pace {
  return desk.telling.paces.get(webhookId) ?? { places: places.first, quick: 0, lastMs: null };
}

/** Returns how many hands may post to an endpoint at once: one where its circuit is open, for the probe. */
export function placesOf(desk: Desk, webhookId: string): number {
  return probeOf(desk, webhookId) === null ? paceOf(desk, webhookId).places : 1;
}

/** Returns when an endpoint whose circuit is open is tried next (epoch milliseconds), null while it is closed: nothing leaves to it before. */
export function probeOf(desk: Desk, webhookId: string): number | null {
  return desk.endpoints.get(webhookId)?.health.probeAt ?? null;
}

/** Returns how many deliveries of different chats one hand may post to an endpoint, one after another. */
export function chainLengthOf(desk: Desk, webhookId: string): number {
  return isBrisk(desk, webhookId) ? chainAtMost : 1;
}

/** Says whether an endpoint's last answer came within a quarter of a second, and its next one so can be waited for. */
export function isBrisk(desk: Desk, webhookId: string): boolean {
  const { lastMs } = paceOf(desk, webhookId);
  return lastMs !== null && lastMs <= briskMs;
}

/** Learns from an answer: a round of quick ones is one place more, a failure or a long wait halves them down to those it began with. */
export function notePace(
  desk: Desk,
  webhookId: string,
  end: { delivered: boolean; durationMs: number; slow: boolean },
): void {
  const pace = paceOf(desk, webhookId);
  if (!end.delivered || end.slow) {
    desk.telling.paces.set(webhookId, {
      places: Math.max(places.first, Math.floor(pace.places / 2)),
      quick: 0,
      lastMs: null,
    });
    return;
  }
  const quick = end.durationMs <= quickMs ? pace.quick + 1 : 0;
  const grows = quick >= pace.places && pace.places < places.most;
  desk.telling.paces.set(webhookId, {
    places: pace.places + (grows ? 1 : 0),
    quick: grows ? 0 : quick,
    lastMs: end.durationMs,
  });
}
