import { and, asc, eq, isNull, ne, sql } from "drizzle-orm";
import type { WebhookFormat, WebhookType } from "../domain/snapshot.ts";
import { countUpTo, type Database, type PageQuery, runTogether, type Statement } from "./database.ts";
import { bumpKeys, bumpOrganization } from "./key-versions.ts";
import { apiKeys, webhooks } from "./schema.ts";

/** A webhook's row; its secrets are sealed with the row's id and the column's name. `apiKeyId` null is the whole organization's. */
export type WebhookRow = {
  id: string;
  organizationId: string;
  apiKeyId: string | null;
  url: string;
  type: WebhookType;
  events: string[] | null;
  numbers: string[] | null;
  format: WebhookFormat;
  eventName: string;
  secret: string;
  previousSecret: string | null;
  previousValidUntil: number | null;
  rotationCount: number;
  validUntil: number;
  deprecatedAt: number | null;
  disabledAt: number | null;
  disabledBecause: string | null;
  createdAt: number;
};

/** The contract's cap on webhooks of one organization (blooio-v2.md 7.1); those of revoked keys do not count. */
export const webhookLimit = 64;
/** One key may take so many of them while its organization has other keys. */
export const webhookLimitOfKey = 32;

function bump(db: Database, webhook: Pick<WebhookRow, "organizationId" | "apiKeyId">): Statement[] {
  return webhook.apiKeyId === null ? bumpOrganization(db, webhook.organizationId) : [bumpKeys(db, [webhook.apiKeyId])];
}

/** Writes a webhook unless its organization has 64, its key has its share of them, or this URL stands already; one statement counts and writes. */
export async function insertWebhook(
  db: Database,
  row: WebhookRow,
): Promise<"created" | "exists" | "full" | "key_full"> {
  const columns = db
    .select({
      id: sql<string>`${row.id}`.as("id"),
      organizationId: sql<string>`${row.organizationId}`.as("organization_id"),
      apiKeyId: sql<string | null>`${row.apiKeyId}`.as("api_key_id"),
      owner: sql<string>`${row.apiKeyId ?? row.organizationId}`.as("owner"),
      url: sql<string>`${row.url}`.as("url"),
      type: sql<WebhookType>`${row.type}`.as("type"),
      events: sql<string[] | null>`${row.events === null ? null : JSON.stringify(row.events)}`.as("events"),
      numbers: sql<string[] | null>`${row.numbers === null ? null : JSON.stringify(row.numbers)}`.as("numbers"),
      format: sql<WebhookFormat>`${row.format}`.as("format"),
      eventName: sql<string>`${row.eventName}`.as("event_name"),
      secret: sql<string>`${row.secret}`.as("secret"),
      previousSecret: sql<string | null>`NULL`.as("previous_secret"),
      previousValidUntil: sql<number | null>`NULL`.as("previous_valid_until"),
      rotationCount: sql<number>`0`.as("rotation_count"),
      validUntil: sql<number>`${row.validUntil}`.as("valid_until"),
      deprecatedAt: sql<number | null>`NULL`.as("deprecated_at"),
      disabledAt: sql<number | null>`NULL`.as("disabled_at"),
      disabledBecause: sql<string | null>`NULL`.as("disabled_because"),
      createdAt: sql<number>`${row.createdAt}`.as("created_at"),
    })
    .from(sql`(SELECT 1)`)
    .where(
      sql`(SELECT count(*) FROM webhooks LEFT JOIN api_keys ON api_keys.id = webhooks.api_key_id
           WHERE webhooks.organization_id = ${row.organizationId} AND api_keys.status IS NOT 'revoked') < ${webhookLimit} AND NOT ${hasItsShare(row)}`,
    );
  const insert = db.insert(webhooks).select(columns).onConflictDoNothing().returning({ id: webhooks.id });
  const [rows] = await db.batch([insert, ...bump(db, row)]);
  if (rows.length === 1) return "created";
  if ((await findWebhookByUrl(db, row.organizationId, row.apiKeyId, row.url)) !== null) return "exists";
  const judged = await db.get<{ share: number }>(sql`SELECT ${hasItsShare(row)} AS share`);
  return judged.share === 1 ? "key_full" : "full";
}

function hasItsShare({ apiKeyId, organizationId }: WebhookRow) {
  if (apiKeyId === null) return sql`0`;
  return sql`((SELECT count(*) FROM webhooks WHERE webhooks.api_key_id = ${apiKeyId}) >= ${webhookLimitOfKey}
    AND EXISTS (SELECT 1 FROM api_keys WHERE api_keys.organization_id = ${organizationId} AND api_keys.id <> ${apiKeyId} AND api_keys.status <> 'revoked'))`;
}

