import { and, asc, eq, inArray, lt, notInArray, sql } from "drizzle-orm";
import type { InboundMessage } from "../domain/calls/inbound.ts";
import type { Database } from "./database.ts";
import { begun, unclaimedInbound } from "./schema.ts";

/** How long an inbound message to a number that no key holds is kept (product.md, "Twilio"). */
export const unclaimedKeptMs = 7 * 24 * 60 * 60 * 1000;

/** Keeps an inbound message until its number is assigned; a repeat is a no-op. */
export async function keepUnclaimed(db: Database, message: InboundMessage, receivedAt: number): Promise<void> {
  await db
    .insert(unclaimedInbound)
    .values({ providerId: message.providerId, number: message.to, body: JSON.stringify(message), receivedAt })
    .onConflictDoNothing();
}

/** What came in by an account of the organization that has the number now: a number that changed hands brings no messages of its former owner. */
const belongs = sql`${unclaimedInbound.body} ->> 'accountId' IN (SELECT twilio_accounts.id FROM twilio_accounts
  JOIN numbers ON numbers.organization_id = twilio_accounts.organization_id WHERE numbers.address = ${unclaimedInbound.number})`;

/** Returns at most `limit` of what was kept for a number and belongs to its organization, oldest first and behind `last`, each with when it came in. */
export async function listUnclaimed(
  db: Database,
  number: string,
  limit: number,
  last?: InboundMessage,
): Promise<InboundMessage[]> {
  const place = sql`(${unclaimedInbound.receivedAt}, ${unclaimedInbound.providerId})`;
  const behind = last && sql`${place} > (${last.receivedAt}, ${last.providerId})`;
  const rows = await db
    .select({ body: unclaimedInbound.body, receivedAt: unclaimedInbound.receivedAt })
    .from(unclaimedInbound)
    .where(and(eq(unclaimedInbound.number, number), belongs, behind))
    .orderBy(asc(unclaimedInbound.receivedAt), asc(unclaimedInbound.providerId))
    .limit(limit);
  return rows.map(({ body, receivedAt }) => ({ ...(JSON.parse(body) as InboundMessage), receivedAt }));
}

/** Returns one message that was kept, with when it came in, or null. */
export async function findUnclaimed(db: Database, providerId: string): Promise<InboundMessage | null> {
  const { body, receivedAt, providerId: id } = unclaimedInbound;
  const row = await db.select({ body, receivedAt }).from(unclaimedInbound).where(eq(id, providerId)).get();
  return row === undefined ? null : { ...(JSON.parse(row.body) as InboundMessage), receivedAt: row.receivedAt };
}

/** A number that has a key while messages of it are still unclaimed: they are to be handed over. */
export type HandOver = { number: string; keyId: string };

/** Returns at most `limit` numbers whose messages are to be handed over; the index is entered once per number, however many messages there are. */
export function listHandOvers(db: Database, limit: number): Promise<HandOver[]> {
  return db.all<HandOver>(
    sql`WITH RECURSIVE heads (number) AS (
          SELECT min(number) FROM unclaimed_inbound
          UNION ALL SELECT (SELECT min(number) FROM unclaimed_inbound WHERE unclaimed_inbound.number > heads.number) FROM heads WHERE heads.number IS NOT NULL
        )
        SELECT numbers.address AS number, numbers.api_key_id AS keyId FROM heads JOIN numbers ON numbers.address = heads.number
        WHERE numbers.api_key_id IS NOT NULL ORDER BY numbers.address LIMIT ${limit}`,
  );
}

/** Forgets messages that were handed over, except wishes that some pools have not heeded yet; returns how many it forgot. */
export async function forgetUnclaimed(db: Database, providerIds: string[]): Promise<number> {
  const { providerId } = unclaimedInbound;
  const given = sql`(SELECT value FROM json_each(${JSON.stringify(providerIds)}))`;
  const heeded = sql`(SELECT ${begun.detail} ->> 0 FROM ${begun} WHERE ${begun.kind} = 'heed')`;
  const where = and(inArray(providerId, given), notInArray(providerId, heeded));
  return (await db.delete(unclaimedInbound).where(where).returning({ providerId })).length;
}

/** Forgets at most `limit` messages that are older than seven days, the oldest first; returns how many it forgot. */
export async function forgetOldUnclaimed(db: Database, now: number, limit: number): Promise<number> {
  const { providerId, receivedAt } = unclaimedInbound;
  const old = db
    .select({ providerId })
    .from(unclaimedInbound)
    .where(lt(receivedAt, now - unclaimedKeptMs))
    .orderBy(asc(receivedAt))
    .limit(limit);
  const forgotten = await db.delete(unclaimedInbound).where(inArray(providerId, old)).returning({ providerId });
  return forgotten.length;
}
