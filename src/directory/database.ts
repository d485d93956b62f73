import { count, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

/** The directory's database; only this room speaks to it. */
export type Database = DrizzleD1Database;
export type Statement = BatchItem<"sqlite">;

/** Returns the directory on a D1 binding. */
export function openDatabase(binding: D1Database): Database {
  return drizzle(binding);
}

/** Returns what `make` makes of a directory, made once for each. */
export function keptFor<Made>(make: (db: Database) => Made): (db: Database) => Made {
  const kept = new WeakMap<Database, Made>();
  return (db) => {
    const standing = kept.get(db);
    if (standing !== undefined) return standing;
    const made = make(db);
    kept.set(db, made);
    return made;
  };
}

/** Runs statements as one transaction, in order: all of them hold or none. */
export async function runTogether(db: Database, statements: Statement[]): Promise<void> {
  const [first, ...rest] = statements;
  if (first === undefined) return;
  await db.batch([first, ...rest]);
}

export type PageQuery = { limit: number; offset: number };

/** So many rows beyond the page that is shown are counted; where there are more, the total is one more than what was counted. */
const countedBeyond = 1_000;

/** Returns the statement that counts the rows of a list, looked at no further than `countedBeyond` rows past a page's end. */
export function countUpTo(db: Database, table: SQLiteTable, where: SQL | undefined, page: PageQuery) {
  const most = page.offset + page.limit + countedBeyond + 1;
  const found = db
    .select({ one: sql`1`.as("one") })
    .from(table)
    .where(where)
    .limit(most)
    .as("found");
  return db.select({ total: count() }).from(found);
}
