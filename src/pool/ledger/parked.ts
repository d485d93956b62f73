import type { MessageStatus } from "../../domain/message.ts";
import { forgetNamed, remembered } from "./memory.ts";

export type ParkedReport = {
  sid: string;
  status: MessageStatus;
  errorCode: string | null;
  errorMessage: string | null;
};

type ParkedRow = { sid: string; status: MessageStatus; error_code: string | null; error_message: string | null };

/** The ids of which reports are parked: at most as many as may stand. */
function parkedIds(sql: SqlStorage): Set<string> {
  return remembered(sql, "parked", () => {
    return new Set(
      sql
        .exec<{ sid: string }>("SELECT DISTINCT sid FROM parked")
        .toArray()
        .map(({ sid }) => sid),
    );
  });
}

/** Says whether reports about an id may be parked; nothing is asked of the rows. */
export function isParked(sql: SqlStorage, sid: string): boolean {
  return parkedIds(sql).has(sid);
}

/** Parks a report about an id that no message has yet, and forgets those from before `forgetBefore`; at most `limit` stand at a time. */
export function parkReport(
  sql: SqlStorage,
  report: ParkedReport,
  { at, forgetBefore, limit }: { at: number; forgetBefore: number; limit: number },
): void {
  sql.exec("DELETE FROM parked WHERE at < ?", forgetBefore);
  sql.exec(
    `INSERT INTO parked (sid, status, error_code, error_message, at)
     SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM parked) < ? ON CONFLICT DO NOTHING`,
    report.sid,
    report.status,
    report.errorCode,
    report.errorMessage,
    at,
    limit,
  );
  const ids = parkedIds(sql).add(report.sid);
  if (ids.size > limit) forgetNamed(sql, "parked");
}

/** Takes out what was parked for an id, oldest first. */
export function takeParked(sql: SqlStorage, sid: string): ParkedReport[] {
  const rows = sql.exec<ParkedRow>("SELECT * FROM parked WHERE sid = ? ORDER BY at", sid).toArray();
  if (rows.length > 0) sql.exec("DELETE FROM parked WHERE sid = ?", sid);
  parkedIds(sql).delete(sid);
  return rows.map((row) => ({
    sid: row.sid,
    status: row.status,
    errorCode: row.error_code,
    errorMessage: row.error_message,
  }));
}
