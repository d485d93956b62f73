import type { SendAnswer } from "../../domain/pool-calls.ts";

/** How long a key is remembered: longer than the four days of late reports (product.md, "Sending"). */
export const idempotencyKeptMs = 7 * 24 * 60 * 60 * 1000;

export type Remembered = { fingerprint: string; answer: SendAnswer };

/** Returns what a key was used for, or null when it was never used or is older than seven days. */
export function recallKey(sql: SqlStorage, key: string, now: number): Remembered | null {
  const row = sql
    .exec<{ fingerprint: string; answer: string; created_at: number }>(
      "SELECT fingerprint, answer, created_at FROM idempotency WHERE key = ?",
      key,
    )
    .toArray()[0];
  if (row === undefined || row.created_at + idempotencyKeptMs <= now) return null;
  return { fingerprint: row.fingerprint, answer: JSON.parse(row.answer) as SendAnswer };
}

/** Remembers the answer that a key got. */
export function rememberKey(sql: SqlStorage, key: string, fingerprint: string, answer: SendAnswer, now: number): void {
  sql.exec(
    "INSERT OR REPLACE INTO idempotency (key, fingerprint, answer, created_at) VALUES (?, ?, ?, ?)",
    key,
    fingerprint,
    JSON.stringify(answer),
    now,
  );
}

/** Forgets at most `limit` keys that are no longer remembered, and returns how many. */
export function sweepKeys(sql: SqlStorage, now: number, limit: number): number {
  return sql
    .exec(
      "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE created_at <= ? LIMIT ?) RETURNING key",
      now - idempotencyKeptMs,
      limit,
    )
    .toArray().length;
}
