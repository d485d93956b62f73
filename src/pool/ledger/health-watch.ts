import { type Buckets, readVerdicts, type Verdict } from "./health.ts";
import { readMark } from "./marks.ts";

/** What the desk remembers of its numbers' health; all of it can be read again from the ledger. */
export class HealthWatch {
  readonly #verdicts: Map<string, Verdict>;
  readonly #sick: Set<string>;
  /** Null until the pool is first judged: an object that only sends does not read seven days of hours. */
  buckets: Buckets | null = null;
  judgedAt = 0;
  prunedHour = 0;
  /** How many messages of a number failed by its own fault, one after another; and whether that asks for a judgement before the minute is over. */
  readonly faultsInARow = new Map<string, number>();
  isUrgent = false;
  /** Whether a message ended since the last judgement, and whether one ended that may change it (kept as a mark: the object may sleep before its alarm). */
  isStale: boolean;
  isSuspicious: boolean;

  constructor(sql: SqlStorage) {
    this.#verdicts = readVerdicts(sql);
    this.#sick = new Set(
      [...this.#verdicts].filter(([, { status }]) => status === "unhealthy").map(([number]) => number),
    );
    this.isSuspicious = (readMark(sql, "suspicious_at") ?? 0) > 0;
    this.isStale = this.isSuspicious;
  }

  get verdicts(): ReadonlyMap<string, Verdict> {
    return this.#verdicts;
  }

  /** The numbers whose verdict is that they are unhealthy. */
  get sick(): ReadonlySet<string> {
    return this.#sick;
  }

  /** Keeps a verdict that was written. */
  keep(number: string, verdict: Verdict): void {
    this.#verdicts.set(number, verdict);
    if (verdict.status === "unhealthy") this.#sick.add(number);
    else this.#sick.delete(number);
  }
}
