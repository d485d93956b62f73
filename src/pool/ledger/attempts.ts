import type { DeliveryEnd, ListLogs } from "../../domain/calls/telling.ts";
import type { EventName } from "../../domain/event.ts";
import { countBounded } from "./bounded.ts";
import type { OwedRow } from "./places.ts";

/** An attempt as it is written: what was owed, how it ended, and where it was posted. */
export type NewAttempt = { row: OwedRow; end: DeliveryEnd; url: string };

/** So much of what ended together stands in one row of the log: a row holds 2 MB (platform limit), an attempt what was answered and sent. */
const rowAtMost = { attempts: 32, characters: 200_000 };

type Kept = [number, number, number, number, number | null, string | null, string | null, string | null];

/**
 * Writes attempts into the log, what ended together and alike at one webhook in one row: the first in the row's own columns, the others behind it. `sequences` gives so
 * many numbers in a row. Returns how many rows were written.
 */
export function logAttempts(
  sql: SqlStorage,
  attempts: readonly NewAttempt[],
  sequences: (count: number) => number,
): number {
  const alike = ({ row, end, url }: NewAttempt) => `${row.webhook} ${isFailure(end.status ?? 0)} ${url}`;
  const groups = [...Map.groupBy(attempts, alike).values()].flatMap(cut);
  if (groups.length === 0) return 0;
  const rows = groups.map((group) => {
    const [first, ...more] = group.map(({ row, end }): Kept => {
      const { attemptedAt, durationMs, status, response, error } = end;
      return [row.event, row.attempt, attemptedAt, durationMs, status, response, error, row.body];
    });
    const { row, url } = group[0] as NewAttempt;
    return [
      row.webhook,
      sequences(group.length),
      url,
      more.length === 0 ? null : JSON.stringify(more),
      ...(first ?? []),
    ];
  });
  sql.exec(
    `INSERT INTO attempts (webhook, seq, url, more, event, attempt, attempted_at, duration_ms, status, response, error, body)
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11
     FROM json_each(?)`,
    JSON.stringify(rows),
  );
  return rows.length;
}

function cut(attempts: readonly NewAttempt[]): NewAttempt[][] {
  const groups: NewAttempt[][] = [];
  let room = 0;
  for (const attempt of attempts) {
    const size =
      (attempt.row.body?.length ?? 0) + (attempt.end.response?.length ?? 0) + (attempt.end.error?.length ?? 0);
    const last = groups.at(-1);
    if (last === undefined || size > room || last.length === rowAtMost.attempts) {
      groups.push([attempt]);
      room = rowAtMost.characters - size;
    } else {
      last.push(attempt);
      room -= size;
    }
  }
  return groups;
}

const column = (name: string, index: number) => `iif(one.key = 0, attempts.${name}, one.value ->> ${index})`;

const entries = "json_each(iif(attempts.more IS NULL, '[0]', '[0,' || substr(attempts.more, 2))) AS one";
const each = `CROSS JOIN ${entries}`;

/** Every attempt of the log, each by itself: the source that queries name, its columns, and the order in which it was written. */
export const tries = {
  from: `attempts ${each}`,
  inRow: "1 + coalesce(json_array_length(attempts.more), 0)",
  seq: "attempts.seq + one.key",
  event: column("event", 0),
  attempt: column("attempt", 1),
  attemptedAt: column("attempted_at", 2),
  durationMs: column("duration_ms", 3),
  status: column("status", 4),
  response: column("response", 5),
  error: column("error", 6),
  body: column("body", 7),
} as const;

export type AttemptRow = {
  webhook: string;
  seq: number;
  event: number;
  attempt: number;
  attempted_at: number;
  duration_ms: number;
  status: number | null;
  response: string | null;
  error: string | null;
  url: string;
  original: number | null;
  name: EventName;
  message: number | null;
  bytes: string;
};

/** Rows of failures have an index of their own: they are few as a rule, and what is looked for. A row holds failures or none, so its own column tells. */
const didFail = "coalesce(attempts.status, 0) NOT BETWEEN 200 AND 299";

