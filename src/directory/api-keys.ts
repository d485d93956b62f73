import { and, asc, eq, gt, isNull, lt, ne, or, sql } from "drizzle-orm";
import type { Fallback } from "../domain/line.ts";
import type { QuietHours } from "../domain/quiet-hours.ts";
import type { SendLimits } from "../domain/send-limits.ts";
import type { KeyMode, KeyStatus, Protocol, Selection } from "../domain/snapshot.ts";
import { countUpTo, type Database, type PageQuery, runTogether } from "./database.ts";
import { bumpKeys } from "./key-versions.ts";
import { apiKeySecrets, apiKeys, numbers, webhooks } from "./schema.ts";

export type ApiKey = {
  id: string;
  organizationId: string;
  name: string;
  mode: KeyMode;
  status: KeyStatus;
  hint: string;
  selection: Selection | null;
  allowedCountries: string[] | null;
  dailyCap: number | null;
  shortenLinks: boolean;
  resendUnknown: boolean;
  waitingLimitSeconds: number;
  moveWaiting: boolean;
  maySendTwice: boolean;
  fallback: Fallback | null;
  offlineLimitSeconds: number;
  splitLongTexts: boolean;
  quietHours: QuietHours | null;
  sendLimits: SendLimits | null;
  pausesItself: boolean;
  createdAt: number;
  revokedAt: number | null;
  version: number;
  publishedVersion: number;
};
/** A key with what its numbers say of it. */
export type ApiKeyView = ApiKey & { protocol: Protocol | null; numberCount: number };

/** Writes a new key with the hash of its token. */
export async function insertApiKey(
  db: Database,
  key: Pick<ApiKey, "id" | "organizationId" | "name" | "mode" | "hint" | "selection" | "createdAt">,
  token: { hash: string; madeUnder: string },
): Promise<void> {
  const shortNumber = sql<number>`(SELECT coalesce(max(short_number), 0) + 1 FROM api_keys)`;
  await runTogether(db, [
    db.insert(apiKeys).values({ ...key, status: "active", shortNumber }),
    db.insert(apiKeySecrets).values({ keyId: key.id, ...token, validUntil: null, createdAt: key.createdAt }),
  ]);
}

const keyView = {
  id: apiKeys.id,
  organizationId: apiKeys.organizationId,
  name: apiKeys.name,
  mode: apiKeys.mode,
  status: apiKeys.status,
  hint: apiKeys.hint,
  selection: apiKeys.selection,
  allowedCountries: apiKeys.allowedCountries,
  dailyCap: apiKeys.dailyCap,
  shortenLinks: apiKeys.shortenLinks,
  resendUnknown: apiKeys.resendUnknown,
  waitingLimitSeconds: apiKeys.waitingLimitSeconds,
  moveWaiting: apiKeys.moveWaiting,
  maySendTwice: apiKeys.maySendTwice,
  fallback: apiKeys.fallback,
  offlineLimitSeconds: apiKeys.offlineLimitSeconds,
  splitLongTexts: apiKeys.splitLongTexts,
  quietHours: apiKeys.quietHours,
  sendLimits: apiKeys.sendLimits,
  pausesItself: apiKeys.pausesItself,
  createdAt: apiKeys.createdAt,
  revokedAt: apiKeys.revokedAt,
  version: apiKeys.version,
  publishedVersion: apiKeys.publishedVersion,
  numberCount: sql<number>`(SELECT count(*) FROM ${numbers} WHERE ${numbers.apiKeyId} = ${apiKeys.id})`,
  protocol: sql<Protocol | null>`(SELECT min(${numbers.protocol}) FROM ${numbers} WHERE ${numbers.apiKeyId} = ${apiKeys.id})`,
};

/** Returns one key, or null. */
export async function findApiKey(db: Database, id: string): Promise<ApiKeyView | null> {
  return (await db.select(keyView).from(apiKeys).where(eq(apiKeys.id, id)).get()) ?? null;
}

/** Returns keys in use whose messages fall back to another key, at most `limit`: first those of which the other can carry nothing, then the oldest. */
export async function listFallingBack(db: Database, limit: number): Promise<ApiKeyView[]> {
  const where = and(ne(apiKeys.status, "revoked"), sql`${apiKeys.fallback} ->> '$.to' = 'api_key'`);
  const isCarried = sql`EXISTS (SELECT 1 FROM api_keys AS other JOIN numbers ON numbers.api_key_id = other.id
    WHERE other.id = ${apiKeys.fallback} ->> '$.apiKeyId' AND other.status = 'active' AND numbers.protocol = 'twilio')`;
  return db.select(keyView).from(apiKeys).where(where).orderBy(isCarried, asc(apiKeys.createdAt)).limit(limit);
}

