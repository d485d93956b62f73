import { nextFeedAt } from "./campaigns/feed.ts";
import type { Desk } from "./desk.ts";
import { askAgainToCarry, nextCarryAt } from "./fallback/news.ts";
import { clearLeftovers, nextLeftoverAt } from "./leftovers.ts";
import { lookAtMacs, nextMacLookAt } from "./lines/look.ts";
import { judgeIfDue, nextJudgementAt } from "./numbers/number-health.ts";
import { goOnRebooking, nextRebookingAt } from "./numbers/pace.ts";
import { heedClock } from "./put-right.ts";
import { dispatch } from "./sending/dispatch.ts";
import { lookUp, nextLookUpAt } from "./sending/look-ups.ts";
import { goOnMoving, nextMovingAt } from "./sending/moving.ts";
import { goOnFreeing, nextFreeingAt } from "./sending/quiet.ts";
import { expireWaiting, nextDepartureAt, nextExpiryAt } from "./sending/waiting.ts";
import { nextTellingAt, tellForged } from "./settling/forged.ts";
import { nextPollAt, pollStates } from "./settling/poll.ts";
import { nextSweepAt, sweep } from "./sweep.ts";
import { bellPatienceMs } from "./telling/bells.ts";
import { isDue } from "./telling/chains.ts";
import { nextDeliveryAt, ringForDue } from "./telling/deliveries.ts";
import { writeKnown } from "./visits.ts";

/** No alarm is set nearer than this, so that work which cannot go on does not spin. */
const leastGapMs = 1_000;
const restMs = 60_000;

/**
 * Does everything that is due and sets the alarm again; what has to be asked outside is begun and not waited for, so that nothing else is late by it.
 * Never throws: an alarm that throws seven times is abandoned by the platform.
 */
export function tick(desk: Desk): void {
  desk.clock.rang();
  try {
    heedClock(desk);
    writeKnown(desk);
    ringForDue(desk);
    expireWaiting(desk);
    clearLeftovers(desk);
    goOnRebooking(desk);
    goOnMoving(desk);
    goOnFreeing(desk);
    sweep(desk);
    judgeIfDue(desk);
    tellForged(desk);
    askAgainToCarry(desk);
    desk.outside.keepAlive(dispatch(desk));
    desk.outside.keepAlive(pollStates(desk));
    lookUp(desk);
    lookAtMacs(desk);
  } catch (error) {
    desk.outside.log({ event: "alarm_failed", error: String(error) });
  }
  rearm(desk);
}

/** Sets the alarm for the earliest thing that waits, if any does. */
export function rearm(desk: Desk): void {
  try {
    const reasons = [
      nextDepartureAt,
      nextExpiryAt,
      nextPollAt,
      nextRingAt,
      nextSweepAt,
      nextJudgementAt,
      nextLeftoverAt,
      nextRebookingAt,
      nextMovingAt,
      nextFreeingAt,
      nextLookUpAt,
      nextTellingAt,
      nextMacLookAt,
      nextFeedAt,
      nextCarryAt,
    ];
    const wanted = reasons.map((next) => next(desk)).filter((at) => at !== null);
    if (wanted.length > 0) desk.clock.arm(Math.max(Math.min(...wanted), desk.now() + leastGapMs));
  } catch (error) {
    desk.outside.log({ event: "rearm_failed", error: String(error) });
    desk.clock.arm(desk.now() + restMs);
  }
}

/** What may leave now was just rung for: it is looked at again when the bell's patience ends, or when something else falls due before. */
function nextRingAt(desk: Desk): number | null {
  const next = nextDeliveryAt(desk);
  const isAnyDue = isDue(desk, "fast") || isDue(desk, "slow");
  if (!isAnyDue) return next;
  return Math.min(desk.now() + bellPatienceMs, next ?? Number.POSITIVE_INFINITY);
}
