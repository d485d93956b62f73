import type { ListMessages } from "../../domain/calls/reading.ts";
import { sequenceAt } from "../../domain/ids.ts";
import { countBounded } from "./bounded.ts";
import { isSentByUs } from "./line-rows.ts";
import type { MessageRow } from "./message-row.ts";

/** Returns one page of a chat's messages; ids are time-sorted, so `since` and `until` (both inclusive) are a range of the index. */
export function pageMessages(sql: SqlStorage, query: ListMessages): MessageRow[] {
  const { where, values } = conditions(query);
  const order = query.sort === "asc" ? "ASC" : "DESC";
  return sql
    .exec<MessageRow>(
      `SELECT * FROM messages WHERE seq IN (SELECT seq FROM messages WHERE ${where} ORDER BY seq ${order} LIMIT ? OFFSET ?) ORDER BY seq ${order}`,
      ...values,
      query.limit,
      query.offset,
    )
    .toArray();
}

/** Returns in how many parts what was accepted for sending since `since` (epoch milliseconds) leaves. */
export function sumPartsSince(sql: SqlStorage, since: number): number {
  return sql
    .exec<{ parts: number }>(
      `SELECT coalesce(sum(json_extract(detail, '$.segments')), 0) AS parts FROM messages WHERE seq >= ? AND ${isSentByUs}`,
      sequenceAt(since),
    )
    .one().parts;
}

/** Returns how many messages of a chat match (`countBounded`). */
export function countMessages(sql: SqlStorage, query: ListMessages): number {
  const { where, values } = conditions(query);
  return countBounded(sql, `SELECT 1 FROM messages WHERE ${where}`, values, query);
}

function conditions(query: ListMessages): { where: string; values: (string | number)[] } {
  const parts = ["chat = ?"];
  const values: (string | number)[] = [query.chatId];
  if (query.direction !== null) {
    parts.push("direction = ?");
    values.push(query.direction);
  }
  if (query.since !== null) {
    parts.push("seq >= ?");
    values.push(sequenceAt(query.since));
  }
  if (query.until !== null) {
    parts.push("seq < ?");
    values.push(sequenceAt(query.until + 1));
  }
  return { where: parts.join(" AND "), values };
}
