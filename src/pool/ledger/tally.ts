import { remembered } from "./memory.ts";

/** What the pool carried so far: messages in and out, when the last one was sent, and how many chats have any. */
export type Tally = { inbound: number; outbound: number; lastSentAt: number | null; chats: number };

type Stored = [inbound: number, outbound: number, lastSentAt: number | null, chats: number];

/** Returns what the pool carried so far. It stands in the newest message, so that a wake reads one row, however many there are; a pool from before counts once. */
export function tallyOf(sql: SqlStorage): Tally {
  return remembered(sql, "tally", () => readTally(sql));
}

/** Keeps what a message that was written brought the tally to. */
export function keepTally(sql: SqlStorage, tally: Tally): void {
  Object.assign(tallyOf(sql), tally);
}

/** Returns what the tally will be with one message more; `opens`: its chat had none before. */
export function tallyWith(sql: SqlStorage, message: { direction: string; createdAt: number; opens: boolean }): Tally {
  const { inbound, outbound, lastSentAt, chats } = tallyOf(sql);
  const isOutbound = message.direction === "outbound";
  return {
    inbound: inbound + (isOutbound ? 0 : 1),
    outbound: outbound + (isOutbound ? 1 : 0),
    lastSentAt: isOutbound ? message.createdAt : lastSentAt,
    chats: chats + (message.opens ? 1 : 0),
  };
}

/** Returns the tally as it is stored. */
export function formatTally({ inbound, outbound, lastSentAt, chats }: Tally): string {
  return JSON.stringify([inbound, outbound, lastSentAt, chats] satisfies Stored);
}

/** Writes the tally, counted anew where messages of a whole chat are gone, into what is the newest message now, in the caller's transaction. */
export function restateTally(sql: SqlStorage, isLess: boolean): void {
  const tally = isLess ? countAll(sql) : tallyOf(sql);
  keepTally(sql, tally);
  sql.exec("UPDATE messages SET tally = ? WHERE seq = (SELECT max(seq) FROM messages)", formatTally(tally));
}

function readTally(sql: SqlStorage): Tally {
  const [newest] = sql.exec<{ tally: string | null }>("SELECT tally FROM messages ORDER BY seq DESC LIMIT 1").toArray();
  if (newest?.tally == null) return countAll(sql);
  const [inbound, outbound, lastSentAt, chats] = JSON.parse(newest.tally) as Stored;
  return { inbound, outbound, lastSentAt, chats };
}

function countAll(sql: SqlStorage): Tally {
  return sql
    .exec<Tally>(
      `SELECT coalesce(sum(inbound), 0) AS inbound, coalesce(sum(outbound), 0) AS outbound, max(last_outbound_at) AS lastSentAt,
         count(last_seq) AS chats FROM chats`,
    )
    .one();
}
