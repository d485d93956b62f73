const minute = 60 * 1000;
const day = 24 * 60 * minute;

/** How long an endpoint may do nothing but fail before it is disabled, and before its owner is warned (five days: Svix; the warning leaves two to act). */
export const disableAfterMs = 5 * day;
export const warnAfterMs = 3 * day;
/** The failures that a run needs to count as more than a few bad moments: one whole schedule of attempts. */
export const disableAfterFailures = 10;

/** When deliveries to an endpoint stop but for a probe: this many failures in a row over this time, and the wait between probes. */
export const circuitFailures = 10;
export const circuitSpanMs = 10 * minute;
export const probeIntervalMs = 5 * minute;

/**
 * What an endpoint's attempts came to, over all its deliveries. `failures` and `failingSince` are of the run that goes on now;
 * `warnedAt` is when its owner was warned in that run; `probeAt` is null while the circuit is closed. Times in epoch milliseconds.
 */
export type EndpointHealth = {
  failures: number;
  failingSince: number | null;
  lastSuccess: number | null;
  warnedAt: number | null;
  probeAt: number | null;
};

/** An endpoint to which nothing has been delivered yet. */
export const newEndpoint: EndpointHealth = {
  failures: 0,
  failingSince: null,
  lastSuccess: null,
  warnedAt: null,
  probeAt: null,
};

/** Returns the health after a success at `now`: the run of failures is over and the circuit closed. */
export function afterSuccess(now: number): EndpointHealth {
  return { ...newEndpoint, lastSuccess: now };
}

/** Returns the health after a failure at `now`; the circuit opens at the tenth in a row that is ten minutes after the first, and a failed probe keeps it open. */
export function afterFailure(health: EndpointHealth, now: number): EndpointHealth {
  const failures = health.failures + 1;
  const failingSince = health.failingSince ?? now;
  const opens = failures >= circuitFailures && now - failingSince >= circuitSpanMs;
  return { ...health, failures, failingSince, probeAt: opens ? now + probeIntervalMs : null };
}

/** Tells whether an attempt may leave at `now`: always while the circuit is closed, else when the next probe is due. */
export function mayAttempt(health: EndpointHealth, now: number): boolean {
  return health.probeAt === null || now >= health.probeAt;
}

/** Returns the health with a probe under way since `now`, so that no second one leaves beside it; nothing changes while the circuit is closed. */
export function startProbe(health: EndpointHealth, now: number): EndpointHealth {
  return health.probeAt === null ? health : { ...health, probeAt: now + probeIntervalMs };
}

/** Returns what an endpoint's failures call for at `now`: nothing, a warning (once: see `warnedAt`), or disabling, which never comes before a warning. */
export function judgeEndpoint(health: Omit<EndpointHealth, "probeAt">, now: number): "healthy" | "warn" | "disable" {
  const { failingSince, failures, lastSuccess, warnedAt } = health;
  if (failingSince === null || failures < disableAfterFailures) return "healthy";
  if (lastSuccess !== null && lastSuccess > failingSince) return "healthy";
  const failingFor = now - failingSince;
  if (failingFor < warnAfterMs) return "healthy";
  return failingFor >= disableAfterMs && warnedAt !== null && warnedAt >= failingSince ? "disable" : "warn";
}
