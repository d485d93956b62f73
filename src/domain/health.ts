/** What became of a number's messages that left in one hour; `hour` counts whole hours since the epoch. */
export type HourBucket = {
  hour: number;
  sent: number;
  delivered: number;
  numberFaults: number;
  contentFaults: number;
  recipientFaults: number;
  other: number;
};

/** A number's health as it is kept between judgements; `since` is when it last changed, null when it never did. */
export type HealthState = { status: "healthy" | "unhealthy"; since: number | null };

/** A judgement: the state to keep, whether it changed, rates over 7 days (null without finished messages), and why in words. */
export type NumberHealth = HealthState & {
  changed: "unhealthy" | "recovered" | null;
  deliveryRate7d: number | null;
  failureRate7d: number | null;
  faults7d: { number: number; content: number; recipient: number; other: number };
  sent7d: number;
  reason: string | null;
};

const hourMs = 60 * 60 * 1000;

/**
 * The constants of health, all of them our judgement. Twilio publishes no threshold for a single number; its Deliverability
 * Score (twilio.com/docs/messaging/features/deliverability-score) only says that some unreachable recipients are normal
 * and compliance errors are not, which is why a recipient's faults never count here.
 */
export const healthRules = {
  /** Seed 001 asks to monitor rates per number; a week evens out weekdays. */
  windowHours: 7 * 24,
  /** Evidence weighs half after this time, so that a number turning bad shows within hours of a good week, and old faults fade. */
  halfLifeHours: 6,
  /** Fewer results than this condemn nobody: each one would weigh more than 5 %. */
  minimumResults: 20,
  /** A number is out when one message in ten is lost through it, surely (not by a bad run of luck) … */
  outRate: 0.1,
  /** … and it loses at least twice what its pool's other numbers lose: an outage of a carrier hits them all alike. */
  timesOthers: 2,
  /** One-sided 95 % bound of the score interval (E. B. Wilson, 1927), which holds for small samples. */
  confidenceZ: 1.645,
  /** Back when this many fresh results have at most this share of faults: half of what puts it out (hysteresis). */
  recoveryResults: 10,
  recoveryRate: 0.05,
  /** Without results a number rests a day, longer than the day's peak that may have caused it, and then starts anew. */
  restHours: 24,
  /** An unhealthy number carries one message in this time, so that its recovery can be seen: at most 96 a day are at risk. */
  probeMs: 15 * 60 * 1000,
} as const;

/** Returns the hour that a message counts in: the one it left in, however late its outcome is known. */
export function hourOf(at: number): number {
  return Math.floor(at / hourMs);
}

/** Says whether automatic choice passes a number over now: it is unhealthy and carried a message a short while ago; otherwise it may try one. */
export function isPassedOver(health: HealthState | null, lastSentAt: number | null, now: number): boolean {
  if (health === null || health.status === "healthy" || lastSentAt === null) return false;
  return now - lastSentAt < healthRules.probeMs;
}

/** What speaks for or against a number: results that tell of numbers at all, and its own faults among them, faded by age. */
export type Evidence = { results: number; faults: number };

/** Returns the faded evidence of the window's buckets. A change of state opens a new page: what left before it counts no more. */
export function gatherEvidence(buckets: readonly HourBucket[], state: HealthState | null, now: number): Evidence {
  const first = firstHour(state, now);
  const current = hourOf(now);
  const evidence = { results: 0, faults: 0 };
  for (const { hour, delivered, numberFaults } of buckets) {
    if (hour < first) continue;
    const weight = 0.5 ** (Math.max(0, current - hour) / healthRules.halfLifeHours);
    evidence.results += weight * (delivered + numberFaults);
    evidence.faults += weight * numberFaults;
  }
  return evidence;
}

function firstHour(state: HealthState | null, now: number): number {
  const window = hourOf(now) - healthRules.windowHours + 1;
  if (state === null || state.since === null) return window;
  const page = state.status === "unhealthy" ? hourOf(state.since) + 1 : hourOf(state.since);
  return Math.max(window, page);
}

