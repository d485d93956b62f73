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

/** Returns how many secrets of accounts and webhooks each master key has sealed, by the key's id. */
export async function countSealed(db: Database): Promise<Map<string, number>> {
  const rows = await db.all<{ id: string; total: number }>(
    sql`SELECT substr(rest, 1, instr(rest, '.') - 1) AS id, count(*) AS total FROM (
          SELECT substr(sealed, instr(sealed, '.') + 1) AS rest FROM (
            SELECT api_key_secret AS sealed FROM twilio_accounts UNION ALL SELECT auth_token FROM twilio_accounts
            UNION ALL SELECT previous_auth_token FROM twilio_accounts
            UNION ALL SELECT secret FROM webhooks UNION ALL SELECT previous_secret FROM webhooks
          ) WHERE sealed IS NOT NULL
        ) GROUP BY id`,
  );
  return new Map(rows.map(({ id, total }) => [id, total]));
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
