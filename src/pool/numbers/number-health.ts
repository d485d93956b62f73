import {
  type HourBucket,
  healthRules,
  hourOf,
  isPassedOver,
  judgePool,
  type NumberHealth,
} from "../../domain/health.ts";
import type { Desk } from "../desk.ts";
import { forgetHours, placeBucket, readBuckets, saveVerdict, type Verdict } from "../ledger/health.ts";
import { saveMark } from "../ledger/marks.ts";
import { emitPoolEvent } from "../telling/outbox.ts";

/** A pool is judged once a minute at most, when something has ended since; one with an unhealthy number also every hour; and at every so many own faults of a number in a row. */
const judgeEveryMs = 60_000;
const judgeEveryFaults = 5;
const recheckEveryMs = 60 * 60 * 1000;

/** Notes that a message ended on a number, in the caller's transaction; one that may change a judgement brings it on by itself. */
export function noteEvidence(desk: Desk, number: string, end: { bucket: HourBucket; blamesNumber: boolean }): void {
  const { health } = desk;
  if (health.buckets !== null) placeBucket(health.buckets, number, end.bucket);
  health.isStale = true;
  countInARow(desk, number, end.blamesNumber);
  if (!end.blamesNumber && health.verdicts.get(number)?.status !== "unhealthy") return;
  desk.clock.arm(Math.max(health.judgedAt + judgeEveryMs, desk.now()));
  if (health.isSuspicious) return;
  health.isSuspicious = true;
  saveMark(desk.sql, "suspicious_at", desk.now());
}

function countInARow({ health }: Desk, number: string, blamesNumber: boolean): void {
  const faults = blamesNumber ? (health.faultsInARow.get(number) ?? 0) + 1 : 0;
  if (faults === 0) health.faultsInARow.delete(number);
  else health.faultsInARow.set(number, faults);
  if (faults > 0 && faults % judgeEveryFaults === 0) health.isUrgent = true;
}

/** Returns the numbers that automatic choice passes over now. */
export function passedOver(desk: Desk): ReadonlySet<string> {
  const { sick } = desk.health;
  return sick.size === 0 ? sick : new Set([...sick].filter((number) => isNumberPassedOver(desk, number)));
}

function isNumberPassedOver(desk: Desk, number: string): boolean {
  const verdict = desk.health.verdicts.get(number);
  if (verdict === undefined) return false;
  return isPassedOver(verdict, verdict.triedAt ?? verdict.since, desk.now());
}

/** Notes that an unhealthy number carries a message again, in the caller's transaction: four rows an hour at most, none for healthy ones. */
export function noteTry(desk: Desk, number: string): void {
  const verdict = desk.health.verdicts.get(number);
  if (verdict?.status !== "unhealthy" || isNumberPassedOver(desk, number)) return;
  const tried = { ...verdict, triedAt: desk.now() };
  saveVerdict(desk.sql, number, tried);
  desk.health.keep(number, tried);
}

/** Judges the pool's numbers if something ended since the last time and a minute has passed, or a number fails again and again; changes are written with their events. */
export function judgeIfDue(desk: Desk): void {
  if (desk.health.isUrgent) {
    judgeNow(desk);
    return;
  }
  const at = desk.health.isStale ? desk.health.judgedAt + judgeEveryMs : nextJudgementAt(desk);
  if (at !== null && at <= desk.now()) judgeNow(desk);
}

/** Returns when the pool must be judged by itself, or null: soon after a fault of a number, hourly while a number is unhealthy. */
export function nextJudgementAt(desk: Desk): number | null {
  const { health } = desk;
  if (health.isSuspicious) return health.judgedAt + judgeEveryMs;
  const isAnyUnhealthy = [...health.sick].some((number) => desk.findNumber(number) !== null);
  return isAnyUnhealthy ? health.judgedAt + recheckEveryMs : null;
}

function judgeNow(desk: Desk): void {
  const { health } = desk;
  const now = desk.now();
  const verdicts = new Map<string, Verdict>();
  const judged = [...examine(desk)].filter(([, result]) => result.changed !== null);
  desk.transact(() => {
    for (const [number, result] of judged) verdicts.set(number, pronounce(desk, number, result));
    forgetOldHours(desk, now);
    if (health.isSuspicious) saveMark(desk.sql, "suspicious_at", 0);
  });
  for (const [number, verdict] of verdicts) health.keep(number, verdict);
  health.judgedAt = now;
  health.isStale = false;
  health.isUrgent = false;
  health.isSuspicious = false;
}

function pronounce(desk: Desk, number: string, result: NumberHealth): Verdict {
  const { status, since, reason } = result;
  const verdict: Verdict = { status, since, reason, triedAt: null };
  saveVerdict(desk.sql, number, verdict);
  emitPoolEvent(desk, status === "unhealthy" ? "number.unhealthy" : "number.recovered", {
    external_id: null,
    internal_id: number,
    reason,
    delivery_rate_7d: result.deliveryRate7d,
    failure_rate_7d: result.failureRate7d,
    faults_7d: result.faults7d,
  });
  return verdict;
}

function forgetOldHours(desk: Desk, now: number): void {
  const hour = hourOf(now);
  if (desk.health.prunedHour === hour) return;
  desk.health.prunedHour = hour;
  const first = hour - healthRules.windowHours + 1;
  forgetHours(desk.sql, first);
  for (const hours of desk.health.buckets?.values() ?? []) {
    for (const old of hours.keys()) if (old < first) hours.delete(old);
  }
}

/** Returns what stands and would be said now of every number of the pool, with its rates; nothing changes. */
export function examine(desk: Desk): Map<string, NumberHealth> {
  const now = desk.now();
  desk.health.buckets ??= readBuckets(desk.sql, hourOf(now) - healthRules.windowHours + 1);
  const { buckets, verdicts } = desk.health;
  const patients = desk.snapshot.numbers.map(({ address }) => ({
    address,
    buckets: [...(buckets.get(address)?.values() ?? [])],
    previous: verdicts.get(address) ?? null,
  }));
  return judgePool(patients, now);
}
