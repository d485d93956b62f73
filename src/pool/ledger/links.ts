/** A link that was put into a message: `n` counts within the pool, `secret` makes the code unguessable. */
export type LinkRow = { n: number; secret: string; message: number; url: string };

/** Writes a link down. */
export function insertLink(sql: SqlStorage, link: LinkRow): void {
  sql.exec(
    "INSERT INTO links (n, secret, message, url) VALUES (?, ?, ?, ?)",
    link.n,
    link.secret,
    link.message,
    link.url,
  );
}

/** Returns one link, or null. */
export function findLink(sql: SqlStorage, n: number): LinkRow | null {
  return sql.exec<LinkRow>("SELECT * FROM links WHERE n = ?", n).toArray()[0] ?? null;
}

/** Returns the lowest and the highest number of the links that are kept, and the message of the lowest; null when there are none. */
export function linkBounds(sql: SqlStorage): { first: number; last: number; firstMessage: number } | null {
  const row = sql
    .exec<{ n: number; message: number; last: number }>(
      "SELECT n, message, (SELECT max(n) FROM links) AS last FROM links ORDER BY n LIMIT 1",
    )
    .toArray()[0];
  return row === undefined ? null : { first: row.n, last: row.last, firstMessage: row.message };
}

/** Forgets links of messages before a sequence number, the oldest first and at most `limit`; returns how many. The newest stays, so that no number comes twice. */
export function sweepLinks(sql: SqlStorage, before: number, limit: number): number {
  return sql
    .exec(
      `DELETE FROM links WHERE n IN (SELECT n FROM links ORDER BY n LIMIT ?2) AND message < ?1 AND n < (SELECT max(n) FROM links) RETURNING n`,
      before,
      limit,
    )
    .toArray().length;
}
