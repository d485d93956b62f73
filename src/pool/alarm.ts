import { isDue } from "./deliveries.ts";
import type { Desk } from "./desk.ts";
import { dispatch } from "./dispatch.ts";
import { nextAgendaAt } from "./ledger/agenda.ts";
import { dueLanes, nextOwedAt } from "./ledger/deliveries.ts";
import { bellPatienceMs, ringSoon } from "./outbox.ts";
import { reconcile } from "./reconcile.ts";

/** No alarm is set nearer than this, so that work which cannot go on does not spin. */
const leastGapMs = 1_000;
const restMs = 60_000;

/** Does everything that is due and sets the alarm again. Never throws: an alarm that throws seven times is abandoned by the platform. */
export async function tick(desk: Desk): Promise<void> {
  desk.alarmRang();
  try {
    ringForDue(desk);
    await Promise.all([dispatch(desk), reconcile(desk)]);
  } catch (error) {
    desk.outside.log({ event: "alarm_failed", error: String(error) });
  }
  rearm(desk);
}

function ringForDue(desk: Desk): void {
  for (const lane of dueLanes(desk.sql, desk.now())) {
    if (!isDue(desk, lane)) continue;
    desk.rung.delete(lane);
    ringSoon(desk, lane);
  }
}

/** Sets the alarm for the earliest thing that waits, if any does. */
export function rearm(desk: Desk): void {
  try {
    const wanted = [nextAgendaAt(desk.sql), nextRingAt(desk)].filter((at) => at !== null);
    if (wanted.length > 0) desk.arm(Math.max(Math.min(...wanted), desk.now() + leastGapMs));
  } catch (error) {
    desk.outside.log({ event: "rearm_failed", error: String(error) });
    desk.arm(desk.now() + restMs);
  }
}

/** What is due and may leave was just rung for; what is due and may not (its endpoint rests) is looked at again in a minute. */
function nextRingAt(desk: Desk): number | null {
  const now = desk.now();
  const owed = nextOwedAt(desk.sql);
  if (owed === null || owed > now) return owed;
  return now + (dueLanes(desk.sql, now).some((lane) => isDue(desk, lane)) ? bellPatienceMs : restMs);
}
