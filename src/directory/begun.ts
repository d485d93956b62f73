import { and, asc, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type BegunKind, begun } from "./schema.ts";

/** A change of two places that has begun: `subject` is what it changes, `detail` what else must be known to ask for it again. */
export type Work = { kind: BegunKind; subject: string; detail: string };
export type Begun = Work & { since: number };

/** Writes down that a change of two places begins; another of the same kind and subject that stands gives way. */
export async function begin(db: Database, { kind, subject, detail }: Work, now: number): Promise<void> {
  const since = sql`iif(${begun.detail} = excluded.detail, ${begun.since}, excluded.since)`;
  await db
    .insert(begun)
    .values({ kind, subject, detail, since: now })
    .onConflictDoUpdate({ target: [begun.kind, begun.subject], set: { detail, since } });
}

/** Strikes what has ended, unless it has given way to another. */
export async function strike(db: Database, work: Work): Promise<void> {
  await db.delete(begun).where(same(work));
}

/** Notes how far a change has come, unless it has given way to another, or was brought further already. */
export async function advance(db: Database, work: Work, detail: string): Promise<void> {
  await db.update(begun).set({ detail }).where(same(work));
}

function same({ kind, subject, detail }: Work) {
  return and(eq(begun.kind, kind), eq(begun.subject, subject), eq(begun.detail, detail));
}

/** Returns what of this kind has begun with a subject, or null. */
export async function findBegun(db: Database, kind: BegunKind, subject: string): Promise<Begun | null> {
  const where = and(eq(begun.kind, kind), eq(begun.subject, subject));
  return (await db.select().from(begun).where(where).get()) ?? null;
}

/** Returns at most `limit` changes that have begun and not ended, the oldest first. */
export function listBegun(db: Database, limit: number): Promise<Begun[]> {
  return db.select().from(begun).orderBy(asc(begun.since), asc(begun.kind), asc(begun.subject)).limit(limit);
}
