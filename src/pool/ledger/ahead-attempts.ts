import { aheadOf, bareOf } from "./ahead.ts";
import { logAttempts, type NewAttempt } from "./attempts.ts";

/** So many deliveries that ended, and so many characters of what was sent and answered, are known ahead of the log. */
const most = { attempts: 32, characters: 100_000 };

/** Says whether so much more may be known ahead of the log. */
export function hasRoomAhead(sql: SqlStorage, more: number): boolean {
  const { attempts } = aheadOf(sql);
  return attempts.length + more <= most.attempts && sum(attempts) <= most.characters;
}

function sum(attempts: readonly NewAttempt[]): number {
  return attempts.reduce((all, { row, end }) => all + (row.body?.length ?? 0) + (end.response?.length ?? 0), 0);
}

/** Keeps attempts ahead of the log: they are written with what ends next, or when somebody looks. */
export function keepAttempts(sql: SqlStorage, attempts: readonly NewAttempt[]): void {
  aheadOf(sql).attempts.push(...attempts);
}

/** Writes into the log what is known ahead of it, and `more` with it; returns how many rows were written. */
export function writeAttempts(sql: SqlStorage, more: readonly NewAttempt[] = []): number {
  const { attempts, numbers } = aheadOf(sql);
  const all = [...attempts, ...more];
  if (all.length === 0) return 0;
  const rows = logAttempts(bareOf(sql), all, numbers);
  attempts.length = 0;
  return rows;
}
