import { bareOf } from "./ahead.ts";
import { readMark } from "./marks.ts";
import { remembered } from "./memory.ts";

/** The turn of a message that may leave soon: its number's line, from when on, its sequence number and its chat. */
export type Turn = { number: string; due_at: number; seq: number; chat: string };

/**
 * What waits its turn for a short while and has no row in the agenda, by sequence number: its own row says that it waits. Found again when the object wakes among the
 * messages from the mark `leaving_from` on; whatever is older, or waits for long, has a row in the agenda.
 */
function turns(sql: SqlStorage): Map<number, Turn> {
  return remembered(sql, "turns", () => new Map(readTurns(sql).map((turn) => [turn.seq, turn])));
}

function readTurns(sql: SqlStorage): Turn[] {
  const query = `SELECT number, due_at, seq, chat FROM messages WHERE seq >= ? AND status = 'queued' AND direction = 'outbound' AND sid IS NULL AND due_at IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM agenda WHERE agenda.number = messages.number AND agenda.due_at = messages.due_at AND agenda.seq = messages.seq) ORDER BY seq`;
  return bareOf(sql)
    .exec<Turn>(query, readMark(sql, "leaving_from") ?? 0)
    .toArray();
}

/** Remembers a message that was just written as queued. */
export function awaitTurn(sql: SqlStorage, turn: Turn): void {
  turns(sql).set(turn.seq, turn);
}

/** Takes out a message that waits no more, or in a row; answers false for one that had no turn here. */
export function endTurn(sql: SqlStorage, seq: number): boolean {
  return turns(sql).delete(seq);
}

/** Returns what waits its turn without a row, on one number or on all. */
export function turnsOf(sql: SqlStorage, number: string | null): Turn[] {
  const all = [...turns(sql).values()];
  return number === null ? all : all.filter((turn) => turn.number === number);
}

/** Gives rows in the agenda to what waits its turn and was written before a sequence number: the mark passes it by, or somebody reads the lines. Returns what got one. */
export function lineUp(sql: SqlStorage, before = Number.MAX_SAFE_INTEGER): Turn[] {
  const old = turnsOf(sql, null).filter(({ seq }) => seq < before);
  if (old.length === 0) return old;
  sql.exec(
    `INSERT INTO agenda (number, due_at, seq) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
    JSON.stringify(old.map(({ number, due_at, seq }) => [number, due_at, seq])),
  );
  for (const { seq } of old) endTurn(sql, seq);
  return old;
}
