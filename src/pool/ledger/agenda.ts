import type { MessageRow } from "./messages.ts";

/** The place of a waiting message: the line of its number, in the order in which each may leave. */
type Place = Pick<MessageRow, "number" | "seq">;

/** Writes down that a message has to leave at `dueAt`. */
export function schedule(sql: SqlStorage, { number, seq }: Place, dueAt: number): void {
  sql.exec("INSERT INTO agenda (number, due_at, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", number, dueAt, seq);
}

/** Strikes out what was written down for a message at `dueAt`; answers false when it was struck out before. */
export function strike(sql: SqlStorage, { number, seq }: Place, dueAt: number): boolean {
  const query = "DELETE FROM agenda WHERE number = ? AND due_at = ? AND seq = ? RETURNING seq";
  return sql.exec(query, number, dueAt, seq).toArray().length === 1;
}

export type DueMessage = MessageRow & { agenda_due_at: number };

/** What may not leave now: chats of which a message is on its way, numbers and accounts that must wait, and those among them that wait for a person's word. */
export type Held = {
  chats: string[];
  numbers: ReadonlySet<string>;
  accounts: string[];
  stuck: { numbers: string[]; accounts: string[] };
};

/** A number that something waits on, and when the first of it may leave. */
export type LineHead = { number: string; due_at: number };

/**
 * Returns the head of each number's line, of what is due after `after`, the earliest first: a seek along the key for each number, however long its line is.
 * What is on its way stands in the line until it is settled, and is looked past.
 */
export function lineHeads(sql: SqlStorage, after = -1): LineHead[] {
  return sql
    .exec<LineHead>(
      `WITH RECURSIVE lines (number) AS (
         SELECT min(number) FROM agenda
         UNION ALL SELECT (SELECT min(number) FROM agenda WHERE agenda.number > lines.number) FROM lines WHERE lines.number IS NOT NULL
       )
       SELECT number, due_at FROM (SELECT number, (
         SELECT agenda.due_at FROM agenda JOIN messages USING (seq)
         WHERE agenda.number = lines.number AND agenda.due_at > ? AND status IN ('queued', 'scheduled') ORDER BY agenda.due_at, agenda.seq LIMIT 1
       ) AS due_at FROM lines)
       WHERE due_at IS NOT NULL ORDER BY due_at`,
      after,
    )
    .toArray();
}

/** Returns the message that is to leave next of those due at `now`, or null. What waits on a held number is not looked at. */
export function nextDue(sql: SqlStorage, now: number, held: Held): DueMessage | null {
  let next: DueMessage | null = null;
  for (const line of lineHeads(sql)) {
    if (line.due_at > (next?.agenda_due_at ?? now)) break;
    if (held.numbers.has(line.number)) continue;
    const first = firstOfLine(sql, line.number, now, held);
    if (first !== null && (next === null || comesBefore(first, next))) next = first;
  }
  return next;
}

function comesBefore(one: DueMessage, other: DueMessage): boolean {
  return one.agenda_due_at < other.agenda_due_at || (one.agenda_due_at === other.agenda_due_at && one.seq < other.seq);
}

/**
 * A message never overtakes an earlier one of its chat that has still to leave, from whatever number. The one before it tells, for that one did not overtake
 * either; what is scheduled for later, stuck with a paused number or a refused account, or ended without a try, tells nothing and is looked past.
 */
function firstOfLine(sql: SqlStorage, number: string, now: number, held: Held): DueMessage | null {
  const rows = sql.exec<DueMessage>(
    `SELECT messages.*, agenda.due_at AS agenda_due_at FROM agenda JOIN messages USING (seq)
     WHERE agenda.number = ?1 AND agenda.due_at <= ?2 AND status IN ('queued', 'scheduled')
       AND chat NOT IN (SELECT value FROM json_each(?3)) AND account NOT IN (SELECT value FROM json_each(?4))
       AND coalesce((SELECT earlier.status IN ('queued', 'scheduled')
         FROM messages AS earlier WHERE earlier.chat = messages.chat AND earlier.seq < messages.seq AND earlier.direction = 'outbound'
           AND earlier.status <> 'cancelled' AND NOT (earlier.status = 'failed' AND earlier.attempts = 0) AND NOT (earlier.status = 'scheduled' AND earlier.due_at > ?2)
           AND NOT (earlier.status IN ('queued', 'scheduled')
             AND (earlier.number IN (SELECT value FROM json_each(?5)) OR earlier.account IN (SELECT value FROM json_each(?6))))
         ORDER BY earlier.seq DESC LIMIT 1), 0) = 0
     ORDER BY agenda.due_at, agenda.seq LIMIT 1`,
    number,
    now,
    JSON.stringify(held.chats),
    JSON.stringify(held.accounts),
    JSON.stringify(held.stuck.numbers),
    JSON.stringify(held.stuck.accounts),
  );
  return rows.toArray()[0] ?? null;
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
      `SELECT messages.*, agenda.due_at AS agenda_due_at FROM agenda JOIN messages USING (seq)
       WHERE status = 'sending' AND outcome_unknown = 0 AND sid IS NULL`,
    )
    .toArray();
}

/** Returns at most `limit` messages of a number that could have left at `before` or earlier and still wait, the longest waiting first. */
export function waitingSince(sql: SqlStorage, number: string, before: number, limit: number): DueMessage[] {
  return sql
    .exec<DueMessage>(
      `SELECT messages.*, agenda.due_at AS agenda_due_at FROM agenda JOIN messages USING (seq)
       WHERE agenda.number = ? AND agenda.due_at <= ? AND status IN ('queued', 'scheduled') ORDER BY agenda.due_at, agenda.seq LIMIT ?`,
      number,
      before,
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
      "SELECT agenda.number, count(*) AS total FROM agenda JOIN messages USING (seq) WHERE status IN ('queued', 'scheduled', 'sending') GROUP BY agenda.number",
    )
    .toArray();
  return new Map(rows.map((row) => [row.number, row.total]));
}
