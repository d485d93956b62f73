import { sequenceAt } from "../../domain/ids.ts";
import { isSentByUs } from "./line-rows.ts";
import { remembered } from "./memory.ts";

/** Somebody who was written to first, and when. */
export type Stranger = { chat: string; at: number };

/** So many of the newest messages are looked at when the object has just woken. */
const newest = 2_000;

/** Returns who was written to first since `since` (epoch milliseconds) and had not written before, oldest first; read from the rows once while the object lives, and kept in step by `noteStranger`. */
export function strangersSince(sql: SqlStorage, since: number): Stranger[] {
  const known = remembered(sql, "strangers", () =>
    sql
      .exec<Stranger>(
        `SELECT recent.chat, min(recent.created_at) AS at
         FROM (SELECT chat, created_at, direction FROM messages WHERE seq > ? ORDER BY seq DESC LIMIT ${newest}) AS recent JOIN chats ON chats.id = recent.chat
         WHERE recent.direction = 'outbound' AND chats.first_at >= ?
           AND (SELECT ${isSentByUs} FROM messages WHERE messages.chat = recent.chat ORDER BY seq LIMIT 1)
         GROUP BY recent.chat ORDER BY at`,
        sequenceAt(since),
        since,
      )
      .toArray(),
  );
  const old = known.findIndex(({ at }) => at > since);
  known.splice(0, old < 0 ? known.length : old);
  return known;
}

/** Keeps what is remembered in step with a first message that was just written. */
export function noteStranger(sql: SqlStorage, stranger: Stranger, since: number): void {
  const known = strangersSince(sql, since);
  if (!known.some(({ chat }) => chat === stranger.chat)) known.push(stranger);
}
