import type { Detail, MessageRow } from "./message-row.ts";
import { stepMessage, updateMessage } from "./messages.ts";
import { moveWaiting } from "./pace.ts";

/** So many of a chat's newest messages are looked at for those that wait. */
const newest = 1_000;

/** Lets a waiting message leave at another time, as scheduled for then: it holds nothing back that is urgent. */
export function holdQuiet(
  sql: SqlStorage,
  row: MessageRow & { due_at: number },
  { dueAt, detail }: { dueAt: number; detail: Detail },
  now: number,
): void {
  moveWaiting(sql, row.number, row, dueAt);
  const told = JSON.stringify(detail);
  if (row.status === "scheduled") updateMessage(sql, row.seq, { detail: told });
  else stepMessage(sql, row.seq, { status: "scheduled", detail: told }, ["scheduled", now]);
}

/** Returns those of these messages that wait for their time or the end of quiet hours, in the order in which they were accepted. */
export function scheduledAmong(sql: SqlStorage, seqs: readonly number[]): MessageRow[] {
  const query =
    "SELECT * FROM messages WHERE seq IN (SELECT value FROM json_each(?)) AND status = 'scheduled' ORDER BY seq";
  return sql.exec<MessageRow>(query, JSON.stringify(seqs)).toArray();
}

/** Returns the messages of a chat that wait for their time or the end of quiet hours, in the order in which they were accepted. */
export function scheduledOfChat(sql: SqlStorage, chat: string): MessageRow[] {
  const query = `SELECT * FROM (SELECT * FROM messages WHERE chat = ? AND direction = 'outbound' ORDER BY seq DESC LIMIT ${newest}) WHERE status = 'scheduled' ORDER BY seq`;
  return sql.exec<MessageRow>(query, chat).toArray();
}
