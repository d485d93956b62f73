/** Single numbers that the pool keeps under a name: how far a sweep has come, when the key was last used. */
export type MarkName =
  | "leaving_from"
  | "noted_from"
  | "moved_up_to"
  | "quiet_up_to"
  | "self_paused_at"
  | "self_paused_range"
  | `trusted_${number}`
  | "last_used_at"
  | `polled_${number}`
  | "swept_at"
  | "counted_day"
  | "forgotten_at"
  | "keys_swept_at"
  | "revoked_at"
  | "importing"
  | "last_campaign"
  | "suspicious_at"
  | "swept_before"
  | `cap_${string}`
  | `rebook_${string}`
  | `active_${string}`
  | `asked_${string}`;

/** Returns a mark, or null. */
export function readMark(sql: SqlStorage, name: MarkName): number | null {
  return sql.exec<{ value: number }>("SELECT value FROM marks WHERE name = ?", name).toArray()[0]?.value ?? null;
}

/** Writes a mark. */
export function saveMark(sql: SqlStorage, name: MarkName, value: number): void {
  sql.exec("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", name, value);
}

/** Removes a mark. */
export function dropMark(sql: SqlStorage, name: MarkName): void {
  sql.exec("DELETE FROM marks WHERE name = ?", name);
}

/** Returns the numbers whose waiting messages are being booked anew. */
export function rebookedNumbers(sql: SqlStorage): string[] {
  return sql
    .exec<{ name: string }>("SELECT name FROM marks WHERE name >= 'rebook_' AND name < 'rebook`'")
    .toArray()
    .map(({ name }) => name.slice("rebook_".length));
}

/** Says whether rows of another ledger are being taken in. */
export function isImporting(sql: SqlStorage): boolean {
  return readMark(sql, "importing") !== null;
}
