import { and, eq, gt, sql } from "drizzle-orm";
import type { Row } from "../domain/transfer.ts";
import { type Database, runTogether } from "./database.ts";
import { apiKeys, importProgress, organizations, twilioAccounts, webhooks } from "./schema.ts";

/** What of the directory goes along, in the order of its references; sessions are not moved. `still` are columns that would only say when it was looked at. */
const moved: { table: string; key: string; still: Record<string, number> }[] = [
  { table: "organizations", key: "id", still: {} },
  { table: "twilio_accounts", key: "id", still: { checked_at: 0 } },
  { table: "api_keys", key: "id", still: { published_version: 0 } },
  { table: "api_key_secrets", key: "key_id, hash", still: {} },
  { table: "numbers", key: "address", still: {} },
  { table: "webhooks", key: "id", still: {} },
  { table: "unclaimed_inbound", key: "provider_id", still: {} },
  { table: "begun", key: "kind, subject", still: {} },
  { table: "master_keys", key: "id", still: {} },
];

/** The names of the directory's tables that move, in their order. */
export const movedTables = moved.map(({ table }) => table);

/** Returns every row of one of these tables, in the order of its key. */
export async function readDirectoryRows(db: Database, table: string): Promise<Row[]> {
  const known = moved.find((one) => one.table === table);
  if (known === undefined) return [];
  const rows = await db.all<Row>(sql.raw(`SELECT * FROM ${known.table} ORDER BY ${known.key}`));
  return rows.map((row) => {
    const still =
      table === "organizations" ? { published_version: Math.min(1, Number(row.published_version)) } : known.still;
    return { ...row, ...still };
  });
}

/** Returns the ids of what has a ledger: every key, and every organization whose lobby is in use. */
export async function listLedgers(db: Database): Promise<string[]> {
  const rows = await db.all<{ id: string }>(
    sql`SELECT id FROM api_keys UNION ALL SELECT id FROM organizations WHERE published_version > 0 ORDER BY 1`,
  );
  return rows.map(({ id }) => id);
}

/** Writes rows of another directory; the same rows again change nothing. Returns the table of the first that this directory cannot take, null where it has all. */
export async function writeDirectoryRows(
  db: Database,
  rows: readonly { table: string; row: Row }[],
): Promise<string | null> {
  for (const { table, row } of rows) {
    if (!movedTables.includes(table) || !Object.keys(row).every((name) => /^[a-z_0-9]+$/.test(name))) return table;
    const key = moved.find((one) => one.table === table)?.key ?? "";
    const columns = Object.keys(row);
    const values = sql.join(
      Object.values(row).map((value) => sql`${value}`),
      sql.raw(", "),
    );
    const updates = columns.map((name) => `${name} = excluded.${name}`).join(", ");
    const write = sql`INSERT INTO ${sql.raw(table)} (${sql.raw(columns.join(", "))}) VALUES (${values}) ON CONFLICT (${sql.raw(key)}) DO UPDATE SET ${sql.raw(updates)}`;
    if (!(await fits(db.run(write)))) return table;
  }
  return null;
}

/** A row that lacks a column, has one too many or refers to nothing is the export's fault, not the database's. */
async function fits(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    const words = error instanceof Error ? `${error.message} ${String(error.cause)}` : "";
    if (/SQLITE_(?:CONSTRAINT|ERROR|MISMATCH)/.test(words)) return false;
    throw error;
  }
}

/** How far the export that was made at `exportedAt` has come. */
export type Progress = { exportedAt: number; line: number; done: boolean };

/** Returns how far an import has come, null where none was begun. */
export async function readProgress(db: Database): Promise<Progress | null> {
  return (await db.select().from(importProgress).get()) ?? null;
}

/** Notes how far an import has come. */
export async function noteProgress(db: Database, progress: Omit<Progress, "exportedAt">): Promise<void> {
  await db.update(importProgress).set(progress);
}

/** Says whether the directory holds nothing but what a first start makes: one organization with its sandbox, and at most one test key on it. */
export async function isFresh(db: Database): Promise<boolean> {
  const [found] = await db.all<{ made: number }>(
    sql`SELECT (SELECT count(*) FROM ${organizations}) > 1 OR (SELECT count(*) FROM ${apiKeys}) > 1
          OR EXISTS (SELECT 1 FROM ${apiKeys} WHERE mode <> 'test') OR EXISTS (SELECT 1 FROM ${webhooks})
          OR EXISTS (SELECT 1 FROM ${twilioAccounts} WHERE sandbox = 0) AS made`,
  );
  return found?.made === 0;
}

/** Says whether any key has its snapshot, which an import gives with its last line. */
export async function isAwake(db: Database): Promise<boolean> {
  return (await db.select({ id: apiKeys.id }).from(apiKeys).where(gt(apiKeys.publishedVersion, 0)).get()) !== undefined;
}

/** Removes what a first start or another import has made and notes that this one begins, as one transaction: no first start comes between. */
export async function clearFor(db: Database, exportedAt: number): Promise<void> {
  const [first, ...others] = movedTables.toReversed().map((table) => db.run(sql.raw(`DELETE FROM ${table}`)));
  await runTogether(db, [
    ...(first === undefined ? [] : [first, ...others]),
    db.delete(importProgress),
    db.insert(importProgress).values({ exportedAt, line: 0, done: false }),
  ]);
}

/** Pauses a key that is active; answers whether it was. */
export async function pauseKey(db: Database, id: string): Promise<boolean> {
  const where = and(eq(apiKeys.id, id), eq(apiKeys.status, "active"));
  return (await db.update(apiKeys).set({ status: "paused" }).where(where).returning({ id: apiKeys.id })).length === 1;
}
