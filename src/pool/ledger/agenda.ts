import type { MessageRow } from "./messages.ts";

/** Everything about a message that has to happen by itself stands here until it is done: to leave, or to be settled when its outcome is unknown. */
export type AgendaRow = { due_at: number; seq: number; looks: number };

/** Writes down that a message has to leave, or be looked after, at `dueAt`. */
export function schedule(sql: SqlStorage, seq: number, dueAt: number, looks = 0): void {
  sql.exec("INSERT INTO agenda (due_at, seq, looks) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", dueAt, seq, looks);
}

/** Strikes out what was written down for a message at `dueAt`; answers false when it was struck out before. */
export function strike(sql: SqlStorage, seq: number, dueAt: number): boolean {
  return sql.exec("DELETE FROM agenda WHERE due_at = ? AND seq = ? RETURNING seq", dueAt, seq).toArray().length === 1;
}

export type DueMessage = MessageRow & { agenda_due_at: number; looks: number };

/** Returns messages that are due at `now`, in order, leaving out the chats and numbers that must wait (JSON arrays). */
export function dueMessages(
  sql: SqlStorage,
  now: number,
  waiting: { chats: string[]; numbers: string[]; accounts: string[] },
  limit: number,
): DueMessage[] {
  return sql
    .exec<DueMessage>(
      `SELECT messages.*, agenda.due_at AS agenda_due_at, agenda.looks FROM agenda JOIN messages USING (seq)
       WHERE agenda.due_at <= ? AND status IN ('queued', 'scheduled')
         AND chat NOT IN (SELECT value FROM json_each(?)) AND number NOT IN (SELECT value FROM json_each(?)) AND account NOT IN (SELECT value FROM json_each(?))
       ORDER BY agenda.due_at, agenda.seq LIMIT ?`,
      now,
      JSON.stringify(waiting.chats),
      JSON.stringify(waiting.numbers),
      JSON.stringify(waiting.accounts),
      limit,
    )
    .toArray();
}

/** Returns messages whose unknown outcome is due to be looked at. */
export function dueUnknowns(sql: SqlStorage, now: number, limit: number): DueMessage[] {
  return sql
    .exec<DueMessage>(
      `SELECT messages.*, agenda.due_at AS agenda_due_at, agenda.looks FROM agenda JOIN messages USING (seq)
       WHERE agenda.due_at <= ? AND status = 'sending' AND outcome_unknown = 1 ORDER BY agenda.due_at, agenda.seq LIMIT ?`,
      now,
      limit,
    )
    .toArray();
}

/** Returns the messages that were leaving when the object went away: their outcome is unknown. */
export function interrupted(sql: SqlStorage): DueMessage[] {
  return sql
    .exec<DueMessage>(
      `SELECT messages.*, agenda.due_at AS agenda_due_at, agenda.looks FROM agenda JOIN messages USING (seq)
       WHERE status = 'sending' AND outcome_unknown = 0`,
    )
    .toArray();
}

/** Returns when the next thing is due, or null. */
export function nextAgendaAt(sql: SqlStorage): number | null {
  return sql.exec<AgendaRow>("SELECT * FROM agenda ORDER BY due_at LIMIT 1").toArray()[0]?.due_at ?? null;
}

/** Counts what waits to leave and what is unknown. */
export function countAgenda(sql: SqlStorage): { waiting: number; unknown: number } {
  const row = sql
    .exec<{ waiting: number; unknown: number }>(
      `SELECT count(*) FILTER (WHERE status IN ('queued', 'scheduled')) AS waiting, count(*) FILTER (WHERE outcome_unknown = 1) AS unknown
       FROM agenda JOIN messages USING (seq)`,
    )
    .one();
  return { waiting: row.waiting, unknown: row.unknown };
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
