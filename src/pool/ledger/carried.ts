import { forgetNamed, remembered } from "./memory.ts";

const any = "carried_any";

/** A message that this key carries for another one (`seq` null: it was refused), with what was answered; `n` counts its news, of which the last is still to be told where `due_at` is set. */
export type CarriedRow = {
  origin: string;
  seq: number | null;
  answer: string;
  at: number;
  due_at: number | null;
  n: number;
  news: string | null;
};

/** Returns what was answered to a parcel, null for one that never came. */
export function findCarried(sql: SqlStorage, origin: string): CarriedRow | null {
  return sql.exec<CarriedRow>("SELECT * FROM carried WHERE origin = ?", origin).toArray()[0] ?? null;
}

/** Writes down what is answered to a parcel. */
export function insertCarried(
  sql: SqlStorage,
  row: { origin: string; seq: number | null; answer: string; at: number },
): void {
  const query = "INSERT INTO carried (origin, seq, answer, at) VALUES (?, ?, ?, ?)";
  sql.exec(query, row.origin, row.seq, row.answer, row.at);
  forgetNamed(sql, any);
}

/** Says whether anything was ever carried, as far as that is kept; read once when the object wakes. */
export function hasCarried(sql: SqlStorage): boolean {
  return remembered(sql, any, () => sql.exec("SELECT 1 FROM carried LIMIT 1").toArray().length > 0);
}

/** Keeps the news of a carried message until it is heard, also where the message itself is forgotten before. */
export function oweReport(sql: SqlStorage, origin: string, at: number, news: string): void {
  sql.exec("UPDATE carried SET due_at = ?, n = n + 1, news = ? WHERE origin = ?", at, news, origin);
}

/** Returns the carried messages of which there is news, the longest owed first. */
export function reportsOwed(sql: SqlStorage, limit: number): CarriedRow[] {
  return sql
    .exec<CarriedRow>("SELECT * FROM carried WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?", limit)
    .toArray();
}

/** Returns when news is to be told next, or null. */
export function nextReport(sql: SqlStorage): number | null {
  const query = "SELECT min(due_at) AS due_at FROM carried WHERE due_at IS NOT NULL";
  return sql.exec<{ due_at: number | null }>(query).one().due_at;
}

/** Puts the telling of news off. */
export function postponeReport(sql: SqlStorage, origin: string, until: number): void {
  sql.exec("UPDATE carried SET due_at = ? WHERE origin = ? AND due_at IS NOT NULL", until, origin);
}

/** Strikes news that was heard; what came since stays owed. */
export function strikeReport(sql: SqlStorage, origin: string, n: number): void {
  sql.exec("UPDATE carried SET due_at = NULL, news = NULL WHERE origin = ? AND n = ?", origin, n);
}

/** Forgets at most `limit` parcels from before a time of which nothing is owed; returns how many. */
export function sweepCarried(sql: SqlStorage, before: number, limit: number): number {
  const query =
    "DELETE FROM carried WHERE origin IN (SELECT origin FROM carried WHERE at < ? AND due_at IS NULL LIMIT ?) RETURNING seq";
  return sql.exec(query, before, limit).toArray().length;
}

/** Has all news told by `at` (epoch milliseconds). */
export function bringForwardCarried(sql: SqlStorage, at: number): void {
  sql.exec("UPDATE carried SET due_at = ?1 WHERE due_at > ?1", at);
}
