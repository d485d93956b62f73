/** Notes that the carrier blocks one number for a contact; a repeat changes nothing. */
export function blockFor(sql: SqlStorage, contact: string, number: string, at: number): void {
  sql.exec("INSERT INTO blocks (contact, number, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", contact, number, at);
}

/** Lifts what `blockFor` noted: of one number, or of all. */
export function unblockFor(sql: SqlStorage, contact: string, number: string | null): void {
  sql.exec("DELETE FROM blocks WHERE contact = ?1 AND (?2 IS NULL OR number = ?2)", contact, number);
}

/** Returns the numbers that the carrier blocks for a contact. */
export function blockedFor(sql: SqlStorage, contact: string): ReadonlySet<string> {
  const rows = sql.exec<{ number: string }>("SELECT number FROM blocks WHERE contact = ?", contact).toArray();
  return new Set(rows.map(({ number }) => number));
}

/** Notes that a keyword was heeded, by the id of the message that held it; answers false when it was before. */
export function heedOnce(sql: SqlStorage, sid: string, at: number): boolean {
  const query = "INSERT INTO heeded (sid, at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING sid";
  return sql.exec(query, sid, at).toArray().length === 1;
}

/** Says whether an id was heeded before. */
export function isHeeded(sql: SqlStorage, sid: string): boolean {
  return sql.exec("SELECT 1 FROM heeded WHERE sid = ?", sid).toArray().length > 0;
}

/** Forgets at most `limit` heeded keywords from before a time; returns how many. */
export function sweepHeeded(sql: SqlStorage, before: number, limit: number): number {
  return sql
    .exec("DELETE FROM heeded WHERE sid IN (SELECT sid FROM heeded WHERE at < ? LIMIT ?) RETURNING sid", before, limit)
    .toArray().length;
}
