import { and, asc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { defaultSelection, type Snapshot, snapshotShape } from "../domain/snapshot.ts";
import type { Database } from "./database.ts";
import { readPublicUrls } from "./public-urls.ts";
import { readAccount, readOrganization, readWebhook } from "./publish.ts";
import { organizations, twilioAccounts, webhooks } from "./schema.ts";

/** Notes that an organization's lobby is in use, before it gets its first snapshot: from now on every change is published to it. */
export async function openLobby(db: Database, organizationId: string): Promise<void> {
  await db
    .update(organizations)
    .set({ publishedVersion: 1 })
    .where(and(eq(organizations.id, organizationId), eq(organizations.publishedVersion, 0)));
}

/** Says whether an organization's lobby is in use. */
export async function isLobbyOpen(db: Database, organizationId: string): Promise<boolean> {
  const { id, publishedVersion } = organizations;
  const where = and(eq(id, organizationId), gt(publishedVersion, 0));
  return (await db.select({ id }).from(organizations).where(where).get()) !== undefined;
}

/** Notes the version that a lobby has confirmed. */
export async function markLobby(db: Database, organizationId: string, version: number): Promise<void> {
  await db
    .update(organizations)
    .set({ publishedVersion: version })
    .where(and(eq(organizations.id, organizationId), lt(organizations.publishedVersion, version)));
}

/** Returns at most `limit` organizations whose lobbies are in use and behind the directory, by lot: those that cannot be published keep no other waiting for ever. */
export async function listLobbiesBehind(db: Database, limit: number): Promise<string[]> {
  const { id, version, publishedVersion } = organizations;
  const rows = await db
    .select({ id })
    .from(organizations)
    .where(and(gt(publishedVersion, 0), lt(publishedVersion, version)))
    .orderBy(sql`random()`)
    .limit(limit);
  return rows.map((row) => row.id);
}

/**
 * Returns the snapshot of an organization's lobby, null where it is not in use. A lobby is an object like a key's, named by the organization: it takes messages
 * to any number that no key holds, sends nothing, and tells the organization's own webhooks. The version is read first, as for a key.
 */
export async function readLobby(db: Database, organizationId: string): Promise<Snapshot | null> {
  const organization = await db.select().from(organizations).where(eq(organizations.id, organizationId)).get();
  if (organization === undefined || organization.publishedVersion === 0) return null;
  const [accountRows, webhookRows, addresses] = await Promise.all([
    db
      .select()
      .from(twilioAccounts)
      .where(eq(twilioAccounts.organizationId, organizationId))
      .orderBy(asc(twilioAccounts.createdAt)),
    db
      .select()
      .from(webhooks)
      .where(and(eq(webhooks.organizationId, organizationId), isNull(webhooks.apiKeyId)))
      .orderBy(asc(webhooks.createdAt), asc(webhooks.id)),
    readPublicUrls(db),
  ]);
  const { id, name, createdAt } = organization;
  const noCredentials = { apiKeySid: null, apiKeySecret: null, authToken: null, previousAuthToken: null };
  return {
    shape: snapshotShape,
    version: organization.version,
    organization: readOrganization(organization),
    apiKey: {
      id,
      name,
      hint: "",
      mode: "live",
      status: "active",
      createdAt,
      allowedCountries: null,
      dailyCap: null,
      shortenLinks: false,
      resendUnknown: false,
      shortNumber: 0,
    },
    secrets: [],
    protocol: null,
    selection: defaultSelection.twilio,
    numbers: [],
    accounts: accountRows.map((row) => ({ ...readAccount(row), ...noCredentials })),
    webhooks: webhookRows.map(readWebhook),
    addresses,
  };
}
