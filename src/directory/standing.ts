import { getTableName, is, ne, sql } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import * as schema from "./schema.ts";

/** Returns the tables that the directory needs and does not have; throws when the database does not answer. */
export async function listMissingTables(db: Database): Promise<string[]> {
  const rows = await db.all<{ name: string }>(sql`SELECT name FROM sqlite_master WHERE type = 'table'`);
  const there = new Set(rows.map((row) => row.name));
  const needed = Object.values(schema).filter((value) => is(value, SQLiteTable));
  return needed.map((table) => getTableName(table)).filter((name) => !there.has(name));
}

/** Returns the ids of at most `limit` keys that are not revoked, of every organization. */
export async function listLivingKeys(db: Database, limit: number): Promise<string[]> {
  const { apiKeys } = schema;
  const rows = await db.select({ id: apiKeys.id }).from(apiKeys).where(ne(apiKeys.status, "revoked")).limit(limit);
  return rows.map((row) => row.id);
}
