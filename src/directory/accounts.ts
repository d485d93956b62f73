import { and, asc, eq, exists, isNull, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { MacFacts } from "../domain/line.ts";
import type { PublicAddresses } from "../domain/public-address.ts";
import type { AccountKind, Sync } from "../domain/snapshot.ts";
import { countUpTo, type Database, type PageQuery, runTogether, type Statement } from "./database.ts";
import { bumpOrganization } from "./key-versions.ts";
import { addressesColumn, readAddressesColumn } from "./public-urls.ts";
import { numbers, twilioAccounts } from "./schema.ts";

const isTwilio = eq(twilioAccounts.kind, "twilio");

/** An account's row; its credentials are sealed with the row's id and the column's name. */
export type AccountRow = {
  id: string;
  organizationId: string;
  name: string;
  accountSid: string;
  sandbox: boolean;
  kind: AccountKind;
  url: string | null;
  password: string | null;
  mac: MacFacts | null;
  apiKeySid: string | null;
  apiKeySecret: string | null;
  authToken: string | null;
  previousAuthToken: string | null;
  previousValidUntil: number | null;
  region: string | null;
  edge: string | null;
  messagingServiceSid: string | null;
  voiceForward: string | null;
  sync: Sync;
  status: "connected" | "unhealthy";
  statusReason: string | null;
  checkedAt: number;
  /** Requests in Twilio's name that were refused since the credentials were last given. */
  refusedSignatures: number;
  lastRefusedSignatureAt: number | null;
  createdAt: number;
};

/** Returns the statement that writes an account and raises its organization's keys. */
export function insertAccount(db: Database, account: AccountRow): Statement[] {
  return [db.insert(twilioAccounts).values(account), ...bumpOrganization(db, account.organizationId)];
}

/** Returns one account, or null. */
export async function findAccount(db: Database, id: string): Promise<AccountRow | null> {
  return (await db.select().from(twilioAccounts).where(eq(twilioAccounts.id, id)).get()) ?? null;
}

/** What an account that is no Mac has of one. */
export const noMac = { kind: "twilio", url: null, password: null, mac: null } as const;

/** Returns one Twilio account, or null: the calls about them know no other. */
export async function findTwilioAccount(db: Database, id: string): Promise<AccountRow | null> {
  return (
    (await db
      .select()
      .from(twilioAccounts)
      .where(and(eq(twilioAccounts.id, id), isTwilio))
      .get()) ?? null
  );
}

/** Returns one Mac, or null. */
export async function findMac(db: Database, id: string): Promise<AccountRow | null> {
  const where = and(eq(twilioAccounts.id, id), eq(twilioAccounts.kind, "bluebubbles"));
  return (await db.select().from(twilioAccounts).where(where).get()) ?? null;
}

/** Returns the Mac of an organization at this URL, or null. */
export async function findMacAt(db: Database, organizationId: string, url: string): Promise<AccountRow | null> {
  const where = and(
    eq(twilioAccounts.organizationId, organizationId),
    eq(twilioAccounts.kind, "bluebubbles"),
    eq(twilioAccounts.url, url),
  );
  return (await db.select().from(twilioAccounts).where(where).get()) ?? null;
}

/** Returns one account, or null, and every address of ours for which it may sign. */
export async function findSigner(
  db: Database,
  id: string,
): Promise<{ account: AccountRow; addresses: PublicAddresses } | null> {
  const row = await db
    .select({ account: twilioAccounts, addresses: addressesColumn })
    .from(twilioAccounts)
    .where(and(eq(twilioAccounts.id, id), isTwilio))
    .get();
  return row === undefined ? null : { account: row.account, addresses: readAddressesColumn(row.addresses) };
}

/** Returns the account of an organization with this Account SID, or null. */
export async function findAccountBySid(
  db: Database,
  organizationId: string,
  accountSid: string,
): Promise<AccountRow | null> {
  const where = and(eq(twilioAccounts.organizationId, organizationId), eq(twilioAccounts.accountSid, accountSid));
  return (await db.select().from(twilioAccounts).where(where).get()) ?? null;
}

/** Says whether an account is connected through which messages reach people: any but the sandbox. */
export async function hasLiveAccount(db: Database): Promise<boolean> {
  const { id, sandbox } = twilioAccounts;
  return (await db.select({ id }).from(twilioAccounts).where(eq(sandbox, false)).limit(1).get()) !== undefined;
}

/** Returns one page of accounts, oldest first, and how many there are; `kind` is of a network (Twilio's has the sandboxes too), `shown` as a person tells them apart. */
export async function listAccounts(
  db: Database,
  query: PageQuery & {
    organizationId: string | null;
    kind?: AccountKind | null;
    shown?: AccountKind | "sandbox" | null;
  },
): Promise<{ accounts: AccountRow[]; total: number }> {
  const { organizationId, kind = null, shown = null } = query;
  const where = and(
    organizationId === null ? undefined : eq(twilioAccounts.organizationId, organizationId),
    kind === null ? undefined : eq(twilioAccounts.kind, kind),
    shown === null ? undefined : eq(twilioAccounts.kind, shown === "sandbox" ? "twilio" : shown),
    shown === null || shown === "bluebubbles" ? undefined : eq(twilioAccounts.sandbox, shown === "sandbox"),
  );
  const [accounts, [counted]] = await db.batch([
    db
      .select()
      .from(twilioAccounts)
      .where(where)
      .orderBy(asc(twilioAccounts.createdAt), asc(twilioAccounts.id))
      .limit(query.limit)
      .offset(query.offset),
    countUpTo(db, twilioAccounts, where, query),
  ]);
  return { accounts, total: counted?.total ?? 0 };
}

/** Returns accounts that were last looked at before the time for their status, longest ago first; a working one only if it has imported numbers. */
export async function listDueAccounts(
  db: Database,
  before: Record<AccountRow["status"], number>,
  limit: number,
): Promise<AccountRow[]> {
  const { status, checkedAt, id } = twilioAccounts;
  const hasNumbers = exists(db.select({ address: numbers.address }).from(numbers).where(eq(numbers.accountId, id)));
  const due = or(
    and(eq(status, "unhealthy"), lt(checkedAt, before.unhealthy)),
    and(eq(status, "connected"), lt(checkedAt, before.connected), hasNumbers),
  );
  const real = and(eq(twilioAccounts.sandbox, false), isTwilio);
  return db.select().from(twilioAccounts).where(and(real, due)).orderBy(asc(checkedAt)).limit(limit);
}

/** Returns Macs that were last looked at before the time for their state, longest ago first. */
export async function listDueMacs(
  db: Database,
  before: { amiss: number; well: number },
  limit: number,
): Promise<AccountRow[]> {
  const { status, checkedAt, kind, mac } = twilioAccounts;
  const isAmiss = or(
    eq(status, "unhealthy"),
    sql`${mac} ->> 'offline' IS NOT NULL`,
    sql`NOT (${mac} ->> 'helperConnected')`,
  );
  const due = or(lt(checkedAt, before.well), and(isAmiss, lt(checkedAt, before.amiss)));
  return db
    .select()
    .from(twilioAccounts)
    .where(and(eq(kind, "bluebubbles"), due))
    .orderBy(asc(checkedAt))
    .limit(limit);
}

/** Notes what a look at a Mac by this login found where its pools need not know. */
export async function noteMac(db: Database, seen: AccountRow, mac: MacFacts): Promise<void> {
  await db.update(twilioAccounts).set({ mac }).where(withLoginOf(seen));
}

/** What was found by a login says nothing of an account that was given another one meanwhile. */
function withLoginOf(seen: AccountRow): SQL | undefined {
  const parts = ["url", "password", "apiKeySid", "apiKeySecret", "authToken"] as const;
  return and(eq(twilioAccounts.id, seen.id), ...parts.map((part) => sql`${twilioAccounts[part]} IS ${seen[part]}`));
}

/** The longest time after which an account is looked at again by itself. */
const lookAgainMs = 60 * 60_000;

/** Has the watchdog look at an account in its next round: what is about to change at its provider may end half-way. */
export async function noteDue(db: Database, id: string, now: number): Promise<void> {
  await noteChecked(db, id, dueAt(now));
}

/** Returns when an account was last looked at, for one that is to be looked at in the next round. */
export function dueAt(now: number): number {
  return now - lookAgainMs - 1;
}

/** Returns sandbox accounts that the watchdog has not yet seen to be open. */
export async function listUnopenedSandboxes(db: Database, limit: number): Promise<AccountRow[]> {
  const { sandbox, checkedAt, id } = twilioAccounts;
  return db
    .select()
    .from(twilioAccounts)
    .where(and(eq(sandbox, true), isTwilio, eq(checkedAt, 0)))
    .orderBy(asc(id))
    .limit(limit);
}

/** Notes when an account was last looked at; its pools need not know. */
export async function noteChecked(db: Database, id: string, at: number): Promise<void> {
  await db.update(twilioAccounts).set({ checkedAt: at }).where(eq(twilioAccounts.id, id));
}

/** Adds refused signatures to an account's count, unless some were added later than `unlessSince`; says whether it did. */
export async function addRefusedSignatures(
  db: Database,
  id: string,
  refused: { count: number; at: number; unlessSince: number },
): Promise<boolean> {
  const { refusedSignatures, lastRefusedSignatureAt: lastAt } = twilioAccounts;
  const rests = or(isNull(lastAt), lte(lastAt, refused.unlessSince));
  const added = await db
    .update(twilioAccounts)
    .set({ refusedSignatures: sql`${refusedSignatures} + ${refused.count}`, lastRefusedSignatureAt: refused.at })
    .where(and(eq(twilioAccounts.id, id), rests))
    .returning({ id: twilioAccounts.id });
  return added.length > 0;
}

/** Changes an account and raises its organization's keys. */
export async function updateAccount(
  db: Database,
  account: Pick<AccountRow, "id" | "organizationId">,
  change: Partial<Omit<AccountRow, "id" | "organizationId" | "accountSid" | "createdAt">>,
): Promise<void> {
  const statements =
    Object.keys(change).length === 0
      ? []
      : [db.update(twilioAccounts).set(change).where(eq(twilioAccounts.id, account.id))];
  await runTogether(db, [...statements, ...bumpOrganization(db, account.organizationId)]);
}

/** Changes an account by what was found with the login of this row, unless it has another one now, and raises its organization's keys. */
export async function updateAccountAsSeen(
  db: Database,
  seen: AccountRow,
  change: Parameters<typeof updateAccount>[2],
): Promise<void> {
  const update = db.update(twilioAccounts).set(change).where(withLoginOf(seen));
  await runTogether(db, [update, ...bumpOrganization(db, seen.organizationId)]);
}

/** Removes an account with its numbers and raises its organization's keys. */
export async function deleteAccount(db: Database, account: Pick<AccountRow, "id" | "organizationId">): Promise<void> {
  await runTogether(db, [
    db.delete(numbers).where(eq(numbers.accountId, account.id)),
    db.delete(twilioAccounts).where(eq(twilioAccounts.id, account.id)),
    ...bumpOrganization(db, account.organizationId),
  ]);
}
