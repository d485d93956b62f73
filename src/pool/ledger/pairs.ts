import type { Pair } from "../../domain/channel-ids.ts";
import type { MessageRow } from "./message-row.ts";

/** A number that a person has messages with, and the newest of them. */
export type PairRow = { number: string; last: number };

/** Returns the numbers of a person's newest `among` messages, the one spoken with last first. */
export function numbersOf(sql: SqlStorage, person: string, among: number): PairRow[] {
  return sql
    .exec<PairRow>(
      `SELECT number, max(seq) AS last FROM (SELECT number, seq FROM messages WHERE chat = ? ORDER BY seq DESC LIMIT ?)
       GROUP BY number ORDER BY last DESC`,
      person,
      among,
    )
    .toArray();
}

/** Returns the oldest or the newest message between a number and a person, or null where they have none. */
export function endOfPair(sql: SqlStorage, { number, person }: Pair, order: "asc" | "desc"): MessageRow | null {
  return pagePair(sql, { number, person }, { order, after: null, limit: 1 })[0] ?? null;
}

/** Returns messages between a number and a person behind a sequence number, in order. */
export function pagePair(
  sql: SqlStorage,
  { number, person }: Pair,
  { order, after, limit }: { order: "asc" | "desc"; after: number | null; limit: number },
): MessageRow[] {
  const [way, beyond, start] = order === "asc" ? ["ASC", ">", -1] : ["DESC", "<", Number.MAX_SAFE_INTEGER];
  return sql
    .exec<MessageRow>(
      `SELECT * FROM messages WHERE chat = ? AND number = ? AND seq ${beyond} ? ORDER BY seq ${way} LIMIT ?`,
      person,
      number,
      after ?? start,
      limit,
    )
    .toArray();
}
