import type { HealthState, HourBucket } from "../../domain/health.ts";
import { keepEnds } from "./days.ts";
import { allDeliveredInEvents, deliveredInEvents, noteSaved } from "./ended.ts";
import { remembered } from "./memory.ts";

type BucketRow = { number: string; hour: number; counts: string };

/** Buckets by number and hour. */
export type Buckets = Map<string, Map<number, HourBucket>>;

/** Returns every bucket from the hour `first` on, read once when the pool is first judged. */
export function readBuckets(sql: SqlStorage, first: number): Buckets {
  const buckets: Buckets = new Map();
  for (const row of sql.exec<BucketRow>("SELECT * FROM health WHERE hour >= ?", first)) {
    placeBucket(buckets, row.number, readBucket(row));
  }
  for (const { number, hour } of allDeliveredInEvents(sql)) placeBucket(buckets, number, findBucket(sql, number, hour));
  return buckets;
}

/** Puts a bucket in its place, over the one that stood there. */
export function placeBucket(buckets: Buckets, number: string, bucket: HourBucket): void {
  const hours = buckets.get(number) ?? new Map<number, HourBucket>();
  hours.set(bucket.hour, bucket);
  buckets.set(number, hours);
}

/** So many buckets are remembered at most: of a large pool's numbers those of the last hour. */
const rememberedAtMost = 2_000;

function recentBuckets(sql: SqlStorage): Map<string, HourBucket> {
  return remembered(sql, "hours", () => new Map());
}

/** Returns a number's bucket of one hour with what is counted in events alone, an empty one where nothing is. */
export function findBucket(sql: SqlStorage, number: string, hour: number): HourBucket {
  const saved = findSaved(sql, number, hour);
  const more = deliveredInEvents(sql, number, hour);
  return more === 0 ? saved : { ...saved, sent: saved.sent + more, delivered: saved.delivered + more };
}

function findSaved(sql: SqlStorage, number: string, hour: number): HourBucket {
  const known = recentBuckets(sql).get(`${hour} ${number}`);
  if (known !== undefined) return known;
  const row = sql.exec<BucketRow>("SELECT * FROM health WHERE number = ? AND hour = ?", number, hour).toArray()[0];
  if (row !== undefined) return keepRecent(sql, number, readBucket(row));
  const empty = { hour, sent: 0, delivered: 0, numberFaults: 0, contentFaults: 0, recipientFaults: 0, other: 0 };
  return keepRecent(sql, number, empty);
}

function keepRecent(sql: SqlStorage, number: string, bucket: HourBucket): HourBucket {
  const recent = recentBuckets(sql);
  if (recent.size >= rememberedAtMost) recent.clear();
  recent.set(`${bucket.hour} ${number}`, bucket);
  return bucket;
}

/** Writes a bucket with everything that has happened to its messages so far: one row. */
export function saveBucket(sql: SqlStorage, number: string, bucket: HourBucket): void {
  const { hour, ...counts } = bucket;
  sql.exec(
    "INSERT OR REPLACE INTO health (number, hour, counts) VALUES (?, ?, json_insert(?, '$.upTo', (SELECT max(seq) FROM events)))",
    number,
    hour,
    JSON.stringify(counts),
  );
  noteSaved(sql, number, hour);
  keepRecent(sql, number, bucket);
}

/** Writes down the hours of which something is counted in events alone, in the caller's transaction: one row each. */
export function saveEnds(sql: SqlStorage): void {
  for (const { number, hour } of allDeliveredInEvents(sql)) saveBucket(sql, number, findBucket(sql, number, hour));
}

/** Forgets blamed texts of hours before `first`, and the buckets of whole days before it, whose sums are kept by the day. */
export function forgetHours(sql: SqlStorage, first: number): void {
  saveEnds(sql);
  keepEnds(sql, Math.floor(first / 24));
  sql.exec("DELETE FROM health WHERE hour < ?", Math.floor(first / 24) * 24);
  for (const [key, { hour }] of recentBuckets(sql)) if (hour < first) recentBuckets(sql).delete(key);
  sql.exec("DELETE FROM blamed WHERE hour < ?", first);
}

function readBucket(row: BucketRow): HourBucket {
  const { upTo: _, ...counts } = JSON.parse(row.counts) as Omit<HourBucket, "hour"> & { upTo?: number | null };
  return { ...counts, hour: row.hour };
}

/** What stands about a number's health, and when it was last tried while unhealthy. A row stands only for numbers that ever were. */
export type Verdict = HealthState & { reason: string | null; triedAt: number | null };

type VerdictRow = {
  number: string;
  status: HealthState["status"];
  since: number | null;
  reason: string | null;
  tried_at: number | null;
};

/** Returns every verdict by number, read once when the object wakes. */
export function readVerdicts(sql: SqlStorage): Map<string, Verdict> {
  const rows = sql.exec<VerdictRow>("SELECT * FROM verdicts").toArray();
  return new Map(
    rows.map(({ number, status, since, reason, tried_at }) => [number, { status, since, reason, triedAt: tried_at }]),
  );
}

/** Writes a verdict. */
export function saveVerdict(sql: SqlStorage, number: string, verdict: Verdict): void {
  sql.exec(
    "INSERT OR REPLACE INTO verdicts (number, status, since, reason, tried_at) VALUES (?, ?, ?, ?, ?)",
    number,
    verdict.status,
    verdict.since,
    verdict.reason,
    verdict.triedAt,
  );
}

/** How often a text was filtered on a number in one hour, and was counted as the number's fault. */
export type Blamed = { number: string; hour: number; faults: number };

/** Returns where a text (its fingerprint) was filtered. */
export function findBlamed(sql: SqlStorage, text: string): Blamed[] {
  return sql.exec<Blamed>("SELECT number, hour, faults FROM blamed WHERE text = ?", text).toArray();
}

/** Writes down where a text was filtered. */
export function saveBlamed(sql: SqlStorage, text: string, blamed: Blamed): void {
  sql.exec(
    "INSERT OR REPLACE INTO blamed (text, number, hour, faults) VALUES (?, ?, ?, ?)",
    text,
    blamed.number,
    blamed.hour,
    blamed.faults,
  );
}
