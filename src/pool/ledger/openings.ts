import { remembered } from "./memory.ts";

type Known = { limit: number; times: number[] };

function memory(sql: SqlStorage): Map<string, Known> {
  return remembered(sql, "openings", () => new Map());
}

/** Returns when a line's newest conversations began (epoch milliseconds), oldest first and at most `limit`; read once while the object lives. */
export function openingsOf(sql: SqlStorage, number: string, limit: number): readonly number[] {
  const known = memory(sql).get(number);
  if (known !== undefined && known.limit >= limit) return known.times;
  const query = "SELECT at FROM openings WHERE number = ? ORDER BY at DESC LIMIT ?";
  const times = sql.exec<{ at: number }>(query, number, limit).toArray();
  const read = { limit, times: times.map(({ at }) => at).reverse() };
  memory(sql).set(number, read);
  return read.times;
}

/** Notes that a line begins a conversation, in the caller's transaction: one row. What is too old to count goes. */
export function noteOpening(
  sql: SqlStorage,
  opening: { number: string; at: number; chat: string; forgetBefore: number },
): void {
  const { number, at, chat, forgetBefore } = opening;
  sql.exec("DELETE FROM openings WHERE number = ? AND at < ?", number, forgetBefore);
  const query = "INSERT OR IGNORE INTO openings (number, at, chat) VALUES (?, ?, ?) RETURNING at";
  const isNew = sql.exec(query, number, at, chat).toArray().length > 0;
  const known = memory(sql).get(number);
  if (known === undefined) return;
  const kept = known.times.filter((time) => time >= forgetBefore);
  known.times = (isNew ? [...kept, at] : kept).sort((one, other) => one - other);
}