/** Returns the webhook that stands for this URL in this scope, or null. */
export async function findWebhookByUrl(
  db: Database,
  organizationId: string,
  apiKeyId: string | null,
  url: string,
): Promise<WebhookRow | null> {
  const scope = apiKeyId === null ? isNull(webhooks.apiKeyId) : eq(webhooks.apiKeyId, apiKeyId);
  const where = and(eq(webhooks.organizationId, organizationId), scope, eq(webhooks.url, url));
  return (await db.select().from(webhooks).where(where).get()) ?? null;
}

/** Returns one webhook, or null; with a key, only what is that key's own. */
export async function findWebhook(db: Database, id: string, apiKeyId?: string): Promise<WebhookRow | null> {
  const own = apiKeyId === undefined ? undefined : eq(webhooks.apiKeyId, apiKeyId);
  return (
    (await db
      .select()
      .from(webhooks)
      .where(and(eq(webhooks.id, id), own))
      .get()) ?? null
  );
}

/** Returns one page of webhooks, oldest first, with the name of their key. */
export async function listWebhooks(
  db: Database,
  query: PageQuery & { organizationId: string | null; apiKeyId: string | null },
): Promise<{ webhooks: (WebhookRow & { apiKeyName: string | null })[]; total: number }> {
  const where = and(
    query.organizationId === null ? undefined : eq(webhooks.organizationId, query.organizationId),
    query.apiKeyId === null ? undefined : eq(webhooks.apiKeyId, query.apiKeyId),
  );
  const [rows, [counted]] = await db.batch([
    db
      .select({ webhook: webhooks, apiKeyName: apiKeys.name })
      .from(webhooks)
      .leftJoin(apiKeys, eq(apiKeys.id, webhooks.apiKeyId))
      .where(where)
      .orderBy(asc(webhooks.createdAt), asc(webhooks.id))
      .limit(query.limit)
      .offset(query.offset),
    countUpTo(db, webhooks, where, query),
  ]);
  return {
    webhooks: rows.map((row) => ({ ...row.webhook, apiKeyName: row.apiKeyName })),
    total: counted?.total ?? 0,
  };
}

/** Returns how many characters the filters of an organization's webhooks have together: every pool of it keeps them, and every wake reads them. One webhook may be left out. */
export async function measureFilters(db: Database, organizationId: string, without: string | null): Promise<number> {
  const { events, numbers } = webhooks;
  const size = sql<number>`coalesce(sum(coalesce(length(${events}), 0) + coalesce(length(${numbers}), 0)), 0)`;
  const where = and(
    eq(webhooks.organizationId, organizationId),
    without === null ? undefined : ne(webhooks.id, without),
  );
  return (await db.select({ size }).from(webhooks).where(where).get())?.size ?? 0;
}

/** Changes a webhook and raises the keys concerned. */
export async function updateWebhook(
  db: Database,
  row: Pick<WebhookRow, "id" | "organizationId" | "apiKeyId">,
  change: Partial<Omit<WebhookRow, "id" | "organizationId" | "apiKeyId" | "createdAt">>,
): Promise<void> {
  const statements =
    Object.keys(change).length === 0 ? [] : [db.update(webhooks).set(change).where(eq(webhooks.id, row.id))];
  await runTogether(db, [...statements, ...bump(db, row)]);
}

/** Gives a webhook another secret, as `updateWebhook` does, where it still has the one that was read; answers false where it has not. */
export async function replaceSecret(
  db: Database,
  row: Pick<WebhookRow, "id" | "organizationId" | "apiKeyId" | "secret">,
  change: Pick<WebhookRow, "secret" | "previousSecret" | "previousValidUntil" | "rotationCount">,
): Promise<boolean> {
  const where = and(eq(webhooks.id, row.id), eq(webhooks.secret, row.secret));
  const replaced = db.update(webhooks).set(change).where(where).returning({ id: webhooks.id });
  const [rows] = await db.batch([replaced, ...bump(db, row)]);
  return rows.length === 1;
}

/** Removes a webhook and raises the keys concerned. */
export async function deleteWebhook(
  db: Database,
  row: Pick<WebhookRow, "id" | "organizationId" | "apiKeyId">,
): Promise<void> {
  await runTogether(db, [db.delete(webhooks).where(eq(webhooks.id, row.id)), ...bump(db, row)]);
}