/** Says whether a number's own faults stand out: surely above the bar, and above what its pool's other numbers lose (where they have results enough). */
export function numbersOwnFaultsStandOut(own: Evidence, others: Evidence): boolean {
  if (own.results < healthRules.minimumResults) return false;
  const othersRate = others.results < healthRules.minimumResults ? 0 : others.faults / others.results;
  return leastRate(own) >= Math.max(healthRules.outRate, healthRules.timesOthers * othersRate);
}

function leastRate({ results, faults }: Evidence): number {
  const rate = faults / results;
  const z2 = healthRules.confidenceZ ** 2;
  const spread = healthRules.confidenceZ * Math.sqrt((rate * (1 - rate)) / results + z2 / (4 * results ** 2));
  return (rate + z2 / (2 * results) - spread) / (1 + z2 / results);
}

/** Judges one number by its buckets, the evidence of its pool's other numbers, and what it was before. */
export function judgeHealth(
  buckets: readonly HourBucket[],
  others: Evidence,
  previous: HealthState | null,
  now: number,
): NumberHealth {
  const state: HealthState = previous ?? { status: "healthy", since: null };
  const own = gatherEvidence(buckets, state, now);
  return { ...decide(own, others, state, now), ...summarize(buckets, now) };
}

function decide(
  own: Evidence,
  others: Evidence,
  state: HealthState,
  now: number,
): HealthState & Pick<NumberHealth, "changed" | "reason"> {
  switch (state.status) {
    case "healthy":
      if (!numbersOwnFaultsStandOut(own, others)) return { ...state, changed: null, reason: null };
      return {
        status: "unhealthy",
        since: now,
        changed: "unhealthy",
        reason: `${percent(own)} of its recent messages failed through the number's own fault; other numbers: ${percent(others)}.`,
      };
    case "unhealthy": {
      const reason = recoveryOf(own, state, now);
      if (reason === null)
        return { ...state, changed: null, reason: "Its own faults stood out; it is tried now and then." };
      return { status: "healthy", since: now, changed: "recovered", reason };
    }
  }
}

function recoveryOf(own: Evidence, state: HealthState, now: number): string | null {
  if (own.results >= healthRules.recoveryResults && own.faults / own.results <= healthRules.recoveryRate) {
    return "Its messages are delivered again.";
  }
  const rested = now - (state.since ?? 0) >= healthRules.restHours * hourMs;
  return rested && own.faults < 1 ? "It rested for a day without a new fault." : null;
}

function percent({ results, faults }: Evidence): string {
  return results === 0 ? "none" : `${Math.round((100 * faults) / results)} %`;
}

function summarize(buckets: readonly HourBucket[], now: number) {
  const first = hourOf(now) - healthRules.windowHours + 1;
  const faults7d = { number: 0, content: 0, recipient: 0, other: 0 };
  let sent7d = 0;
  let delivered = 0;
  for (const bucket of buckets) {
    if (bucket.hour < first) continue;
    sent7d += bucket.sent;
    delivered += bucket.delivered;
    faults7d.number += bucket.numberFaults;
    faults7d.content += bucket.contentFaults;
    faults7d.recipient += bucket.recipientFaults;
    faults7d.other += bucket.other;
  }
  const failed = faults7d.number + faults7d.content + faults7d.recipient + faults7d.other;
  const finished = delivered + failed;
  return {
    sent7d,
    faults7d,
    deliveryRate7d: finished === 0 ? null : delivered / finished,
    failureRate7d: finished === 0 ? null : failed / finished,
  };
}

/** One number of a pool with what is known of it. */
export type Patient = { address: string; buckets: readonly HourBucket[]; previous: HealthState | null };

/** Judges every number of a pool, each against all the others; time grows with the pool, not with its square. */
export function judgePool(patients: readonly Patient[], now: number): Map<string, NumberHealth> {
  const evidence = patients.map(({ buckets, previous }) => gatherEvidence(buckets, previous, now));
  const all = { results: 0, faults: 0 };
  for (const { results, faults } of evidence) {
    all.results += results;
    all.faults += faults;
  }
  const judged = new Map<string, NumberHealth>();
  patients.forEach(({ address, buckets, previous }, index) => {
    const own = evidence[index] ?? { results: 0, faults: 0 };
    const others = { results: all.results - own.results, faults: all.faults - own.faults };
    judged.set(address, judgeHealth(buckets, others, previous, now));
  });
  return judged;
}
