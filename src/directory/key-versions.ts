import { and, asc, desc, eq, gt, inArray, lt, ne, or, sql } from "drizzle-orm";
import type { Database, Statement } from "./database.ts";
import { apiKeys, organizations } from "./schema.ts";

/** Returns the statement that raises the version of these keys: their pools must learn of a change. */
export function bumpKeys(db: Database, ids: string[]): Statement {
  return db
    .update(apiKeys)
    .set({ version: sql`${apiKeys.version} + 1` })
    .where(inArray(apiKeys.id, ids));
}

/** How long after its end the pool of a revoked key still learns of changes: messages that it sent are reported until then, and its deliveries tried. */
const revokedHeedMs = 30 * 24 * 60 * 60 * 1000;
const databaseNow = sql<number>`CAST(unixepoch('subsec') * 1000 AS INTEGER)`;
const heeds = or(ne(apiKeys.status, "revoked"), gt(apiKeys.revokedAt, sql`${databaseNow} - ${revokedHeedMs}`));

/** Returns the statements that raise the version of an organization's lobby and of all its keys, those revoked in the last 30 days too. */
export function bumpOrganization(db: Database, organizationId: string): Statement[] {
  return [
    db
      .update(organizations)
      .set({ version: sql`max(${organizations.version} + 1, ${databaseNow})` })
      .where(eq(organizations.id, organizationId)),
    db
      .update(apiKeys)
      .set({ version: sql`${apiKeys.version} + 1` })
      .where(and(eq(apiKeys.organizationId, organizationId), heeds)),
  ];
}

/** Returns the statements that raise the version of every lobby and of every key that still learns of changes. */
export function bumpEverything(db: Database): Statement[] {
  return [
    db.update(organizations).set({ version: sql`max(${organizations.version} + 1, ${databaseNow})` }),
    db
      .update(apiKeys)
      .set({ version: sql`${apiKeys.version} + 1` })
      .where(heeds),
  ];
}

/** Returns the ids of an organization's keys whose pools must learn of a change: the living first, then those revoked in the last 30 days, the latest first. */
export async function listHeedingKeys(db: Database, organizationId: string): Promise<string[]> {
  const rows = await db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.organizationId, organizationId), heeds))
    .orderBy(sql`${apiKeys.revokedAt} IS NOT NULL`, desc(apiKeys.revokedAt), asc(apiKeys.createdAt), asc(apiKeys.id));
  return rows.map((row) => row.id);
}

/** Notes the versions that keys' pools have confirmed. */
export async function markPublished(db: Database, confirmed: { id: string; version: number }[]): Promise<void> {
  const rows = JSON.stringify(confirmed);
  await db.run(
    sql`UPDATE api_keys SET published_version = max(published_version, confirmed.value ->> 'version')
        FROM json_each(${rows}) AS confirmed WHERE api_keys.id = confirmed.value ->> 'id'`,
  );
}

/** Says whether a key's pool is behind the directory. */
export async function isBehind(db: Database, id: string): Promise<boolean> {
  const where = and(eq(apiKeys.id, id), lt(apiKeys.publishedVersion, apiKeys.version));
  return (await db.select({ id: apiKeys.id }).from(apiKeys).where(where).get()) !== undefined;
}

/** Returns the keys of an organization whose pools are behind the directory. */
export async function listBehindOf(db: Database, organizationId: string, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.organizationId, organizationId), lt(apiKeys.publishedVersion, apiKeys.version)))
    .limit(limit);
  return rows.map((row) => row.id);
}

/** Returns at most `limit` keys whose pools are behind the directory, by lot: those that cannot be published keep no other waiting for ever. */
export async function listBehind(db: Database, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(lt(apiKeys.publishedVersion, apiKeys.version))
    .orderBy(sql`random()`)
    .limit(limit);
  return rows.map((row) => row.id);
}

/** Raises a key's version above one that its pool already holds; answers whether it was not above it before. */
export async function raiseVersion(db: Database, id: string, held: number): Promise<boolean> {
  const raised = await db
    .update(apiKeys)
    .set({ version: held + 1 })
    .where(and(eq(apiKeys.id, id), lt(apiKeys.version, held)))
    .returning({ id: apiKeys.id });
  return raised.length === 1;
}

/** Returns one key by lot with its version, null where there is none. */
export async function pickKey(db: Database): Promise<{ id: string; version: number } | null> {
  const { id, version } = apiKeys;
  return (await db.select({ id, version }).from(apiKeys).orderBy(sql`random()`).limit(1).get()) ?? null;
}
