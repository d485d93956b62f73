import type { SendAnswer } from "../../domain/calls/sending.ts";
import type { Result } from "../../domain/failure.ts";

/** How long a key is remembered: longer than the four days of late reports (product.md, "Sending"). */
export const idempotencyKeptMs = 7 * 24 * 60 * 60 * 1000;

export type Remembered<T> = { fingerprint: string; answer: T };

/** Returns what a key was used for, or null when it was never used or is older than seven days. */
export function recallKey<T = SendAnswer>(sql: SqlStorage, key: string, now: number): Remembered<T> | null {
  const row = sql
    .exec<{ fingerprint: string; answer: string; created_at: number }>(
      "SELECT fingerprint, answer, created_at FROM idempotency WHERE key = ?",
      key,
    )
    .toArray()[0];
  if (row === undefined || row.created_at + idempotencyKeptMs <= now) return null;
  return { fingerprint: row.fingerprint, answer: JSON.parse(row.answer) as T };
}

/** Remembers the answer that a key got. */
export function rememberKey(
  sql: SqlStorage,
  key: string,
  fingerprint: string,
  answer: SendAnswer | Result<SendAnswer>[],
  now: number,
): void {
  sql.exec(
    "INSERT OR REPLACE INTO idempotency (key, fingerprint, answer, created_at) VALUES (?, ?, ?, ?)",
    key,
    fingerprint,
    JSON.stringify(answer),
    now,
  );
}

/** Says whether any key stands here. */
export function hasKeys(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM idempotency LIMIT 1").toArray().length > 0;
}

/** Looks at `limit` keys after one of them, forgets those that are no longer remembered, and returns where to go on, or null at the end. */
export function sweepKeys(
  sql: SqlStorage,
  now: number,
  { after, limit }: { after: string | null; limit: number },
): string | null {
  const seen = sql
    .exec<{ last: string | null; total: number }>(
      "SELECT max(key) AS last, count(*) AS total FROM (SELECT key FROM idempotency WHERE key > ? ORDER BY key LIMIT ?)",
      after ?? "",
      limit,
    )
    .one();
  const oldest = now - idempotencyKeptMs;
  sql.exec(
    "DELETE FROM idempotency WHERE key > ? AND key <= ? AND created_at <= ?",
    after ?? "",
    seen.last ?? "",
    oldest,
  );
  return seen.total < limit ? null : seen.last;
}
