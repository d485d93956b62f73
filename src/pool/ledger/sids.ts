import { forgetNamed, ifRemembered, remembered } from "./memory.ts";

/** Which messages the index by provider id holds; written as in the index, else SQLite does not use it. */
export const isIndexed = "direction = 'inbound' OR by_sid = 1";

const untouched = "sid_index_untouched";

/** Remembers that no message that went out has come into the index since the object woke, which is when this is called; a transaction that throws forgets it. */
export function watchIndex(sql: SqlStorage): void {
  remembered(sql, untouched, () => true);
}

/** Notes that a message that went out stands in the index from now on. */
export function noteIndexed(sql: SqlStorage): void {
  forgetNamed(sql, untouched);
}

/** Says whether it is known that no message that went out has come into the index since the object woke. */
export function isIndexUntouched(sql: SqlStorage): boolean {
  return ifRemembered(sql, untouched) !== null;
}

/** So many of a chat's newest messages are looked at for a provider id that the index does not hold, and so many of the pool's. */
const ofChatAtMost = 10_000;
const newestAtMost = 2_000;

/** Returns the sequence number of the message of a chat, among its newest, that a provider id belongs to, or null. */
export function seqInChat(sql: SqlStorage, chat: string, sid: string): number | null {
  const newest = `SELECT seq, sid FROM messages WHERE chat = ? ORDER BY seq DESC LIMIT ${ofChatAtMost}`;
  const query = `SELECT seq FROM (${newest}) WHERE sid = ? LIMIT 1`;
  return sql.exec<{ seq: number }>(query, chat, sid).toArray()[0]?.seq ?? null;
}

/** The provider ids of the pool's newest messages that went out: read once, when the first is asked for, so that ids which are not ours cost nothing. */
function newestSids(sql: SqlStorage): Map<string, number> {
  return remembered(sql, "newest_sids", () => {
    const newest = `SELECT sid, seq, direction FROM messages ORDER BY seq DESC LIMIT ${newestAtMost}`;
    const query = `SELECT sid, seq FROM (${newest}) WHERE sid IS NOT NULL AND direction = 'outbound'`;
    const rows = sql.exec<{ sid: string; seq: number }>(query).toArray();
    return new Map(rows.map(({ sid, seq }) => [sid, seq]));
  });
}

/** Notes that a message has learned its provider id. */
export function rememberSid(sql: SqlStorage, sid: string, seq: number): void {
  const known = ifRemembered<Map<string, number>>(sql, "newest_sids")?.set(sid, seq);
  if (known !== undefined && known.size > 2 * newestAtMost) forgetNamed(sql, "newest_sids");
}

/** Returns the sequence number under which a provider id stood lately among the pool's newest messages, or null. */
export function seqAmongNewest(sql: SqlStorage, sid: string): number | null {
  return newestSids(sql).get(sid) ?? null;
}