/** Returns the id of the key with this short number, or null. */
export async function findKeyByShortNumber(db: Database, shortNumber: number): Promise<string | null> {
  const where = eq(apiKeys.shortNumber, shortNumber);
  return (await db.select({ id: apiKeys.id }).from(apiKeys).where(where).get())?.id ?? null;
}

export type KeySearch = { organizationId: string | null; q?: string | null; status?: KeyStatus | "living" | null };

/** SQLite folds ASCII letters only, so the name is also compared as it was typed. */
function matchesSearch({ organizationId, q = null, status = null }: KeySearch) {
  const named = or(
    sql`instr(lower(${apiKeys.name}), lower(${q})) > 0`,
    sql`instr(${apiKeys.name}, ${q}) > 0`,
    sql`${apiKeys.hint} = ${q}`,
    sql`${apiKeys.id} = ${q}`,
  );
  return and(
    organizationId === null ? undefined : eq(apiKeys.organizationId, organizationId),
    q === null ? undefined : named,
    status === "living" ? ne(apiKeys.status, "revoked") : status === null ? undefined : eq(apiKeys.status, status),
  );
}

/** Returns one page of keys, oldest first, and how many match; `q` is part of a name, or a whole hint or id. */
export async function listApiKeys(
  db: Database,
  query: PageQuery & KeySearch,
): Promise<{ keys: ApiKeyView[]; total: number }> {
  const where = matchesSearch(query);
  const [keys, [counted]] = await db.batch([
    db
      .select(keyView)
      .from(apiKeys)
      .where(where)
      .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id))
      .limit(query.limit)
      .offset(query.offset),
    countUpTo(db, apiKeys, where, query),
  ]);
  return { keys, total: counted?.total ?? 0 };
}

/** Changes a key that is not revoked and raises its version; answers whether it did. One statement decides and writes: of a change and a revocation at once, the revocation stands. */
export async function updateApiKey(
  db: Database,
  id: string,
  change: Partial<
    Pick<
      ApiKey,
      | "name"
      | "selection"
      | "allowedCountries"
      | "dailyCap"
      | "shortenLinks"
      | "resendUnknown"
      | "waitingLimitSeconds"
      | "moveWaiting"
      | "maySendTwice"
      | "fallback"
      | "offlineLimitSeconds"
      | "splitLongTexts"
      | "quietHours"
      | "sendLimits"
      | "pausesItself"
    > & {
      status: Exclude<KeyStatus, "revoked">;
    }
  >,
): Promise<boolean> {
  const changed = await db
    .update(apiKeys)
    .set({ ...change, version: sql`${apiKeys.version} + 1` })
    .where(and(eq(apiKeys.id, id), ne(apiKeys.status, "revoked")))
    .returning({ id: apiKeys.id });
  return changed.length === 1;
}

/** Ends a key for good: its numbers are free, its webhooks are disabled, and its pool is to learn of it. A repeat keeps the first time. */
export async function revokeApiKey(db: Database, id: string, now: number): Promise<void> {
  await runTogether(db, [
    db
      .update(apiKeys)
      .set({ status: "revoked", revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${now})` })
      .where(eq(apiKeys.id, id)),
    db.update(numbers).set({ apiKeyId: null, position: null }).where(eq(numbers.apiKeyId, id)),
    db
      .update(webhooks)
      .set({ disabledAt: now, disabledBecause: "key_revoked" })
      .where(and(eq(webhooks.apiKeyId, id), isNull(webhooks.disabledAt))),
    bumpKeys(db, [id]),
  ]);
}

/** Gives a key a new token; the ones before it hold until `previousValidUntil`. */
export async function rotateApiKey(
  db: Database,
  id: string,
  token: { hash: string; madeUnder: string; hint: string; now: number; previousValidUntil: number },
): Promise<void> {
  await runTogether(db, [
    db.delete(apiKeySecrets).where(and(eq(apiKeySecrets.keyId, id), lt(apiKeySecrets.validUntil, token.now))),
    db
      .update(apiKeySecrets)
      .set({ validUntil: token.previousValidUntil })
      .where(
        and(
          eq(apiKeySecrets.keyId, id),
          or(isNull(apiKeySecrets.validUntil), gt(apiKeySecrets.validUntil, token.previousValidUntil)),
        ),
      ),
    db.insert(apiKeySecrets).values({
      keyId: id,
      hash: token.hash,
      madeUnder: token.madeUnder,
      validUntil: null,
      createdAt: token.now,
    }),
    db.update(apiKeys).set({ hint: token.hint }).where(eq(apiKeys.id, id)),
    bumpKeys(db, [id]),
  ]);
}
