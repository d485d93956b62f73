import { aheadOf, bareOf } from "./ahead.ts";
import { forgetNamed, remembered } from "./memory.ts";

/**
 * The number of a chat's last event. It stands in the chat's row and in the row of the chat's last message, the higher one counts: an event about that message is
 * told in the transaction that writes the message anyway, and the chat's row is written with its next message.
 */
type Head = { last: number | null; number: number };

/** So many chats are remembered; where there are more, all are read anew. */
const headsAtMost = 1_000;

function heads(sql: SqlStorage): Map<string, Head> {
  return remembered(sql, "numbers", () => new Map());
}

/** Numbers that were given and stand in no row yet: the transaction that gave them keeps them before it ends. */
function unkept(sql: SqlStorage): Map<string, Head> {
  return remembered(sql, "unkept", () => new Map());
}

function headOf(sql: SqlStorage, chat: string): Head {
  const known = unkept(sql).get(chat) ?? heads(sql).get(chat);
  if (known !== undefined) return known;
  const query = `SELECT chats.last_seq AS last, max(chats.sequence, coalesce(messages.sequence, 0)) AS number
     FROM chats LEFT JOIN messages ON messages.seq = chats.last_seq WHERE chats.id = ?`;
  const { last, number } = bareOf(sql).exec<Head>(query, chat).toArray()[0] ?? { last: null, number: 0 };
  return remember(sql, chat, { last, number: Math.max(number, numberAhead(sql, last)) });
}

/** The number that the row of a chat's last message is still to keep, 0 where there is none. */
function numberAhead(sql: SqlStorage, last: number | null): number {
  return last === null ? 0 : (aheadOf(sql).messages.get(last)?.sequence ?? 0);
}

function remember(sql: SqlStorage, chat: string, head: Head): Head {
  const known = heads(sql);
  if (known.size >= headsAtMost) known.clear();
  known.set(chat, head);
  return head;
}

/** Returns the number of a chat's last event, 0 where it has none. */
export function chatSequence(sql: SqlStorage, chat: string): number {
  return headOf(sql, chat).number;
}

/** Says whether a chat has a message, and remembers with it what its next event needs. */
export function hasMessages(sql: SqlStorage, chat: string): boolean {
  return headOf(sql, chat).last !== null;
}

/** Raises and returns the number of the chat's next event, so that a receiver can order events and see a gap; in the caller's transaction. */
export function nextChatSequence(sql: SqlStorage, chat: string): number {
  const head = headOf(sql, chat);
  head.number += 1;
  unkept(sql).set(chat, head);
  return head.number;
}

/** Returns the number that a chat's row has to take in with its next message, 0 where its rows have it. */
export function numberFor(sql: SqlStorage, chat: string): number {
  if (aheadOf(sql).messages.size > 0) return headOf(sql, chat).number;
  return unkept(sql).get(chat)?.number ?? 0;
}

/** Notes that a chat has no row yet, so that what is asked of it next need not look. */
export function noteNoChat(sql: SqlStorage, chat: string): void {
  if (!heads(sql).has(chat) && !unkept(sql).has(chat)) remember(sql, chat, { last: null, number: 0 });
}

/** Notes that a chat's row was written with its newest message and the number. */
export function noteChat(sql: SqlStorage, chat: string, head: Head): void {
  unkept(sql).delete(chat);
  remember(sql, chat, head);
}

/** Returns the chat and the number that a message's row keeps with whatever is written there, null where it has none to keep. */
export function numberWith(sql: SqlStorage, seq: number): { chat: string; number: number } | null {
  for (const [chat, { last, number }] of unkept(sql)) if (last === seq) return { chat, number };
  return null;
}

/** Notes that a chat's number stands in a row. */
export function noteKept(sql: SqlStorage, chat: string): void {
  unkept(sql).delete(chat);
}

/** Writes what numbers still stand in no row into those of their chats: one row each. Call at the end of every transaction. */
export function keepNumbers(sql: SqlStorage): void {
  const left = unkept(sql);
  for (const [chat, { number }] of left) sql.exec("UPDATE chats SET sequence = ? WHERE id = ?", number, chat);
  left.clear();
}

/** Carries the numbers that stand in messages over to their chats, before those messages of one chat, or those before a sequence number, are forgotten. */
export function carryNumbers(sql: SqlStorage, going: { seqs: readonly number[] } | { chat: string }): void {
  const [where, value] =
    "chat" in going
      ? ["messages.chat = ?", going.chat]
      : ["messages.seq IN (SELECT value FROM json_each(?))", JSON.stringify(going.seqs)];
  sql.exec(
    `UPDATE chats SET sequence = gone.sequence FROM (SELECT chat, seq, sequence FROM messages WHERE ${where} AND sequence IS NOT NULL) AS gone
     WHERE chats.id = gone.chat AND chats.last_seq = gone.seq AND gone.sequence > chats.sequence`,
    value,
  );
  forgetNamed(sql, "numbers");
}
