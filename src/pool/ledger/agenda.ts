import { aheadOf, bareOf } from "./ahead.ts";
import { remembered } from "./memory.ts";
import type { MessageRow } from "./message-row.ts";
import { recallMessage } from "./messages.ts";
import * as turns from "./turns.ts";

/** The place of a waiting message: the line of its number, in the order in which each may leave. */
type Place = Pick<MessageRow, "number" | "seq">;

/**
 * For each number that anything waits on, a time before which nothing of its line may leave: never later than its first message, so that what is not due yet
 * is not asked for. Read once when the object wakes.
 */
function lines(sql: SqlStorage): Map<string, number> {
  return remembered(sql, "lines", () => new Map(readLines(sql).map(({ number, due_at }) => [number, due_at])));
}

function readLines(sql: SqlStorage): LineHead[] {
  return sql
    .exec<LineHead>(
      `WITH RECURSIVE lines (number) AS (
         SELECT min(number) FROM agenda WHERE number > '${leavingLine}'
         UNION ALL SELECT (SELECT min(number) FROM agenda WHERE agenda.number > lines.number) FROM lines WHERE lines.number IS NOT NULL
       )
       SELECT number, (SELECT min(due_at) FROM agenda WHERE agenda.number = lines.number) AS due_at FROM lines WHERE number IS NOT NULL`,
    )
    .toArray();
}

/** Notes that something of a number's line may leave at `dueAt`. */
export function expectDeparture(sql: SqlStorage, number: string, dueAt: number): void {
  const known = lines(sql).get(number);
  if (known === undefined || known > dueAt) lines(sql).set(number, dueAt);
}

/** Says whether nothing waits on a number, as far as is known without a look: a line that has just emptied may still be held for one. */
export function isLineEmpty(sql: SqlStorage, number: string): boolean {
  return !lines(sql).has(number) && turns.turnsOf(sql, number).length === 0;
}

/** A message that may leave within this time waits without a row: it is found by its own. */
const soonMs = 60_000;

/** Lets a message that was just written as queued leave at `dueAt`: at no row where that is soon, else at one. `opens`: its chat had none before. */
export function enqueue(
  sql: SqlStorage,
  { number, seq, chat, status }: MessageRow,
  { dueAt, now, opens }: { dueAt: number; now: number; opens: boolean },
): void {
  if (status === "queued" && dueAt - now <= soonMs)
    turns.awaitTurn(sql, { number, due_at: dueAt, seq, chat, opens: opens ? 1 : 0 });
  else schedule(sql, { number, seq }, dueAt);
}

/** Gives rows to what waits without one and was written before a sequence number. */
export function lineUp(sql: SqlStorage, before?: number): void {
  for (const { number, due_at } of turns.lineUp(sql, before)) expectDeparture(sql, number, due_at);
}

/** Writes down that a message has to leave at `dueAt`. */
export function schedule(sql: SqlStorage, { number, seq }: Place, dueAt: number): void {
  sql.exec("INSERT INTO agenda (number, due_at, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", number, dueAt, seq);
  turns.endTurn(sql, seq);
  expectDeparture(sql, number, dueAt);
}

/** The line of what is on its way after it had to wait: no number is called so, and whatever stands in it when the object wakes was interrupted. */
const leavingLine = "";

/** Moves a waiting message out of its number's line: it is on its way. Answers false for one that waited without a row: it leaves without one, as what leaves at once. */
export function beginLeaving(sql: SqlStorage, { number, seq }: Place, dueAt: number): boolean {
  if (turns.endTurn(sql, seq)) return false;
  const query = "UPDATE agenda SET number = ? WHERE number = ? AND due_at = ? AND seq = ?";
  sql.exec(query, leavingLine, number, dueAt, seq);
  return true;
}

/** Strikes out what `beginLeaving` noted; answers false when it was struck out before. */
export function endLeaving(sql: SqlStorage, seq: number, dueAt: number): boolean {
  return strike(sql, { number: leavingLine, seq }, dueAt);
}

/** Strikes out what was written down for a message at `dueAt`; answers false when it was struck out before. */
export function strike(sql: SqlStorage, { number, seq }: Place, dueAt: number): boolean {
  if (turns.endTurn(sql, seq)) return true;
  const query = "DELETE FROM agenda WHERE number = ? AND due_at = ? AND seq = ? RETURNING seq";
  return sql.exec(query, number, dueAt, seq).toArray().length === 1;
}

export type DueMessage = MessageRow & { agenda_due_at: number };

