import type { AccountTraffic } from "../../domain/calls/numbers.ts";

const messagesLookedAt = 1_000;

/** Returns when each account was last heard of, by the newest thousand messages: accounts are not indexed, for an index costs a row a message. */
export function accountTraffic(sql: SqlStorage): AccountTraffic[] {
  return sql
    .exec<AccountTraffic>(
      `SELECT account AS accountId,
         max(iif(direction = 'inbound', created_at, NULL)) AS inboundAt,
         max(iif(direction = 'outbound' AND sid IS NOT NULL, attempted_at, NULL)) AS sentAt,
         max(iif(direction = 'outbound', coalesce(read_at, delivered_at, sent_at), NULL)) AS statusAt
       FROM (SELECT * FROM messages ORDER BY seq DESC LIMIT ?) GROUP BY account`,
      messagesLookedAt,
    )
    .toArray();
}
