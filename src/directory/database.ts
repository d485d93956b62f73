import type { BatchItem } from "drizzle-orm/batch";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import * as schema from "./schema.ts";

/** The directory's database; only this room speaks to it. */
export type Database = DrizzleD1Database<typeof schema>;
export type Statement = BatchItem<"sqlite">;

/** Returns the directory on a D1 binding. */
export function openDatabase(binding: D1Database): Database {
  return drizzle(binding, { schema });
}

/** Runs statements as one transaction, in order: all of them hold or none. */
export async function runTogether(db: Database, statements: Statement[]): Promise<void> {
  const [first, ...rest] = statements;
  if (first === undefined) return;
  await db.batch([first, ...rest]);
}

export type PageQuery = { limit: number; offset: number };