/** What may not leave now: chats of which a message is on its way, numbers and accounts that must wait, and those among them that wait for a person's word. */
export type Held = {
  chats: string[];
  numbers: ReadonlySet<string>;
  accounts: string[];
  stuck: { numbers: readonly string[]; accounts: readonly string[] };
};

/** A number that something waits on, and a time before which nothing of it may leave. */
export type LineHead = { number: string; due_at: number };

/** Says whether anything waits, as far as is known without a look at the rows. */
export function isAnyWaiting(sql: SqlStorage): boolean {
  return lines(sql).size > 0 || turns.isAnyTurn(sql);
}

/** Returns the lines in the order in which something of them may leave at the earliest; nothing is asked of the rows. */
export function lineHeads(sql: SqlStorage): LineHead[] {
  const heads = new Map(lines(sql));
  for (const { number, due_at } of turns.firstTurns(sql)) {
    heads.set(number, Math.min(due_at, heads.get(number) ?? due_at));
  }
  return [...heads].map(([number, due_at]) => ({ number, due_at })).sort((one, other) => one.due_at - other.due_at);
}

/** Returns a time before which nothing of a number's line may leave of what is due after `after`, or null where there is nothing. */
export function firstAfterIn(sql: SqlStorage, number: string, after: number): number | null {
  const inTurns = turns.turnsOf(sql, number).find(({ due_at }) => due_at > after)?.due_at ?? null;
  const line = lines(sql).get(number) ?? null;
  const inRows = line === null || line > after ? line : firstRowAfter(sql, number, after);
  return inRows === null || inTurns === null ? (inRows ?? inTurns) : Math.min(inRows, inTurns);
}

function firstRowAfter(sql: SqlStorage, number: string, after: number): number | null {
  const query = "SELECT min(due_at) AS due_at FROM agenda WHERE number = ? AND due_at > ?";
  return sql.exec<{ due_at: number | null }>(query, number, after).one().due_at;
}

/** Looks when the first of a number's line may leave, and remembers that. */
export function sharpenLine(sql: SqlStorage, number: string): void {
  const first = firstRowAfter(sql, number, -1);
  if (first === null) lines(sql).delete(number);
  else lines(sql).set(number, first);
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
  const inTurn = firstOfTurns(sql, number, now, held);
  const mayHaveRows = (lines(sql).get(number) ?? Number.POSITIVE_INFINITY) <= now;
  const inRow = mayHaveRows ? firstOf(sql, inRows, number, now, held) : null;
  if (mayHaveRows && inRow === null) sharpenLine(sql, number);
  if (inRow === null || inTurn === null) return inRow ?? inTurn;
  return comesBefore(inRow, inTurn) ? inRow : inTurn;
}

/** Of each chat the first turn alone may come. The first of all may nearly always leave, and is looked at by itself; of the others so many at once. */
const turnsAtOnce = 8;

function firstOfTurns(sql: SqlStorage, number: string, now: number, held: Held): DueMessage | null {
  let asked: turns.Turn[] = [];
  let atOnce = 1;
  for (const turn of turnsInOrder(sql, number, now, held)) {
    if (turn.opens !== 1) asked.push(turn);
    if (turn.opens !== 1 && asked.length < atOnce) continue;
    const first = askTurns(sql, asked, now, held) ?? (turn.opens === 1 ? recallTurn(sql, turn, held) : null);
    if (first !== null) return first;
    [asked, atOnce] = [[], turnsAtOnce];
  }
  return askTurns(sql, asked, now, held);
}

function* turnsInOrder(sql: SqlStorage, number: string, now: number, held: Held): Generator<turns.Turn> {
  let firsts: Map<string, number> | null = null;
  for (const turn of turns.turnsOf(sql, number)) {
    if (turn.due_at > now) return;
    if (held.chats.includes(turn.chat)) continue;
    if (turn.opens !== 1) firsts ??= firstOfChats(turns.turnsOf(sql, number));
    if (turn.opens === 1 || firsts?.get(turn.chat) === turn.seq) yield turn;
  }
}

function firstOfChats(line: readonly turns.Turn[]): Map<string, number> {
  const firsts = new Map<string, number>();
  for (const { chat, seq } of line) firsts.set(chat, Math.min(seq, firsts.get(chat) ?? seq));
  return firsts;
}

/** A message with which its chat begins overtakes nothing: it is known without a look at the rows. */
function recallTurn(sql: SqlStorage, { seq, due_at }: turns.Turn, held: Held): DueMessage | null {
  const row = recallMessage(sql, seq);
  return row === null || held.accounts.includes(row.account) ? null : { ...row, agenda_due_at: due_at };
}

function askTurns(sql: SqlStorage, asked: readonly turns.Turn[], now: number, held: Held): DueMessage | null {
  return asked.length === 0 ? null : firstOf(sql, inTurns, JSON.stringify(asked), now, held);
}