/** Returns one page of a webhook's attempts, and how many there are in all (`countBounded`). Where whole rows match, no more of them are read than a page can need. */
export function pageAttempts(sql: SqlStorage, query: ListLogs): { rows: AttemptRow[]; total: number } {
  const { table, where, values, areWhole } = conditionsOf(query);
  const order = query.sort === "asc" ? "ASC" : "DESC";
  const most = areWhole ? query.offset + query.limit : -1;
  const rows = sql
    .exec<AttemptRow>(
      `SELECT attempts.webhook, ${tries.seq} AS seq, events.seq AS event, ${tries.attempt} AS attempt, ${tries.attemptedAt} AS attempted_at,
         ${tries.durationMs} AS duration_ms, ${tries.status} AS status, ${tries.response} AS response, ${tries.error} AS error, attempts.url,
         events.name, events.message, events.original, coalesce(${tries.body}, events.body) AS bytes
       FROM (SELECT * FROM ${table} WHERE ${where.rows} ORDER BY seq ${order} LIMIT ?) AS attempts ${each} CROSS JOIN events ON events.seq = ${tries.event}
       WHERE ${where.each} ORDER BY attempts.seq ${order}, one.key ${order} LIMIT ? OFFSET ?`,
      query.webhookId,
      most,
      ...values,
      query.limit,
      query.offset,
    )
    .toArray();
  const matching = `SELECT 1 FROM ${table} ${each} WHERE ${where.rows} AND ${where.each}`;
  return { rows, total: countBounded(sql, matching, [query.webhookId, ...values], query) };
}

/** What rows must be like, and each attempt in them; `areWhole`: of a row that fits, every attempt does. */
function conditionsOf({ status, minStatus, maxStatus, failed }: ListLogs) {
  const demands = [
    { part: "= ?", value: status },
    { part: ">= ?", value: minStatus },
    { part: "<= ?", value: maxStatus },
  ].flatMap(({ part, value }) => (value === null ? [] : { part: `${tries.status} ${part}`, value }));
  const isNarrow = failed === true || isFailure(status) || (minStatus ?? 0) > 299 || (maxStatus ?? 200) < 200;
  const rows = ["attempts.webhook = ?"];
  if (isNarrow) rows.push(didFail);
  if (failed === false) rows.push(`NOT (${didFail})`);
  return {
    table: isNarrow ? "attempts INDEXED BY attempts_failed" : "attempts",
    where: { rows: rows.join(" AND "), each: ["true", ...demands.map(({ part }) => part)].join(" AND ") },
    values: demands.map(({ value }) => value),
    areWhole: demands.length === 0,
  };
}

function isFailure(status: number | null): boolean {
  return status !== null && (status < 200 || status > 299);
}

/** An attempt by the event that it was about (of a replay, the original), and whether the webhook took it. */
export type Tried = { event: number; taken: number };

/** Returns the attempts in at most `limit` rows of a webhook's log after a sequence number, oldest first, and where the next row would follow: null behind the last. */
export function attemptsAfter(
  sql: SqlStorage,
  webhook: string,
  after: number,
  limit: number,
): { tried: Tried[]; next: number | null } {
  const rows = sql
    .exec<{ seq: number; event: number | null; taken: number }>(
      `SELECT attempts.seq, coalesce(events.original, events.seq) AS event, coalesce(${tries.status}, 0) BETWEEN 200 AND 299 AS taken
       FROM (SELECT * FROM attempts WHERE webhook = ? AND seq > ? ORDER BY seq LIMIT ?) AS attempts ${each}
         LEFT JOIN events ON events.seq = ${tries.event} ORDER BY attempts.seq`,
      webhook,
      after,
      limit,
    )
    .toArray();
  const tried = rows.flatMap(({ event, taken }) => (event === null ? [] : { event, taken }));
  const isLast = new Set(rows.map(({ seq }) => seq)).size < limit;
  return { tried, next: isLast ? null : (rows.at(-1)?.seq ?? null) };
}

/** What is delivered of an event to a webhook, since its first attempt. */
export type DeliveryRow = { event: number; name: EventName; first_at: number };

/** Returns what was delivered to a webhook, the newest first: one row an event, whatever the number of attempts. */
export function pageDeliveries(
  sql: SqlStorage,
  webhook: string,
  page: { limit: number; offset: number },
): DeliveryRow[] {
  return sql
    .exec<DeliveryRow>(
      `SELECT events.seq AS event, events.name, ${tries.attemptedAt} AS first_at FROM ${tries.from} CROSS JOIN events ON events.seq = ${tries.event}
       WHERE attempts.webhook = ? AND ${tries.attempt} = 1 ORDER BY attempts.seq DESC, one.key DESC LIMIT ? OFFSET ?`,
      webhook,
      page.limit,
      page.offset,
    )
    .toArray();
}

