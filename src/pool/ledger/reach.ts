/** Whether a contact can be reached by iMessage and FaceTime, as a Mac said; null: it did not say. */
export type Reach = { imessage: boolean | null; facetime: boolean | null; at: number };

/** Returns what a Mac said of a contact last, null where none was asked since `since` (epoch milliseconds). */
export function recallReach(sql: SqlStorage, contact: string, since: number): Reach | null {
  const query = "SELECT imessage, facetime, at FROM reach WHERE contact = ? AND at > ?";
  const [row] = sql
    .exec<{ imessage: number | null; facetime: number | null; at: number }>(query, contact, since)
    .toArray();
  const read = (value: number | null) => (value === null ? null : value === 1);
  return row === undefined ? null : { imessage: read(row.imessage), facetime: read(row.facetime), at: row.at };
}

/** Keeps what a Mac said of a contact. */
export function saveReach(sql: SqlStorage, contact: string, { imessage, facetime, at }: Reach): void {
  const write = (value: boolean | null) => (value === null ? null : Number(value));
  sql.exec(
    "INSERT OR REPLACE INTO reach (contact, imessage, facetime, at) VALUES (?, ?, ?, ?)",
    contact,
    write(imessage),
    write(facetime),
    at,
  );
}

/** Says whether what a contact wrote last, or was known to get last, after `since`, went by iMessage; looks at the newest `limit` messages. */
export function cameByIMessage(sql: SqlStorage, contact: string, since: number, limit: number): boolean {
  const query = `SELECT channel FROM (SELECT channel, direction, status, created_at FROM messages WHERE chat = ? ORDER BY seq DESC LIMIT ?)
       WHERE created_at > ? AND (direction = 'inbound' OR status IN ('delivered', 'read')) LIMIT 1`;
  return sql.exec<{ channel: string }>(query, contact, limit, since).toArray()[0]?.channel === "imessage";
}
