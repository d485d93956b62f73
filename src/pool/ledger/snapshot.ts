import type { Snapshot } from "../../domain/snapshot.ts";

/** Returns the snapshot that the pool was given last, or null. */
export function readStoredSnapshot(sql: SqlStorage): Snapshot | null {
  const row = sql.exec<{ body: string }>("SELECT body FROM snapshot WHERE only = 1").toArray()[0];
  return row === undefined ? null : (JSON.parse(row.body) as Snapshot);
}

/** Keeps a snapshot in place of the one before. */
export function storeSnapshot(sql: SqlStorage, snapshot: Snapshot): void {
  sql.exec("INSERT OR REPLACE INTO snapshot (only, body) VALUES (1, ?)", JSON.stringify(snapshot));
}
