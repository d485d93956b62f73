import { asc, eq, sql } from "drizzle-orm";
import type { Protocol, Selection } from "../domain/snapshot.ts";
import { countUpTo, type Database, type PageQuery, runTogether, type Statement } from "./database.ts";
import { bumpOrganization } from "./key-versions.ts";
import { organizations } from "./schema.ts";

export type Organization = {
  id: string;
  name: string;
  countryCode: string | null;
  selection: Record<Protocol, Selection>;
  retentionDays: number | null;
  createdAt: number;
};

/** Writes a new organization together with what belongs to it from the start, and returns the block of its sandbox's numbers: one that no other has. */
export async function insertOrganization(
  db: Database,
  organization: Organization,
  alongside: Statement[] = [],
): Promise<number> {
  const sandboxBlock = sql<number>`(SELECT coalesce(max(sandbox_block) + 1, 0) FROM organizations)`;
  await runTogether(db, [db.insert(organizations).values({ ...organization, sandboxBlock }), ...alongside]);
  const written = await db
    .select({ block: organizations.sandboxBlock })
    .from(organizations)
    .where(eq(organizations.id, organization.id))
    .get();
  return written?.block ?? 0;
}

/** Returns one organization, or null. */
export async function findOrganization(db: Database, id: string): Promise<Organization | null> {
  return (await db.select().from(organizations).where(eq(organizations.id, id)).get()) ?? null;
}

/** Returns the block of an organization's sandbox numbers. */
export async function readSandboxBlock(db: Database, id: string): Promise<number> {
  const { sandboxBlock: block } = organizations;
  return (await db.select({ block }).from(organizations).where(eq(organizations.id, id)).get())?.block ?? 0;
}

/** Returns one page of organizations, oldest first, and how many there are. */
export async function listOrganizations(
  db: Database,
  page: PageQuery,
): Promise<{ organizations: Organization[]; total: number }> {
  const [rows, [counted]] = await db.batch([
    db
      .select()
      .from(organizations)
      .orderBy(asc(organizations.createdAt), asc(organizations.id))
      .limit(page.limit)
      .offset(page.offset),
    countUpTo(db, organizations, undefined, page),
  ]);
  return { organizations: rows, total: counted?.total ?? 0 };
}

/** Changes an organization and raises the version of every key of it. */
export async function updateOrganization(
  db: Database,
  id: string,
  change: Partial<Pick<Organization, "name" | "countryCode" | "selection" | "retentionDays">>,
): Promise<void> {
  const statements =
    Object.keys(change).length === 0 ? [] : [db.update(organizations).set(change).where(eq(organizations.id, id))];
  await runTogether(db, [...statements, ...bumpOrganization(db, id)]);
}
