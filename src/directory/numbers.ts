import { and, asc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { Caps } from "../domain/line.ts";
import type { Capabilities, NumberType, Protocol, SenderChannel } from "../domain/snapshot.ts";
import type { AccountRow } from "./accounts.ts";
import { type Database, keptFor, runTogether, type Statement } from "./database.ts";
import { bumpKeys, bumpOrganization } from "./key-versions.ts";
import { begun, halfImported, numbers, twilioAccounts } from "./schema.ts";

export type NumberRow = {
  address: string;
  allocationId: string;
  organizationId: string;
  accountId: string | null;
  protocol: Protocol;
  channel: SenderChannel;
  providerId: string | null;
  friendlyName: string | null;
  apiKeyId: string | null;
  position: number | null;
  weight: number;
  type: NumberType;
  messagesPerSecond: number | null;
  isActive: boolean;
  capabilities: Capabilities;
  messagingServiceSid: string | null;
  previousWebhooks: Record<string, string> | null;
  webhookOk: boolean | null;
  webhookAddress: string | null;
  caps: Caps | null;
  lineMark: string | null;
  createdAt: number;
};

/** Writes an imported number; one that stands already keeps its place and its former webhooks. */
export async function saveNumber(db: Database, row: NumberRow): Promise<void> {
  const { friendlyName, capabilities, webhookOk, previousWebhooks, providerId } = row;
  const set = { friendlyName, capabilities, webhookOk, previousWebhooks, providerId };
  const saved = db.insert(numbers).values(row).onConflictDoUpdate({ target: numbers.address, set });
  await runTogether(db, [saved, ...bumpForLine(db, row)]);
}

/** Each key knows all lines of a Mac, so that a line that comes or goes raises every one. */
function bumpForLine(db: Database, { channel, organizationId }: Pick<NumberRow, "channel" | "organizationId">) {
  return channel === "imessage" ? bumpOrganization(db, organizationId) : [];
}

/** Returns one number, or null. */
export async function findNumber(db: Database, address: string): Promise<NumberRow | null> {
  return (await db.select().from(numbers).where(eq(numbers.address, address)).get()) ?? null;
}

export type NumberFilter = {
  apiKeyId?: string;
  accountId?: string;
  unassigned?: boolean;
  webhookOk?: boolean;
  addresses?: string[];
};

/** Returns every number that matches, pools in their order. */
export async function listNumbers(db: Database, filter: NumberFilter): Promise<NumberRow[]> {
  const conditions = [
    filter.apiKeyId === undefined ? undefined : eq(numbers.apiKeyId, filter.apiKeyId),
    filter.accountId === undefined ? undefined : eq(numbers.accountId, filter.accountId),
    filter.unassigned === true ? isNull(numbers.apiKeyId) : undefined,
    filter.webhookOk === undefined ? undefined : eq(numbers.webhookOk, filter.webhookOk),
    filter.addresses === undefined ? undefined : inArray(numbers.address, filter.addresses),
  ];
  return db
    .select()
    .from(numbers)
    .where(and(...conditions))
    .orderBy(asc(numbers.apiKeyId), asc(numbers.position), asc(numbers.createdAt), asc(numbers.address));
}

/** What an inbound webhook must know: of the account how it is synced, of the number whose it is, null where the account has no such number. */
export type InboundRoute = {
  account: Pick<AccountRow, "id" | "accountSid" | "organizationId" | "sync" | "voiceForward">;
  number: Pick<NumberRow, "organizationId" | "apiKeyId"> | null;
};

/** Returns who owns a number at an account, in one query; null where there is no such account. */
export async function findInboundRoute(db: Database, accountId: string, address: string): Promise<InboundRoute | null> {
  return (await routeQuery(db).get({ accountId, address })) ?? null;
}

/** Every inbound message asks it: its text is made once. */
const routeQuery = keptFor((db) =>
  db
    .select({
      account: {
        id: twilioAccounts.id,
        accountSid: twilioAccounts.accountSid,
        organizationId: twilioAccounts.organizationId,
        sync: twilioAccounts.sync,
        voiceForward: twilioAccounts.voiceForward,
      },
      number: { organizationId: numbers.organizationId, apiKeyId: numbers.apiKeyId },
    })
    .from(twilioAccounts)
    .leftJoin(numbers, and(eq(numbers.accountId, twilioAccounts.id), eq(numbers.address, sql.placeholder("address"))))
    .where(eq(twilioAccounts.id, sql.placeholder("accountId")))
    .prepare(),
);

/** Returns at most `limit` keys, after one, that hold numbers of an account. */
export async function listKeysOfAccount(
  db: Database,
  accountId: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectDistinct({ id: numbers.apiKeyId })
    .from(numbers)
    .where(and(eq(numbers.accountId, accountId), gt(numbers.apiKeyId, after)))
    .orderBy(asc(numbers.apiKeyId))
    .limit(limit);
  return rows.flatMap(({ id }) => id ?? []);
}

/** Notes whether a number's webhooks at the carrier are ours, and at which address they lead to us where that was seen; its pool need not know. */
export async function noteWebhooks(
  db: Database,
  address: string,
  seen: { ok: boolean; at: string | null },
): Promise<void> {
  const change = { webhookOk: seen.ok, ...(seen.at === null ? {} : { webhookAddress: seen.at }) };
  await db.update(numbers).set(change).where(eq(numbers.address, address));
}

/** Returns Twilio numbers of which it is not known whether their webhooks lead here: their import was cut off, or Twilio gave no clear answer. */
export async function listHalfImported(db: Database, limit: number): Promise<NumberRow[]> {
  return db.select().from(numbers).where(halfImported).orderBy(asc(numbers.address)).limit(limit);
}

/** Changes a number and raises the keys concerned. */
export async function updateNumber(
  db: Database,
  address: string,
  change: Partial<Omit<NumberRow, "address" | "organizationId" | "createdAt">>,
  keys: string[],
): Promise<void> {
  const statements: Statement[] =
    Object.keys(change).length === 0 ? [] : [db.update(numbers).set(change).where(eq(numbers.address, address))];
  await runTogether(db, [...statements, ...(keys.length === 0 ? [] : [bumpKeys(db, keys)])]);
}

/**
 * Puts a pool in this order, positions from 0 without gaps, and raises its key; answers false and changes nothing where the pool does not hold exactly these
 * numbers, or not in the order that the caller has seen. One statement looks and writes, so that of two orders at once each is whole.
 */
export async function orderPool(
  db: Database,
  keyId: string,
  addresses: readonly string[],
  seen: readonly string[] | null = null,
): Promise<boolean> {
  const order = JSON.stringify(addresses);
  const stands = sql`(SELECT json_group_array(kept.address ORDER BY kept.position, kept.created_at, kept.address) FROM numbers AS kept WHERE kept.api_key_id = ${keyId})`;
  const unmoved = seen === null ? undefined : sql`${stands} = json(${JSON.stringify(seen)})`;
  const held = sql`(SELECT count(*) FROM numbers AS held WHERE held.api_key_id = ${keyId})`;
  const named = sql`(SELECT count(*) FROM numbers AS named WHERE named.api_key_id = ${keyId} AND named.address IN (SELECT value FROM json_each(${order})))`;
  const ordered = db
    .update(numbers)
    .set({ position: sql`(SELECT key FROM json_each(${order}) WHERE value = numbers.address)` })
    .where(
      and(eq(numbers.apiKeyId, keyId), sql`${held} = ${addresses.length} AND ${named} = ${addresses.length}`, unmoved),
    )
    .returning({ address: numbers.address });
  const [rows] = await db.batch([ordered, bumpKeys(db, [keyId])]);
  return rows.length === addresses.length;
}

/**
 * Assigns a number that no pool holds at the end of the pool of a key that is not revoked and holds nothing of another protocol; returns whether it did.
 * One statement decides and writes, so that of two calls at once only one gets the number, and none mixes protocols.
 */
export async function assignNumber(
  db: Database,
  address: string,
  to: { keyId: string; protocol: Protocol },
  alsoConcerned: string[],
): Promise<boolean> {
  const assigned = db
    .update(numbers)
    .set({
      apiKeyId: to.keyId,
      position: sql`(SELECT coalesce(max(position), -1) + 1 FROM numbers AS others WHERE others.api_key_id = ${to.keyId})`,
    })
    .where(
      and(
        eq(numbers.address, address),
        isNull(numbers.apiKeyId),
        sql`EXISTS (SELECT 1 FROM api_keys WHERE id = ${to.keyId} AND status <> 'revoked')`,
        sql`NOT EXISTS (SELECT 1 FROM numbers AS others WHERE others.api_key_id = ${to.keyId} AND others.protocol <> ${to.protocol})`,
      ),
    )
    .returning({ address: numbers.address });
  const raised = bumpKeys(db, [to.keyId, ...alsoConcerned]);
  const [rows] = await db.batch([assigned, raised, heedAnew(db, address)]);
  return rows.length === 1;
}

/** A wish that not all pools of an account have heeded begins anew where one of its numbers comes to another: that one may stand before those that are told next. */
function heedAnew(db: Database, address: string) {
  const account = sql`(SELECT ${numbers.accountId} FROM ${numbers} WHERE ${numbers.address} = ${address})`;
  return db
    .update(begun)
    .set({ detail: sql`json_array(${begun.detail} ->> 0, '', ${address})` })
    .where(and(eq(begun.kind, "heed"), sql`instr(${begun.subject}, ${account} || ' ') = 1`));
}

/** Takes a number out of the pool that holds it and raises its key; answers false when that pool does not hold it any more. */
export async function detachNumber(db: Database, address: string, keyId: string): Promise<boolean> {
  const detached = db
    .update(numbers)
    .set({ apiKeyId: null, position: null })
    .where(and(eq(numbers.address, address), eq(numbers.apiKeyId, keyId)))
    .returning({ address: numbers.address });
  const [rows] = await db.batch([detached, bumpKeys(db, [keyId])]);
  return rows.length === 1;
}

/** Removes a number and raises the key that held it. */
export async function deleteNumber(
  db: Database,
  row: Pick<NumberRow, "address" | "apiKeyId" | "channel" | "organizationId">,
): Promise<void> {
  await runTogether(db, [
    db.delete(numbers).where(eq(numbers.address, row.address)),
    ...(row.apiKeyId === null ? [] : [bumpKeys(db, [row.apiKeyId])]),
    ...bumpForLine(db, row),
  ]);
}
