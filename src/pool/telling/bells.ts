import type { Lane } from "../../domain/calls/telling.ts";
import type { Desk } from "../desk.ts";
import { isDue } from "./chains.ts";
import { briskMs, isBrisk, laneOf } from "./pace.ts";

/** How long a bell may go unanswered before the alarm rings again. */
export const bellPatienceMs = 10_000;

/**
 * Sees to it that somebody comes for what is due on a lane: whoever makes this call and offered hands, else whoever is about to report, else one who is rung for. The
 * ledger stays the truth, and the alarm rings again when nobody comes.
 */
export function ringSoon(desk: Desk, lane: Lane): void {
  desk.clock.arm(desk.now() + bellPatienceMs);
  if (lane === "slow") ring(desk, lane);
  else if (desk.telling.offer !== null) desk.telling.offer.isWanted = true;
  else if (isAwaited(desk)) ringUnlessTaken(desk);
  else ring(desk, lane);
}

/** Says whether somebody will ask for what is due on the fast lane without being called: a bell was rung, or a delivery was taken a moment ago. */
export function isSomebodyComing(desk: Desk): boolean {
  return wasRung(desk, "fast") || isAwaited(desk);
}

/** Says whether a caller who takes nothing more is to see to the rest: one at a time. From then on it counts as rung. */
export function entrustBell(desk: Desk, lane: Lane): boolean {
  const at = desk.now();
  if (desk.telling.rung.get(lane)?.isEntrusted === true && wasRung(desk, lane)) return false;
  desk.telling.rung.set(lane, { at, isEntrusted: true });
  desk.clock.arm(at + bellPatienceMs);
  return true;
}

function wasRung(desk: Desk, lane: Lane): boolean {
  return desk.now() - (desk.telling.rung.get(lane)?.at ?? 0) < bellPatienceMs;
}

/** Who took a delivery to a brisk endpoint a moment ago will report its end, and takes more in the same call: a bell would find nothing. */
function isAwaited(desk: Desk): boolean {
  const since = desk.now() - briskMs;
  return [...desk.telling.leases.values()].some(
    ({ takenAt, webhookId }) => takenAt > since && isBrisk(desk, webhookId) && laneOf(desk, webhookId) === "fast",
  );
}

/** An endpoint that is not so brisk this time, or a hand that died, holds up what came after it for no longer than this. */
function ringUnlessTaken(desk: Desk): void {
  if (desk.telling.isAwaiting) return;
  desk.telling.isAwaiting = true;
  setTimeout(() => {
    desk.telling.isAwaiting = false;
    if (isDue(desk, "fast")) ring(desk, "fast");
  }, briskMs);
}

/** Rings for a lane once until somebody comes. */
function ring(desk: Desk, lane: Lane): void {
  if (wasRung(desk, lane)) return;
  desk.telling.rung.set(lane, { at: desk.now(), isEntrusted: false });
  desk.outside.ring(lane).catch((error: unknown) => {
    desk.telling.rung.delete(lane);
    desk.outside.log({ event: "bell_lost", lane, error: String(error) });
  });
}
