import { bareOf } from "./ahead.ts";
import type { MessageRow } from "./message-row.ts";
import { findRecent, recallMessage } from "./messages.ts";
import { isIndexed, isIndexUntouched, seqAmongNewest, seqInChat } from "./sids.ts";

/** Returns the message that a provider id belongs to, of those that the index holds and those that are remembered, or null. */
export function findMessageBySid(sql: SqlStorage, sid: string): MessageRow | null {
  const query = `SELECT * FROM messages WHERE sid = ? AND (${isIndexed})`;
  const [row] = bareOf(sql).exec<MessageRow>(query, sid).toArray();
  return row ?? findRecent(sql, sid);
}

/**
 * As `findMessageBySid`, for the id with which a carrier has just answered a request of this object: another message of ours has it only where a look gave it away since the
 * request left, so since the object woke. Where none did, the rows are not asked.
 */
export function findGivenAway(sql: SqlStorage, sid: string): MessageRow | null {
  return isIndexUntouched(sql) ? findRecent(sql, sid) : findMessageBySid(sql, sid);
}

/** As `findMessageBySid`, and among a chat's newest messages. */
export function findMessageOfChat(sql: SqlStorage, chat: string, sid: string): MessageRow | null {
  return findMessageBySid(sql, sid) ?? withSid(sql, seqInChat(sql, chat, sid), sid);
}

/** As `findMessageBySid`, and among the pool's newest messages. */
export function findNewestBySid(sql: SqlStorage, sid: string): MessageRow | null {
  return findMessageBySid(sql, sid) ?? withSid(sql, seqAmongNewest(sql, sid), sid);
}

function withSid(sql: SqlStorage, seq: number | null, sid: string): MessageRow | null {
  const row = seq === null ? null : recallMessage(sql, seq);
  return row?.sid === sid ? row : null;
}