type LastAttempt = Pick<AttemptRow, "attempted_at" | "status" | "error">;

/** Returns when a webhook was last called and what it answered, or null. */
export function lastAttempt(sql: SqlStorage, webhook: string): LastAttempt | null {
  const query = `SELECT ${tries.attemptedAt} AS attempted_at, ${tries.status} AS status, ${tries.error} AS error
     FROM (SELECT * FROM attempts WHERE webhook = ? ORDER BY seq DESC LIMIT 1) AS attempts ${each} ORDER BY one.key DESC LIMIT 1`;
  return sql.exec<LastAttempt>(query, webhook).toArray()[0] ?? null;
}

/** Returns the webhooks that have attempts with the oldest of each, found by one look into the index. */
export function attemptHeads(sql: SqlStorage): { webhook: string; seq: number }[] {
  return sql
    .exec<{ webhook: string; seq: number }>(
      `WITH RECURSIVE found (webhook) AS (
         SELECT min(webhook) FROM attempts
         UNION ALL SELECT (SELECT min(webhook) FROM attempts WHERE attempts.webhook > found.webhook) FROM found WHERE found.webhook IS NOT NULL
       ) SELECT webhook, (SELECT min(seq) FROM attempts WHERE attempts.webhook = found.webhook) AS seq FROM found WHERE webhook IS NOT NULL`,
    )
    .toArray();
}

/** Forgets at most `limit` of a webhook's attempts before a sequence number; returns how many it forgot. */
export function sweepAttempts(sql: SqlStorage, webhook: string, before: number, limit: number): number {
  return sql
    .exec(
      `DELETE FROM attempts WHERE webhook = ?1 AND seq < ?2
         AND seq IN (SELECT seq FROM attempts WHERE webhook = ?1 AND seq < ?2 ORDER BY seq LIMIT ?3) RETURNING seq`,
      webhook,
      before,
      limit,
    )
    .toArray().length;
}

/** Returns the highest sequence number that an attempt of the log has, 0 where there is none. */
export function lastAttemptSequence(sql: SqlStorage): number {
  const heads = attemptHeads(sql).map(({ webhook }) => {
    const query = `SELECT attempts.seq + ${tries.inRow} - 1 AS last FROM attempts WHERE webhook = ? ORDER BY attempts.seq DESC LIMIT 1`;
    return sql.exec<{ last: number }>(query, webhook).toArray()[0]?.last ?? 0;
  });
  return Math.max(0, ...heads);
}

/** Forgets every attempt about these events; what else stands in the same rows of the log stays. */
export function forgetAttemptsOf(sql: SqlStorage, events: readonly number[]): void {
  const gone = JSON.stringify(events);
  sql.exec("DELETE FROM attempts WHERE more IS NULL AND event IN (SELECT value FROM json_each(?))", gone);
  const kept = sql
    .exec<{ webhook: string; seq: number; left: string }>(
      `WITH gone (event) AS MATERIALIZED (SELECT value FROM json_each(?))
       SELECT webhook, seq, (SELECT json_group_array(json_array(${tries.event}, ${tries.attempt}, ${tries.attemptedAt}, ${tries.durationMs},
           ${tries.status}, ${tries.response}, ${tries.error}, ${tries.body})) FROM ${entries} WHERE ${tries.event} NOT IN gone) AS left
       FROM attempts WHERE more IS NOT NULL AND (event IN gone OR EXISTS (SELECT 1 FROM json_each(more) AS other WHERE other.value ->> 0 IN gone))`,
      gone,
    )
    .toArray();
  for (const { webhook, seq, left } of kept) {
    const [first, ...more] = JSON.parse(left) as Kept[];
    if (first === undefined) {
      sql.exec("DELETE FROM attempts WHERE webhook = ? AND seq = ?", webhook, seq);
      continue;
    }
    sql.exec(
      `UPDATE attempts SET event = ?, attempt = ?, attempted_at = ?, duration_ms = ?, status = ?, response = ?, error = ?, body = ?, more = ?
       WHERE webhook = ? AND seq = ?`,
      ...first,
      more.length === 0 ? null : JSON.stringify(more),
      webhook,
      seq,
    );
  }
}
