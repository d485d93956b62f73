import { and, asc, getTableName, gt, is, ne, sql } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import journal from "../../migrations/meta/_journal.json" with { type: "json" };
import type { Database } from "./database.ts";
import * as schema from "./schema.ts";

/** The directory's shape as this code knows it: the number of its last migration. */
export const directoryShape = Math.max(...journal.entries.map(({ idx }) => idx));

/** Returns the number of the last migration that was applied, null where none is on record. */
export async function readDirectoryShape(db: Database): Promise<number | null> {
  const [table] = await db.all(sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'd1_migrations'`);
  if (table === undefined) return null;
  const [row] = await db.all<{ shape: number | null }>(
    sql`SELECT max(CAST(substr(name, 1, 4) AS INTEGER)) AS shape FROM d1_migrations`,
  );
  return row?.shape ?? null;
}

/** Returns the tables that the directory needs and does not have; throws when the database does not answer. */
export async function listMissingTables(db: Database): Promise<string[]> {
  const rows = await db.all<{ name: string }>(sql`SELECT name FROM sqlite_master WHERE type = 'table'`);
  const there = new Set(rows.map((row) => row.name));
  const needed = Object.values(schema).filter((value) => is(value, SQLiteTable));
  return needed.map((table) => getTableName(table)).filter((name) => !there.has(name));
}

export type PoolStanding = { id: string; name: string; isBehind: boolean };

/** Returns keys that are not revoked, of every organization, in the order of their ids; `after` is the last id of the page before. */
export async function listPools(db: Database, page: { after: string | null; limit: number }): Promise<PoolStanding[]> {
  const { apiKeys } = schema;
  const isBehind = sql<number>`${apiKeys.publishedVersion} < ${apiKeys.version}`;
  const rows = await db
    .select({ id: apiKeys.id, name: apiKeys.name, isBehind })
    .from(apiKeys)
    .where(and(ne(apiKeys.status, "revoked"), page.after === null ? undefined : gt(apiKeys.id, page.after)))
    .orderBy(asc(apiKeys.id))
    .limit(page.limit);
  return rows.map((row) => ({ ...row, isBehind: row.isBehind === 1 }));
}

/** Tells whether the directory knows any API key, revoked ones too: rows of keys are never deleted. */
export async function knowsAnyKey(db: Database): Promise<boolean> {
  return (await db.select({ id: schema.apiKeys.id }).from(schema.apiKeys).limit(1)).length > 0;
}
