import type { Page } from "../../domain/contact-view.ts";
import type { OptIn } from "../../domain/opt-in.ts";

type Row = {
  agreed_at: number;
  source: string;
  words: string | null;
  recorded_at: number;
  recorded_by: OptIn["recordedBy"];
  proof: string | null;
};

/** Writes down that a contact agreed, in the caller's transaction: one row, and none where the same stands already. */
export function insertOptIn(sql: SqlStorage, contact: string, seq: number, optIn: OptIn): void {
  sql.exec(
    `INSERT INTO opt_ins (contact, seq, agreed_at, source, words, recorded_at, recorded_by, proof) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
     WHERE NOT EXISTS (SELECT 1 FROM opt_ins WHERE contact = ?1 AND agreed_at = ?3 AND source = ?4 AND words IS ?5)`,
    contact,
    seq,
    optIn.agreedAt,
    optIn.source,
    optIn.words,
    optIn.recordedAt,
    optIn.recordedBy,
    optIn.proof === null ? null : JSON.stringify(optIn.proof),
  );
}

/** Returns one page of what a contact agreed to, as it was written down, newest first, and how many there are. */
export function pageOptIns(sql: SqlStorage, contact: string, page: Page): { optIns: OptIn[]; total: number } {
  const rows = sql
    .exec<Row>(
      "SELECT * FROM opt_ins WHERE contact = ? ORDER BY seq DESC LIMIT ? OFFSET ?",
      contact,
      page.limit,
      page.offset,
    )
    .toArray();
  const query = "SELECT count(*) AS total FROM opt_ins WHERE contact = ?";
  return { optIns: rows.map(read), total: sql.exec<{ total: number }>(query, contact).one().total };
}

/** So many of a contact's newest answers are looked at. */
const newest = 20;

/** Returns the campaigns' questions to which a contact said yes, by the ids of their messages, newest first. */
export function questionsAnswered(sql: SqlStorage, contact: string): string[] {
  return sql
    .exec<{ id: string | null }>(
      "SELECT proof ->> '$.questionMessageId' AS id FROM opt_ins WHERE contact = ? AND recorded_by = 'reply' ORDER BY seq DESC LIMIT ?",
      contact,
      newest,
    )
    .toArray()
    .flatMap(({ id }) => id ?? []);
}

function read(row: Row): OptIn {
  return {
    agreedAt: row.agreed_at,
    source: row.source,
    words: row.words,
    recordedAt: row.recorded_at,
    recordedBy: row.recorded_by,
    proof: row.proof === null ? null : (JSON.parse(row.proof) as OptIn["proof"]),
  };
}
