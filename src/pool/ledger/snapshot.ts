import { type Snapshot, shapeOf, snapshotShape } from "../../domain/snapshot.ts";
import { readMark, saveMark } from "./marks.ts";

/** A row holds 2 MB (platform limit), and a character up to three bytes: what is longer stands in parts. */
const partLength = 500_000;

/** Returns the snapshot that the pool was given last, null where there is none of the shape that is known here. One whose revocation could not be stored is revoked all the same. */
export function readStoredSnapshot(sql: SqlStorage): Snapshot | null {
  const stored = readStored(sql);
  if (stored === null || shapeOf(stored) !== snapshotShape) return null;
  const snapshot = stored as Snapshot;
  return readMark(sql, "revoked_at") === null ? snapshot : revoked(snapshot);
}

/** Says whether the key was ever revoked here: by the mark, or by the last snapshot, of whatever shape it is. */
export function wasRevoked(sql: SqlStorage): boolean {
  return readMark(sql, "revoked_at") !== null || readStored(sql)?.apiKey?.status === "revoked";
}

function readStored(sql: SqlStorage): Partial<Snapshot> | null {
  const row = sql.exec<{ body: string }>("SELECT body FROM snapshot WHERE only = 1").toArray()[0];
  if (row === undefined) return null;
  const parts = sql.exec<{ body: string }>("SELECT body FROM snapshot_parts ORDER BY part").toArray();
  try {
    const stored: unknown = JSON.parse([row, ...parts].map(({ body }) => body).join(""));
    return typeof stored === "object" ? stored : null;
  } catch {
    return null;
  }
}

/** Returns the snapshot as it is once its key is revoked: no token, no number, and nobody told but the organization. */
export function revoked(snapshot: Snapshot): Snapshot {
  const webhooks = snapshot.webhooks.filter(({ scope }) => scope === "organization");
  return { ...snapshot, apiKey: { ...snapshot.apiKey, status: "revoked" }, secrets: [], numbers: [], webhooks };
}

/** Keeps a snapshot in place of the one before, in the caller's transaction; one of common size is one row. */
export function storeSnapshot(sql: SqlStorage, snapshot: Snapshot): void {
  const [first, ...rest] = cut(JSON.stringify(snapshot));
  sql.exec("DELETE FROM snapshot_parts");
  sql.exec("INSERT OR REPLACE INTO snapshot (only, body) VALUES (1, ?)", first);
  for (const [part, body] of rest.entries()) {
    sql.exec("INSERT INTO snapshot_parts (part, body) VALUES (?, ?)", part, body);
  }
}

/** Cuts never go through a character of two units. */
function cut(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    const last = text.charCodeAt(start + partLength - 1);
    const end = start + partLength - (last >= 0xd800 && last < 0xdc00 ? 1 : 0);
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

/** Notes that the key was revoked where its snapshot itself could not be stored. */
export function markRevoked(sql: SqlStorage, at: number): void {
  saveMark(sql, "revoked_at", at);
}