const inRows = "agenda JOIN messages USING (seq) WHERE agenda.number = ?1";
const inTurns = `(SELECT value ->> 'due_at' AS due_at, value ->> 'seq' AS seq FROM json_each(?1)) AS agenda CROSS JOIN messages USING (seq) WHERE true`;

function firstOf(sql: SqlStorage, line: string, named: string, now: number, held: Held): DueMessage | null {
  // A message that is known ahead of its row is neither queued nor scheduled, in its row or out of it.
  const rows = bareOf(sql).exec<DueMessage>(
    `SELECT messages.*, agenda.due_at AS agenda_due_at FROM ${line} AND agenda.due_at <= ?2
       AND chat NOT IN (SELECT value FROM json_each(?3)) AND account NOT IN (SELECT value FROM json_each(?4))
       AND coalesce((SELECT earlier.status IN ('queued', 'scheduled')
         FROM messages AS earlier WHERE earlier.chat = messages.chat AND earlier.seq < messages.seq AND earlier.direction = 'outbound'
           AND earlier.status <> 'cancelled' AND NOT (earlier.status = 'failed' AND earlier.attempts = 0) AND NOT (earlier.status = 'scheduled' AND earlier.due_at > ?2)
           AND NOT (earlier.status IN ('queued', 'scheduled')
             AND (earlier.number IN (SELECT value FROM json_each(?5)) OR earlier.account IN (SELECT value FROM json_each(?6))))
         ORDER BY earlier.seq DESC LIMIT 1), 0) = 0
     ORDER BY agenda.due_at, agenda.seq LIMIT 1`,
    named,
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
  lineUp(sql);
  const query = "SELECT messages.* FROM agenda JOIN messages USING (seq) WHERE agenda.number > ? LIMIT ?";
  return sql.exec<MessageRow>(query, leavingLine, limit).toArray();
}

/** Returns what waits of the messages that were taken for blocks of a campaign's people, `upTo` left out. */
export function waitingOfBlocks(sql: SqlStorage, from: number, upTo: number): MessageRow[] {
  lineUp(sql);
  const query =
    "SELECT messages.* FROM agenda JOIN messages USING (seq) WHERE agenda.number > ? AND block >= ? AND block < ?";
  return sql.exec<MessageRow>(query, leavingLine, from, upTo).toArray();
}

/** Returns the messages that had waited and were leaving when the object went away: their outcome is unknown. */
export function interruptedWaiting(sql: SqlStorage): MessageRow[] {
  const query = "SELECT messages.* FROM agenda JOIN messages USING (seq) WHERE agenda.number = ?";
  const rows = bareOf(sql).exec<MessageRow>(query, leavingLine).toArray();
  return rows.filter(({ seq }) => !aheadOf(sql).messages.has(seq));
}

/** Returns at most `limit` messages of a number that could have left at `before` or earlier and still wait, the longest waiting first. */
export function waitingSince(sql: SqlStorage, number: string, before: number, limit: number): DueMessage[] {
  lineUp(sql);
  return sql
    .exec<DueMessage>(
      `SELECT messages.*, agenda.due_at AS agenda_due_at FROM agenda JOIN messages USING (seq)
       WHERE agenda.number = ? AND agenda.due_at <= ? ORDER BY agenda.due_at, agenda.seq LIMIT ?`,
      number,
      before,
      limit,
    )
    .toArray();
}

/** Counts what waits to leave. */
export function countWaiting(sql: SqlStorage): number {
  const query = "SELECT count(*) AS total FROM agenda WHERE number > ?";
  const inTurns = [...turns.countTurns(sql).values()].reduce((sum, count) => sum + count, 0);
  return sql.exec<{ total: number }>(query, leavingLine).one().total + inTurns;
}

/** Returns how many messages wait to leave from each number, what is on its way after a wait among them. */
export function countWaitingByNumber(sql: SqlStorage): Map<string, number> {
  const rows = sql
    .exec<{ number: string; total: number }>(
      `SELECT number, count(*) AS total FROM agenda WHERE number > ?1 GROUP BY number
       UNION ALL SELECT messages.number, count(*) AS total FROM agenda JOIN messages USING (seq) WHERE agenda.number = ?1 GROUP BY messages.number`,
      leavingLine,
    )
    .toArray();
  const counts = new Map<string, number>();
  for (const { number, total } of rows) counts.set(number, (counts.get(number) ?? 0) + total);
  for (const [number, total] of turns.countTurns(sql)) counts.set(number, (counts.get(number) ?? 0) + total);
  return counts;
}
