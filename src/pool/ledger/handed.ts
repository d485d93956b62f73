import type { MessageRow } from "./message-row.ts";

/** A message that this key hands to another one since `at`: `to_give` until that has answered, `given` while it carries it, `to_recall` where it is to be held back. `asked`: it may have it. */
export type HandedRow = {
  seq: number;
  chat: string;
  key: string;
  at: number;
  due_at: number | null;
  state: "to_give" | "given" | "to_recall";
  asked: number;
};

/** Writes down that a message is to be handed to another key. */
export function insertHanded(sql: SqlStorage, row: { seq: number; chat: string; key: string; at: number }): void {
  sql.exec(
    "INSERT INTO handed (seq, chat, key, at, due_at, state) VALUES (?1, ?2, ?3, ?4, ?4, 'to_give')",
    row.seq,
    row.chat,
    row.key,
    row.at,
  );
}

/** Returns what became of the handing of a message, null where it is not handed, or has ended. */
export function findHanded(sql: SqlStorage, seq: number): HandedRow | null {
  return sql.exec<HandedRow>("SELECT * FROM handed WHERE seq = ?", seq).toArray()[0] ?? null;
}

/** Returns what is to be given or called back by a time, in the order of the messages. */
export function handedOwed(sql: SqlStorage, by: number, limit: number): HandedRow[] {
  return sql.exec<HandedRow>("SELECT * FROM handed WHERE due_at <= ? ORDER BY seq LIMIT ?", by, limit).toArray();
}

/** Returns when something is to be given or called back next, or null. */
export function nextHanded(sql: SqlStorage): number | null {
  const query = "SELECT min(due_at) AS due_at FROM handed WHERE due_at IS NOT NULL";
  return sql.exec<{ due_at: number | null }>(query).one().due_at;
}

/** Changes how a handing stands. */
export function changeHanded(
  sql: SqlStorage,
  seq: number,
  { state, due_at, asked, at }: Pick<HandedRow, "state" | "due_at" | "asked"> & { at?: number },
): void {
  const query = "UPDATE handed SET state = ?, due_at = ?, asked = ?, at = coalesce(?, at) WHERE seq = ?";
  sql.exec(query, state, due_at, asked, at ?? null, seq);
}

const mayBeElsewhere = "(state = 'given' OR asked = 1)";
const isHereAlone = "(state = 'to_give' AND asked = 0)";

/** Calls back all that other keys have, or may have, for a contact, or for everybody (null). */
export function recallAll(sql: SqlStorage, chat: string | null, at: number): boolean {
  const query = `UPDATE handed SET state = 'to_recall', due_at = ?1 WHERE (?2 IS NULL OR chat = ?2) AND ${mayBeElsewhere} RETURNING seq`;
  return sql.exec(query, at, chat).toArray().length > 0;
}

/** Calls back what other keys have, or may have, of messages that were taken for blocks of a campaign's people, `upTo` left out, and returns which. */
export function recallBlocks(sql: SqlStorage, from: number, upTo: number, at: number): number[] {
  const query = `UPDATE handed SET state = 'to_recall', due_at = ?1 WHERE ${mayBeElsewhere}
       AND seq IN (SELECT seq FROM handed JOIN messages USING (seq) WHERE block >= ?2 AND block < ?3) RETURNING seq`;
  return sql
    .exec<{ seq: number }>(query, at, from, upTo)
    .toArray()
    .map(({ seq }) => seq);
}

/** Returns those of these messages' blocks that no other key was asked to take yet. */
export function handedOfBlocks(sql: SqlStorage, from: number, upTo: number): MessageRow[] {
  const query = `SELECT messages.* FROM handed JOIN messages USING (seq) WHERE block >= ? AND block < ? AND ${isHereAlone}`;
  return sql.exec<MessageRow>(query, from, upTo).toArray();
}

/** Says whether a message is to be handed to another key that was not asked yet, so that it surely is nowhere else. */
export function isStillHere(sql: SqlStorage, seq: number): boolean {
  return sql.exec(`SELECT 1 FROM handed WHERE seq = ? AND ${isHereAlone}`, seq).toArray().length > 0;
}

/** Has everything judged anew that was put off and not given yet: quiet hours were changed, or the key was revoked. */
export function hastenHanded(sql: SqlStorage, at: number): void {
  sql.exec(`UPDATE handed SET due_at = ?1 WHERE due_at > ?1 AND ${isHereAlone}`, at);
}

/** Strikes a handing: its message has ended. */
export function strikeHanded(sql: SqlStorage, seq: number): void {
  sql.exec("DELETE FROM handed WHERE seq = ?", seq);
}

/** Has everything that is owed to other keys looked at by `at` (epoch milliseconds). */
export function bringForwardHanded(sql: SqlStorage, at: number): void {
  sql.exec("UPDATE handed SET due_at = min(due_at, ?1), at = min(at, ?1) WHERE due_at IS NOT NULL", at);
}
