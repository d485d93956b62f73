import { and, count, desc, eq, gt, lt } from "drizzle-orm";
import type { Session } from "../domain/session.ts";
import type { Database, PageQuery } from "./database.ts";
import { sessions, spentClaims } from "./schema.ts";

/** Keeps a session that was opened. */
export async function insertSession(db: Database, session: Session): Promise<void> {
  await db.insert(sessions).values(session);
}

/** Returns the session of a cookie's hash. */
export async function findSession(db: Database, hash: string): Promise<Session | undefined> {
  return db.select().from(sessions).where(eq(sessions.hash, hash)).get();
}

/** Which sessions open: opened under the admin token that the mark stands for, and not before these times. */
export type Alive = { mark: string; seenAfter: number; createdAfter: number };

/** Returns one page of the sessions that open, the last used first, and how many there are. */
export async function listSessions(
  db: Database,
  alive: Alive,
  page: PageQuery,
): Promise<{ sessions: Session[]; total: number }> {
  const opens = and(
    eq(sessions.mark, alive.mark),
    gt(sessions.seenAt, alive.seenAfter),
    gt(sessions.createdAt, alive.createdAfter),
  );
  const newest = [desc(sessions.seenAt), desc(sessions.createdAt), desc(sessions.hash)];
  const [rows, [counted]] = await db.batch([
    db
      .select()
      .from(sessions)
      .where(opens)
      .orderBy(...newest)
      .limit(page.limit)
      .offset(page.offset),
    db.select({ total: count() }).from(sessions).where(opens),
  ]);
  return { sessions: rows, total: counted?.total ?? 0 };
}

/** Notes that a session was used. */
export async function markSessionSeen(db: Database, hash: string, seenAt: number): Promise<void> {
  await db.update(sessions).set({ seenAt }).where(eq(sessions.hash, hash));
}

/** Ends one session. */
export async function deleteSession(db: Database, hash: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.hash, hash));
}

/** Ends every session. */
export async function deleteAllSessions(db: Database): Promise<void> {
  await db.delete(sessions);
}

/** Spends a claim's nonce; false where it was spent before. */
export async function spendClaim(db: Database, nonce: string, expiresAt: number): Promise<boolean> {
  const spent = await db.insert(spentClaims).values({ nonce, expiresAt }).onConflictDoNothing().returning();
  return spent.length === 1;
}

/** Forgets sessions last seen before a time, and claims that have expired. */
export async function forgetOldSessions(db: Database, seenBefore: number, now: number): Promise<void> {
  await db.batch([
    db.delete(sessions).where(lt(sessions.seenAt, seenBefore)),
    db.delete(spentClaims).where(lt(spentClaims.expiresAt, now)),
  ]);
}
