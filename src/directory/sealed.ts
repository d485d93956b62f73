import { and, eq, getTableColumns, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import { type Database, runTogether } from "./database.ts";
import { bumpKeys, bumpOrganization } from "./key-versions.ts";
import { apiKeySecrets, apiKeys, masterKeys, twilioAccounts, webhooks } from "./schema.ts";

/** Every column that holds a sealed value: what stands in none of them is not found when a master key is to go. */
export const sealedColumns = [
  { table: "twilio_accounts", column: "api_key_secret" },
  { table: "twilio_accounts", column: "auth_token" },
  { table: "twilio_accounts", column: "previous_auth_token" },
  { table: "twilio_accounts", column: "password" },
  { table: "webhooks", column: "secret" },
  { table: "webhooks", column: "previous_secret" },
] as const;

/** A sealed value and where it stands; `apiKeyId` is the key whose webhook it is of. */
export type SealedValue = {
  table: (typeof sealedColumns)[number]["table"];
  column: string;
  row: string;
  sealed: string;
  organizationId: string;
  apiKeyId: string | null;
};

/** A sealed value is `v1.<key id>.…`. */
const keyIdOf = sql.raw("substr(substr(sealed, 4), 1, instr(substr(sealed, 4), '.') - 1)");

/** D1 unites at most five selects in one (platform limit). */
const unitedAtMost = 5;

function allSealed(): SQL {
  const parts = sealedColumns.map(({ table, column }) => {
    const owner = table === "webhooks" ? "api_key_id" : "NULL";
    return sql.raw(
      `SELECT '${table}' AS "table", '${column}' AS "column", id AS row, ${column} AS sealed, organization_id AS organizationId, ${owner} AS apiKeyId FROM ${table} WHERE ${column} IS NOT NULL`,
    );
  });
  const groups = [parts.slice(0, unitedAtMost), parts.slice(unitedAtMost)];
  return sql.join(
    groups.map((group) => sql`SELECT * FROM (${sql.join(group, sql.raw(" UNION ALL "))})`),
    sql.raw(" UNION ALL "),
  );
}

/** Returns how many secrets of accounts and webhooks each master key has sealed, by the key's id. */
export async function countSealed(db: Database): Promise<Map<string, number>> {
  const rows = await db.all<{ id: string; total: number }>(
    sql`SELECT ${keyIdOf} AS id, count(*) AS total FROM (${allSealed()}) GROUP BY 1`,
  );
  return new Map(rows.map(({ id, total }) => [id, total]));
}

/** Returns at most `limit` values that one of these keys sealed, in the order of their places. */
export async function listSealedBy(db: Database, keyIds: readonly string[], limit: number): Promise<SealedValue[]> {
  return db.all<SealedValue>(
    sql`SELECT * FROM (${allSealed()}) WHERE ${keyIdOf} IN (SELECT value FROM json_each(${JSON.stringify(keyIds)})) ORDER BY 1, 2, 3 LIMIT ${limit}`,
  );
}

/** Returns some of the values that each master key has sealed, at most `each` of one, others at another time. */
export async function sampleSealed(db: Database, each: number): Promise<SealedValue[]> {
  return db.all<SealedValue>(
    sql`SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY ${keyIdOf} ORDER BY random()) AS nth FROM (${allSealed()})) WHERE nth <= ${each}`,
  );
}

/** Puts values that were sealed anew in place of those before, where these still stand, and raises the versions of all that must learn of it. */
export async function replaceSealed(
  db: Database,
  replaced: readonly { was: SealedValue; sealed: string }[],
): Promise<void> {
  const organizations = new Set<string>();
  const keys = new Set<string>();
  const updates = replaced.map(({ was, sealed }) => {
    if (was.apiKeyId === null) organizations.add(was.organizationId);
    else keys.add(was.apiKeyId);
    const table = was.table === "webhooks" ? webhooks : twilioAccounts;
    const field = Object.entries(getTableColumns(table)).find(([, { name }]) => name === was.column)?.[0];
    if (field === undefined) throw new Error(`${was.table} has no column ${was.column}.`);
    const stands = and(eq(table.id, was.row), sql`${sql.identifier(was.column)} = ${was.sealed}`);
    return db
      .update(table)
      .set({ [field]: sealed })
      .where(stands);
  });
  const bumps = [...organizations].flatMap((id) => bumpOrganization(db, id));
  await runTogether(db, [...updates, ...bumps, ...(keys.size === 0 ? [] : [bumpKeys(db, [...keys])])]);
}

/** Returns how many tokens that still open were made under each master key; `null` stands for those made before that was noted. */
export async function countTokens(db: Database, now: number): Promise<Map<string | null, number>> {
  const { madeUnder, validUntil, keyId } = apiKeySecrets;
  const rows = await db
    .select({ id: madeUnder, total: sql<number>`count(*)` })
    .from(apiKeySecrets)
    .innerJoin(apiKeys, eq(apiKeys.id, keyId))
    .where(and(sql`${apiKeys.status} <> 'revoked'`, or(isNull(validUntil), gt(validUntil, now))))
    .groupBy(madeUnder);
  return new Map(rows.map(({ id, total }) => [id, total]));
}

/** Notes the one master key there is as that of every token of which it is not noted: no other could have made one that opens. */
export async function noteOnlyKey(db: Database, id: string): Promise<void> {
  await db.update(apiKeySecrets).set({ madeUnder: id }).where(isNull(apiKeySecrets.madeUnder));
}

/** Notes that a master key is the newest now; the first time stands. */
export async function noteNewest(db: Database, id: string, now: number): Promise<void> {
  await db.insert(masterKeys).values({ id, newestSince: now }).onConflictDoNothing();
}

/** Returns since when a master key is the newest, null where that is not known. */
export async function readNewestSince(db: Database, id: string): Promise<number | null> {
  const where = eq(masterKeys.id, id);
  return (await db.select({ since: masterKeys.newestSince }).from(masterKeys).where(where).get())?.since ?? null;
}
