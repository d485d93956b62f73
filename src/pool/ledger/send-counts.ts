import { sequenceAt } from "../../domain/ids.ts";
import { isSentByUs } from "./line-rows.ts";
import { forgetNamed, remembered } from "./memory.ts";

/** Returns when the newest of our messages to a chat after `since` (epoch milliseconds) were accepted, newest first. */
export function writtenTo(sql: SqlStorage, chat: string, since: number, limit: number): number[] {
  const query = `SELECT created_at AS at FROM messages WHERE chat = ? AND seq >= ? AND ${isSentByUs} ORDER BY seq DESC LIMIT ?`;
  return sql
    .exec<{ at: number }>(query, chat, sequenceAt(since + 1), limit)
    .toArray()
    .map(({ at }) => at);
}

/** Returns the chats of a range that we wrote to after `since`, and when last: no more are read than it has numbers. Where people write by hand too (`byHand`), the messages of those that were written to say which of them we did. */
export function writtenInRange(
  sql: SqlStorage,
  { start, length }: { start: string; length: number },
  since: number,
  byHand: boolean,
): { chat: string; at: number }[] {
  return ["", "whatsapp:"].flatMap((channel) =>
    sql
      .exec<{ chat: string; at: number | null }>(
        `SELECT id AS chat, iif(?6, ${lastOfOurs}, last_outbound_at) AS at FROM chats
           WHERE id >= ?1 AND id < ?2 AND length(id) = ?3 AND last_outbound_at > ?4`,
        `${channel}${start}`,
        `${channel}${start}:`,
        channel.length + length,
        since,
        sequenceAt(since + 1),
        byHand ? 1 : 0,
      )
      .toArray()
      .flatMap(({ chat, at }) => (at === null ? [] : [{ chat, at }])),
  );
}

const lastOfOurs = `(SELECT created_at FROM messages WHERE chat = chats.id AND seq >= ?5 AND ${isSentByUs} ORDER BY seq DESC LIMIT 1)`;

const begun = "begun";

/** Returns when conversations were begun by us after `since`, oldest first; read from the rows once while the object lives, and kept in step by `noteBegun`. */
export function begunSince(sql: SqlStorage, since: number): readonly number[] {
  const known = remembered(sql, begun, () =>
    sql
      .exec<{ at: number }>(
        `SELECT first_at AS at FROM chats WHERE last_seq > ? AND first_at > ?
           AND (SELECT ${isSentByUs} FROM messages WHERE messages.chat = chats.id ORDER BY seq LIMIT 1) ORDER BY first_at`,
        sequenceAt(since),
        since,
      )
      .toArray()
      .map(({ at }) => at),
  );
  const young = known.findIndex((at) => at > since);
  known.splice(0, young < 0 ? known.length : young);
  return known;
}

/** Keeps what is remembered in step with a conversation that was just begun. */
export function noteBegun(sql: SqlStorage, at: number): void {
  remembered<number[]>(sql, begun, () => []).push(at);
}

/** Lets go of what is remembered: nobody counts any more. */
export function forgetBegun(sql: SqlStorage): void {
  forgetNamed(sql, begun);
}
