/**
 * What the carrier has to be asked about one message: `lost` whether it took it, `state` and `near` how it stands (by the hour, and within seconds where no
 * callback can come), `truth` which of two ends is true. `n` counts the looks that were made.
 */
export type LookKind = "lost" | "state" | "near" | "truth";
export type Look = { account: string; due_at: number; seq: number; kind: LookKind; n: number };

/** Writes down when the carrier has to be asked about a message. */
export function planLook(sql: SqlStorage, look: Look): void {
  sql.exec(
    "INSERT INTO looks (account, due_at, seq, kind, n) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    look.account,
    look.due_at,
    look.seq,
    look.kind,
    look.n,
  );
}

/** Strikes out a look; nothing is written where it was struck out before. */
export function strikeLook(sql: SqlStorage, look: Omit<Look, "n">): void {
  sql.exec(
    "DELETE FROM looks WHERE account = ? AND due_at = ? AND seq = ? AND kind = ?",
    look.account,
    look.due_at,
    look.seq,
    look.kind,
  );
}

/** Brings the look for a message whose outcome is unknown forward. */
export function hastenLook(sql: SqlStorage, account: string, seq: number, at: number): void {
  const query = "UPDATE OR IGNORE looks SET due_at = ? WHERE account = ? AND seq = ? AND kind = 'lost' AND due_at > ?";
  sql.exec(query, at, account, seq, at);
}

/** Returns an account's looks in the order in which they fall due. */
export function firstLooks(sql: SqlStorage, account: string, limit: number): Look[] {
  return sql
    .exec<Look>(
      "SELECT account, due_at, seq, kind, n FROM looks WHERE account = ? ORDER BY due_at LIMIT ?",
      account,
      limit,
    )
    .toArray();
}

/** Returns the accounts that have to be asked anything, one seek along the key for each. */
export function accountsToAsk(sql: SqlStorage): string[] {
  const accounts: string[] = [];
  for (;;) {
    const query = "SELECT min(account) AS next FROM looks WHERE account > ?";
    const { next } = sql.exec<{ next: string | null }>(query, accounts.at(-1) ?? "").one();
    if (next === null) return accounts;
    accounts.push(next);
  }
}

/** Counts the messages that may or may not have been taken and that are still looked for. */
export function countLost(sql: SqlStorage): number {
  return Number(sql.exec("SELECT count(*) AS total FROM looks WHERE kind = 'lost'").one().total);
}

/** Brings the looks forward to `at` (epoch milliseconds) that are never far off: for what is not known to have been taken, and for what was sent a moment ago. */
export function bringForwardLooks(sql: SqlStorage, at: number): void {
  sql.exec("UPDATE OR IGNORE looks SET due_at = ?1 WHERE kind IN ('lost', 'near') AND due_at > ?1", at);
}
