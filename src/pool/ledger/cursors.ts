/** How far a Mac's rows have been read: `again` are ids of rows to be told again, `misses` how many looks in a row it did not answer. */
export type CursorRow = {
  account: string;
  cursor: string;
  again: string;
  looked_at: number;
  misses: number;
  offline_since: number | null;
  offline_because: string | null;
};

/** Returns how far a Mac has been read, null for one that was never looked at. */
export function findCursor(sql: SqlStorage, account: string): CursorRow | null {
  return sql.exec<CursorRow>("SELECT * FROM cursors WHERE account = ?", account).toArray()[0] ?? null;
}

/** Writes how far a Mac has been read, in the transaction of what was read: it answers. */
export function saveCursor(
  sql: SqlStorage,
  row: { account: string; cursor: string; again: string[]; at: number },
): void {
  sql.exec(
    `INSERT INTO cursors (account, cursor, again, looked_at) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (account) DO UPDATE SET cursor = ?2, again = ?3, looked_at = ?4, misses = 0, offline_since = NULL, offline_because = NULL`,
    row.account,
    row.cursor,
    JSON.stringify(row.again),
    row.at,
  );
}

/** Moves a Mac's cursor: what follows it is told next. */
export function moveCursor(sql: SqlStorage, account: string, cursor: string): void {
  sql.exec("UPDATE cursors SET cursor = ? WHERE account = ?", cursor, account);
}

/** Notes that a Mac did not answer; returns how many looks in a row, and since when. A Mac that was never read has its row from this moment on. */
export function noteMiss(
  sql: SqlStorage,
  miss: { account: string; at: number; because: string },
): Pick<CursorRow, "misses" | "offline_since"> {
  return sql
    .exec<Pick<CursorRow, "misses" | "offline_since">>(
      `INSERT INTO cursors (account, cursor, looked_at, misses, offline_since, offline_because) VALUES (?1, '', ?2, 1, ?2, ?3)
       ON CONFLICT (account) DO UPDATE SET looked_at = ?2, misses = misses + 1, offline_since = coalesce(offline_since, ?2), offline_because = ?3
       RETURNING misses, offline_since`,
      miss.account,
      miss.at,
      miss.because,
    )
    .one();
}

/** Returns the network's name of a chat, null where it is not known. */
export function findPlace(sql: SqlStorage, account: string, chat: string): string | null {
  const query = "SELECT id FROM places WHERE account = ? AND chat = ?";
  return sql.exec<{ id: string }>(query, account, chat).toArray()[0]?.id ?? null;
}

/** Keeps the network's name of a chat: one row where it is new. */
export function savePlace(sql: SqlStorage, account: string, chat: string, id: string): void {
  if (findPlace(sql, account, chat) === id) return;
  sql.exec("INSERT OR REPLACE INTO places (account, chat, id) VALUES (?, ?, ?)", account, chat, id);
}

/** Returns our chat that the network names so, null where none does. */
export function findPlaced(sql: SqlStorage, account: string, id: string): string | null {
  const query = "SELECT chat FROM places WHERE account = ? AND id = ?";
  return sql.exec<{ chat: string }>(query, account, id).toArray()[0]?.chat ?? null;
}
