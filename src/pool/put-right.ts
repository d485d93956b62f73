import { probeIntervalMs } from "../domain/endpoint-health.ts";
import { dailyLimitRestMs, sendBackoffMs } from "../domain/retry.ts";
import type { Desk } from "./desk.ts";
import { bringForwardCarried } from "./ledger/carried.ts";
import { shortenWaits } from "./ledger/deliveries.ts";
import { saveEndpoint } from "./ledger/endpoints.ts";
import { bringForwardHanded } from "./ledger/handed.ts";
import { bringForwardLooks } from "./ledger/looks.ts";
import { readMark, saveMark } from "./ledger/marks.ts";
import { noteAll } from "./ledger/notes.ts";
import { bookAnew } from "./numbers/pace.ts";
import { leaseMs } from "./telling/memory.ts";

/** How soon what has no final status, or none that is known, is asked for at the latest. */
const lookWithinMs = 5 * 60_000;

/**
 * Plans anew, from now on, all that is kept with a time where the clock was put right: what was planned before would wait until it has come so far again. Nothing waits
 * longer from now on than it would have at first.
 */
export function heedClock(desk: Desk): void {
  const now = desk.now();
  if (!desk.isClockBehind) desk.rebookedBehind = Number.POSITIVE_INFINITY;
  else if (now < desk.rebookedBehind) planAnew(desk, now);
}

function planAnew(desk: Desk, now: number): void {
  desk.rebookedBehind = now;
  bookAnew(desk, now);
  for (const rest of desk.accountRests.values()) {
    const longest = rest.why === "daily_limit" ? dailyLimitRestMs : sendBackoffMs.ceiling;
    rest.until = Math.min(rest.until, now + longest);
  }
  desk.carryToldAt = Math.min(desk.carryToldAt, now);
  desk.visitedBy = 0;
  desk.health.judgedAt = Math.min(desk.health.judgedAt, now);
  forgetBells(desk, now);
  desk.transact(() => {
    noteAll(desk.sql);
    const held = [...desk.telling.leases.keys()].map((lease) => Number(lease.split(":")[0]));
    shortenWaits(desk.sql, now, held);
    bringForwardLooks(desk.sql, now + lookWithinMs);
    bringForwardHanded(desk.sql, now);
    bringForwardCarried(desk.sql, now);
    if ((readMark(desk.sql, "swept_at") ?? 0) > now) saveMark(desk.sql, "swept_at", now);
    for (const endpoint of desk.endpoints.values()) putRight(desk, endpoint, now);
  });
  desk.clock.arm(now);
}

/** Who was rung for, or holds anything, by a clock that was ahead, would be waited for until it has come so far again. */
function forgetBells({ telling }: Desk, now: number): void {
  telling.rung.clear();
  telling.booked.clear();
  for (const lease of telling.leases.values()) {
    lease.takenAt = Math.min(lease.takenAt, now);
    lease.until = Math.min(lease.until, now + leaseMs);
  }
}

function putRight(desk: Desk, endpoint: Parameters<typeof saveEndpoint>[1], now: number): void {
  const { failingSince, lastSuccess, warnedAt, probeAt } = endpoint.health;
  const past = (at: number | null) => (at === null ? null : Math.min(at, now));
  endpoint.health = {
    ...endpoint.health,
    failingSince: past(failingSince),
    lastSuccess: past(lastSuccess),
    warnedAt: past(warnedAt),
    probeAt: probeAt === null ? null : Math.min(probeAt, now + probeIntervalMs),
  };
  saveEndpoint(desk.sql, endpoint);
}
