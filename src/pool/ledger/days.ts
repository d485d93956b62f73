import { sequenceAt } from "../../domain/ids.ts";
import { allDeliveredInEvents } from "./ended.ts";

/** Days are whole days since the epoch (UTC). */
export const dayMs = 24 * 60 * 60 * 1000;

/** What a number carried on one day: messages that left (by the day they were accepted), that came in, and how those that left that day ended. */
export type DayRow = {
  day: number;
  number: string;
  sent: number;
  inbound: number;
  delivered: number;
  failed: number;
};

const traffic = `SELECT number,
    count(*) FILTER (WHERE direction = 'outbound' AND (attempts > 0 OR status = 'scheduled')) AS sent,
    count(*) FILTER (WHERE direction = 'inbound') AS inbound
  FROM messages WHERE seq >= ? AND seq < ? GROUP BY number`;

/** Returns what each number has carried so far on a day, counted from its messages. */
export function countTraffic(sql: SqlStorage, day: number): Pick<DayRow, "number" | "sent" | "inbound">[] {
  return sql
    .exec<Pick<DayRow, "number" | "sent" | "inbound">>(traffic, sequenceAt(day * dayMs), sequenceAt((day + 1) * dayMs))
    .toArray();
}

/** Writes down what each number carried on a day that is over: one row a number. */
export function keepTraffic(sql: SqlStorage, day: number): void {
  for (const { number, sent, inbound } of countTraffic(sql, day)) {
    sql.exec(
      `INSERT INTO days (day, number, sent, inbound) VALUES (?, ?, ?, ?)
       ON CONFLICT (day, number) DO UPDATE SET sent = excluded.sent, inbound = excluded.inbound`,
      day,
      number,
      sent,
      inbound,
    );
  }
}

const ends = `SELECT hour / 24 AS day, number, sum(json_extract(counts, '$.delivered')) AS delivered,
    sum(json_extract(counts, '$.numberFaults') + json_extract(counts, '$.contentFaults')
      + json_extract(counts, '$.recipientFaults') + json_extract(counts, '$.other')) AS failed
  FROM health`;

/** Writes down how messages of the days before `day` ended, from hours that are about to be forgotten: one row a number and day. */
export function keepEnds(sql: SqlStorage, day: number): void {
  sql.exec(
    `INSERT INTO days (day, number, delivered, failed) SELECT day, number, delivered, failed FROM (${ends} WHERE hour < ? GROUP BY day, number) WHERE true
     ON CONFLICT (day, number) DO UPDATE SET delivered = days.delivered + excluded.delivered, failed = days.failed + excluded.failed`,
    day * 24,
  );
}

/** Returns what is known by the day from `day` on: what was written down, and how the messages of the last hours ended. */
export function readDays(sql: SqlStorage, day: number): DayRow[] {
  const kept = sql.exec<DayRow>("SELECT * FROM days WHERE day >= ?", day).toArray();
  const lately = sql
    .exec<Pick<DayRow, "day" | "number" | "delivered" | "failed">>(
      `${ends} WHERE hour >= ? GROUP BY day, number`,
      day * 24,
    )
    .toArray();
  const inEvents = allDeliveredInEvents(sql)
    .map(({ number, hour, delivered }) => ({ day: Math.floor(hour / 24), number, delivered, failed: 0 }))
    .filter((row) => row.day >= day);
  return [...kept, ...[...lately, ...inEvents].map((row) => ({ ...row, sent: 0, inbound: 0 }))];
}

/** Forgets days before `day`. */
export function forgetDays(sql: SqlStorage, day: number): void {
  sql.exec("DELETE FROM days WHERE day < ?", day);
}
