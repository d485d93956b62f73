import { bareOf } from "./ahead.ts";
import { readMark } from "./marks.ts";
import { remembered } from "./memory.ts";

/** The turn of a message that may leave soon: its number's line, from when on, its sequence number and its chat; `opens`: 1 where its chat begins with it. */
export type Turn = { number: string; due_at: number; seq: number; chat: string; opens: number };

/** Turns by sequence number, and by number in the order in which they come. */
type Turns = { all: Map<number, Turn>; lines: Map<string, Turn[]> };

/**
 * What waits its turn for a short while and has no row in the agenda: its own row says that it waits. Found again when the object wakes among the
 * messages from the mark `leaving_from` on; whatever is older, or waits for long, has a row in the agenda.
 */
function turns(sql: SqlStorage): Turns {
  return remembered(sql, "turns", () => {
    const read: Turns = { all: new Map(), lines: new Map() };
    for (const turn of readTurns(sql)) add(read, turn);
    return read;
  });
}

function readTurns(sql: SqlStorage): Turn[] {
  const query = `SELECT number, due_at, seq, chat, 0 AS opens FROM messages WHERE seq >= ? AND status = 'queued' AND direction = 'outbound' AND sid IS NULL AND due_at IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM agenda WHERE agenda.number = messages.number AND agenda.due_at = messages.due_at AND agenda.seq = messages.seq) ORDER BY seq`;
  return bareOf(sql)
    .exec<Turn>(query, readMark(sql, "leaving_from") ?? 0)
    .toArray();
}

function add({ all, lines }: Turns, turn: Turn): void {
  const line = lines.get(turn.number) ?? [];
  let at = line.length;
  for (let before = line[at - 1]; before !== undefined && comesBefore(turn, before); before = line[at - 1]) at -= 1;
  line.splice(at, 0, turn);
  lines.set(turn.number, line);
  all.set(turn.seq, turn);
}

function comesBefore(one: Turn, other: Turn): boolean {
  return one.due_at < other.due_at || (one.due_at === other.due_at && one.seq < other.seq);
}

/** Remembers a message that was just written as queued; the first look at the rows may have found it. */
export function awaitTurn(sql: SqlStorage, turn: Turn): void {
  take(turns(sql), turn.seq);
  add(turns(sql), turn);
}

/** Takes out a message that waits no more, or in a row; answers false for one that had no turn here. */
export function endTurn(sql: SqlStorage, seq: number): boolean {
  return take(turns(sql), seq);
}

function take({ all, lines }: Turns, seq: number): boolean {
  const turn = all.get(seq);
  if (turn === undefined) return false;
  all.delete(seq);
  const line = lines.get(turn.number) ?? [];
  line.splice(line.indexOf(turn), 1);
  if (line.length === 0) lines.delete(turn.number);
  return true;
}

/** Returns what waits its turn on a number without a row, in order. */
export function turnsOf(sql: SqlStorage, number: string): readonly Turn[] {
  return turns(sql).lines.get(number) ?? [];
}

/** Returns the first turn of each number that has any. */
export function firstTurns(sql: SqlStorage): Turn[] {
  return [...turns(sql).lines.values()].flatMap(([first]) => first ?? []);
}

/** Says whether any message waits its turn without a row. */
export function isAnyTurn(sql: SqlStorage): boolean {
  return turns(sql).all.size > 0;
}

/** Returns how many messages wait their turn without a row, by number. */
export function countTurns(sql: SqlStorage): Map<string, number> {
  return new Map([...turns(sql).lines].map(([number, line]) => [number, line.length]));
}

/** Returns the sequence number of the oldest message that waits its turn without a row, or infinity. */
export function oldestTurn(sql: SqlStorage): number {
  return Math.min(...turns(sql).all.keys());
}

/** Gives rows in the agenda to what waits its turn and was written before a sequence number: the mark passes it by, or somebody reads the lines. Returns what got one. */
export function lineUp(sql: SqlStorage, before = Number.MAX_SAFE_INTEGER): Turn[] {
  const old = [...turns(sql).all.values()].filter(({ seq }) => seq < before);
  if (old.length === 0) return old;
  sql.exec(
    `INSERT INTO agenda (number, due_at, seq) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
    JSON.stringify(old.map(({ number, due_at, seq }) => [number, due_at, seq])),
  );
  for (const { seq } of old) endTurn(sql, seq);
  return old;
}
