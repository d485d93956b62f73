import { sequenceAt } from "../../domain/ids.ts";
import { forgetNamed, remembered } from "./memory.ts";

/** Returns when the newest of our messages to a chat after `since` (epoch milliseconds) were accepted, newest first. */
export function writtenTo(sql: SqlStorage, chat: string, since: number, limit: number): number[] {
  const query =
    "SELECT created_at AS at FROM messages WHERE chat = ? AND seq >= ? AND direction = 'outbound' ORDER BY seq DESC LIMIT ?";
  return sql
    .exec<{ at: number }>(query, chat, sequenceAt(since + 1), limit)
    .toArray()
    .map(({ at }) => at);
}

/** Returns the chats of a range that were written to after `since`, and when last: no more rows are read than it has numbers. */
export function writtenInRange(
  sql: SqlStorage,
  { start, length }: { start: string; length: number },
  since: number,
): { chat: string; at: number }[] {
  return ["", "whatsapp:"].flatMap((channel) =>
    sql
      .exec<{ chat: string; at: number }>(
        "SELECT id AS chat, last_outbound_at AS at FROM chats WHERE id >= ? AND id < ? AND length(id) = ? AND last_outbound_at > ?",
        `${channel}${start}`,
        `${channel}${start}:`,
        channel.length + length,
        since,
      )
      .toArray(),
  );
}

const begun = "begun";

/** Returns when conversations were begun by us after `since`, oldest first; read from the rows once while the object lives, and kept in step by `noteBegun`. */
export function begunSince(sql: SqlStorage, since: number): readonly number[] {
  const known = remembered(sql, begun, () =>
    sql
      .exec<{ at: number }>(
        `SELECT first_at AS at FROM chats WHERE last_seq > ? AND first_at > ?
           AND (SELECT direction FROM messages WHERE messages.chat = chats.id ORDER BY seq LIMIT 1) = 'outbound' ORDER BY first_at`,
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
