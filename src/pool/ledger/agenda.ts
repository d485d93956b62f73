import type { MessageRow } from "./messages.ts";

/** Writes down that a message has to leave at `dueAt`. */
export function schedule(sql: SqlStorage, seq: number, dueAt: number): void {
  sql.exec("INSERT INTO agenda (due_at, seq) VALUES (?, ?) ON CONFLICT DO NOTHING", dueAt, seq);
}

/** Strikes out what was written down for a message at `dueAt`; answers false when it was struck out before. */
export function strike(sql: SqlStorage, seq: number, dueAt: number): boolean {
  return sql.exec("DELETE FROM agenda WHERE due_at = ? AND seq = ? RETURNING seq", dueAt, seq).toArray().length === 1;
}

export type DueMessage = MessageRow & { agenda_due_at: number; looks: number };

/** What may not leave now: chats of which a message is on its way, numbers and accounts that must wait, and those among them that wait for a person's word. */
export type Held = {
  chats: string[];
  numbers: string[];
  accounts: string[];
  stuck: { numbers: string[]; accounts: string[] };
};

/**
 * Returns messages that are due at `now`, in order, leaving out what is held. A message never overtakes the one before it in its chat that is queued,
 * unless that one is stuck with a paused number or a refused account.
 */
export function dueMessages(sql: SqlStorage, now: number, held: Held, limit: number): DueMessage[] {
  return sql
    .exec<DueMessage>(
      `SELECT messages.*, agenda.due_at AS agenda_due_at, agenda.looks FROM agenda JOIN messages USING (seq)
       WHERE agenda.due_at <= ? AND status IN ('queued', 'scheduled')
         AND chat NOT IN (SELECT value FROM json_each(?)) AND number NOT IN (SELECT value FROM json_each(?)) AND account NOT IN (SELECT value FROM json_each(?))
         AND coalesce((SELECT earlier.status = 'queued' AND earlier.number NOT IN (SELECT value FROM json_each(?)) AND earlier.account NOT IN (SELECT value FROM json_each(?))
           FROM messages AS earlier WHERE earlier.chat = messages.chat AND earlier.seq < messages.seq AND earlier.direction = 'outbound' AND earlier.status <> 'scheduled'
           ORDER BY earlier.seq DESC LIMIT 1), 0) = 0
       ORDER BY agenda.due_at, agenda.seq LIMIT ?`,
      now,
      JSON.stringify(held.chats),
      JSON.stringify(held.numbers),
      JSON.stringify(held.accounts),
      JSON.stringify(held.stuck.numbers),
      JSON.stringify(held.stuck.accounts),
      limit,
    )
    .toArray();
}

/** Returns messages that have not left, whenever they are due. */
export function waitingMessages(sql: SqlStorage, limit: number): MessageRow[] {
  return sql
    .exec<MessageRow>(
      "SELECT messages.* FROM agenda JOIN messages USING (seq) WHERE status IN ('queued', 'scheduled') ORDER BY agenda.due_at, agenda.seq LIMIT ?",
      limit,
    )
    .toArray();
}

/** Returns the messages that were leaving when the object went away: their outcome is unknown. */
export function interrupted(sql: SqlStorage): DueMessage[] {
  return sql
    .exec<DueMessage>(
      `SELECT messages.*, agenda.due_at AS agenda_due_at, agenda.looks FROM agenda JOIN messages USING (seq)
       WHERE status = 'sending' AND outcome_unknown = 0 AND sid IS NULL`,
    )
    .toArray();
}

/** Returns when the next message wants to leave, after `after`, leaving out these accounts, or null. */
export function nextWaitingAt(sql: SqlStorage, held: string[], after = -1): number | null {
  const condition = "status IN ('queued', 'scheduled') AND account NOT IN (SELECT value FROM json_each(?))";
  return nextAt(sql, condition, held, after);
}

/** Returns since when the longest waiting message of these accounts could have left, or null. */
export function oldestHeldAt(sql: SqlStorage, held: string[]): number | null {
  return nextAt(sql, "status IN ('queued', 'scheduled') AND account IN (SELECT value FROM json_each(?))", held);
}

function nextAt(sql: SqlStorage, condition: string, accounts: string[], after = -1): number | null {
  const query = `SELECT agenda.due_at FROM agenda JOIN messages USING (seq) WHERE ${condition} AND agenda.due_at > ? ORDER BY agenda.due_at LIMIT 1`;
  return sql.exec<{ due_at: number }>(query, JSON.stringify(accounts), after).toArray()[0]?.due_at ?? null;
}

/** Returns the messages of these accounts that could have left at `before` or earlier and still wait. */
export function heldSince(sql: SqlStorage, held: string[], before: number, limit: number): DueMessage[] {
  return sql
    .exec<DueMessage>(
      `SELECT messages.*, agenda.due_at AS agenda_due_at, agenda.looks FROM agenda JOIN messages USING (seq)
       WHERE agenda.due_at <= ? AND status IN ('queued', 'scheduled') AND account IN (SELECT value FROM json_each(?))
       ORDER BY agenda.due_at, agenda.seq LIMIT ?`,
      before,
      JSON.stringify(held),
      limit,
    )
    .toArray();
}

/** Counts what waits to leave. */
export function countWaiting(sql: SqlStorage): number {
  const query =
    "SELECT count(*) AS total FROM agenda JOIN messages USING (seq) WHERE status IN ('queued', 'scheduled')";
  return Number(sql.exec(query).one().total);
}

/** Returns how many messages wait to leave from each number, read once when the object wakes. */
export function countWaitingByNumber(sql: SqlStorage): Map<string, number> {
  const rows = sql
    .exec<{ number: string; total: number }>(
      "SELECT number, count(*) AS total FROM agenda JOIN messages USING (seq) WHERE status IN ('queued', 'scheduled', 'sending') GROUP BY number",
    )
    .toArray();
  return new Map(rows.map((row) => [row.number, row.total]));
}
