import { and, count, desc, eq, isNotNull, isNull, ne, sql } from "drizzle-orm";
import type { PublicAddresses } from "../domain/public-address.ts";
import { type Database, runTogether } from "./database.ts";
import { bumpEverything } from "./key-versions.ts";
import { numbers, publicUrls, twilioAccounts } from "./schema.ts";

/** Returns the address in force and all that ever were, newest first. */
export async function readPublicUrls(db: Database): Promise<PublicAddresses> {
  const rows = await db
    .select({ url: publicUrls.url })
    .from(publicUrls)
    .orderBy(desc(publicUrls.since), publicUrls.url);
  const [current = null, ...former] = rows.map(({ url }) => url);
  return { current, former };
}

/** A column of any query with all addresses in their order, so that they cost none of their own. */
export const addressesColumn = sql<string>`(SELECT json_group_array(url) FROM (SELECT url FROM public_urls ORDER BY since DESC, url))`;

/** Returns what `addressesColumn` holds. */
export function readAddressesColumn(column: string): PublicAddresses {
  const [current = null, ...former] = JSON.parse(column) as string[];
  return { current, former };
}

/**
 * Puts an address in force and raises every key and lobby: their pools must learn of it. Numbers that were set to the one before, as far as was ever looked at,
 * are noted as standing there.
 */
export async function savePublicUrl(db: Database, url: string, now: number, before: string | null): Promise<void> {
  const since = sql<number>`max(${now}, coalesce((SELECT max(since) + 1 FROM public_urls), 0))`;
  const standing = db
    .update(numbers)
    .set({ webhookAddress: before })
    .where(and(isNull(numbers.webhookAddress), eq(numbers.webhookOk, true)));
  await runTogether(db, [
    ...(before === null ? [] : [standing]),
    db.insert(publicUrls).values({ url, since }).onConflictDoUpdate({ target: publicUrls.url, set: { since } }),
    ...bumpEverything(db),
  ]);
}

export type NumberElsewhere = { address: string; accountId: string };

/** Returns imported numbers of real accounts whose webhooks were last seen at another address than this one, in the order of their addresses after `after`. */
export async function listNumbersElsewhere(
  db: Database,
  url: string,
  page: { after: string; limit: number },
): Promise<NumberElsewhere[]> {
  const rows = await db
    .select({ address: numbers.address, accountId: numbers.accountId })
    .from(numbers)
    .innerJoin(twilioAccounts, eq(twilioAccounts.id, numbers.accountId))
    .where(and(standsElsewhere(url), sql`${numbers.address} > ${page.after}`))
    .orderBy(numbers.address)
    .limit(page.limit);
  return rows.map(({ address, accountId }) => ({ address, accountId: accountId ?? "" }));
}

/** Returns how many numbers `listNumbersElsewhere` would list in all. */
export async function countNumbersElsewhere(db: Database, url: string): Promise<number> {
  const [row] = await db
    .select({ total: count() })
    .from(numbers)
    .innerJoin(twilioAccounts, eq(twilioAccounts.id, numbers.accountId))
    .where(standsElsewhere(url));
  return row?.total ?? 0;
}

function standsElsewhere(url: string) {
  return and(
    eq(twilioAccounts.sandbox, false),
    isNotNull(numbers.providerId),
    isNotNull(numbers.webhookAddress),
    ne(numbers.webhookAddress, url),
  );
}
