import { asc, eq, inArray, lt } from "drizzle-orm";
import type { InboundMessage } from "../domain/pool-calls.ts";
import type { Database } from "./database.ts";
import { unclaimedInbound } from "./schema.ts";

/** How long an inbound message to a number that no key holds is kept (product.md, "Twilio"). */
export const unclaimedKeptMs = 7 * 24 * 60 * 60 * 1000;

/** Keeps an inbound message until its number is assigned; a repeat is a no-op. */
export async function keepUnclaimed(db: Database, message: InboundMessage, receivedAt: number): Promise<void> {
  await db
    .insert(unclaimedInbound)
    .values({ providerId: message.providerId, number: message.to, body: JSON.stringify(message), receivedAt })
    .onConflictDoNothing();
}

/** Returns what was kept for a number and is not too old, oldest first. */
export async function listUnclaimed(db: Database, number: string): Promise<InboundMessage[]> {
  const rows = await db
    .select({ body: unclaimedInbound.body })
    .from(unclaimedInbound)
    .where(eq(unclaimedInbound.number, number))
    .orderBy(asc(unclaimedInbound.receivedAt), asc(unclaimedInbound.providerId))
    .limit(1000);
  return rows.map((row) => JSON.parse(row.body) as InboundMessage);
}

/** Forgets messages that were handed over. */
export async function forgetUnclaimed(db: Database, providerIds: string[]): Promise<void> {
  for (let start = 0; start < providerIds.length; start += 50) {
    await db.delete(unclaimedInbound).where(inArray(unclaimedInbound.providerId, providerIds.slice(start, start + 50)));
  }
}

/** Forgets what is older than seven days. */
export async function forgetOldUnclaimed(db: Database, now: number): Promise<void> {
  await db.delete(unclaimedInbound).where(lt(unclaimedInbound.receivedAt, now - unclaimedKeptMs));
}
