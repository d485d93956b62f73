import type { MessageStatus } from "../../domain/message.ts";

export type ParkedReport = {
  sid: string;
  status: MessageStatus;
  errorCode: string | null;
  errorMessage: string | null;
};

type ParkedRow = { sid: string; status: MessageStatus; error_code: string | null; error_message: string | null };

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
}

/** Takes out what was parked for an id, oldest first. */
export function takeParked(sql: SqlStorage, sid: string): ParkedReport[] {
  const rows = sql.exec<ParkedRow>("SELECT * FROM parked WHERE sid = ? ORDER BY at", sid).toArray();
  if (rows.length > 0) sql.exec("DELETE FROM parked WHERE sid = ?", sid);
  return rows.map((row) => ({
    sid: row.sid,
    status: row.status,
    errorCode: row.error_code,
    errorMessage: row.error_message,
  }));
}
