import { and, asc, eq, gt, inArray, isNull, or, sql } from "drizzle-orm";
import {
  type Account,
  type Capabilities,
  defaultSelection,
  type SenderNumber,
  type Snapshot,
  type Sync,
  snapshotShape,
  type Webhook,
} from "../domain/snapshot.ts";
import type { AccountRow } from "./accounts.ts";
import type { Database } from "./database.ts";
import type { NumberRow } from "./numbers.ts";
import { addressesColumn, readAddressesColumn } from "./public-urls.ts";
import { apiKeySecrets, apiKeys, numbers, organizations, twilioAccounts, webhooks } from "./schema.ts";
import type { WebhookRow } from "./webhooks.ts";

/** Returns all that a key's pool must know, or null when there is no such key. */
export async function readSnapshot(db: Database, keyId: string, now: number): Promise<Snapshot | null> {
  return (await readSnapshots(db, [keyId], now))[0] ?? null;
}

type Found = {
  key: typeof apiKeys.$inferSelect;
  organization: typeof organizations.$inferSelect;
  addresses: string;
};
type Known = Awaited<ReturnType<typeof readKnown>>;

/**
 * Returns what the pools of these keys must know, in five queries however many keys there are. The versions are read first: what is read after them can only
 * be newer, so a change that slips in between is published again under its own version.
 */
export async function readSnapshots(db: Database, keyIds: readonly string[], now: number): Promise<Snapshot[]> {
  const found = await db
    .select({ key: apiKeys, organization: organizations, addresses: addressesColumn })
    .from(apiKeys)
    .innerJoin(organizations, eq(organizations.id, apiKeys.organizationId))
    .where(inArray(apiKeys.id, given(keyIds)));
  if (found.length === 0) return [];
  const known = await readKnown(db, found, now);
  return found.map((one) => composeSnapshot(one, known));
}

/** A list of any length is one parameter. */
function given(ids: readonly string[]) {
  return sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

async function readKnown(db: Database, found: readonly Found[], now: number) {
  const keys = given(found.map(({ key }) => key.id));
  const owners = given([...new Set(found.map(({ organization }) => organization.id))]);
  const macs = sql`(SELECT id FROM twilio_accounts WHERE kind = 'bluebubbles' AND organization_id IN ${owners})`;
  const isValid = or(isNull(apiKeySecrets.validUntil), gt(apiKeySecrets.validUntil, now));
  const [secrets, numberRows, accountRows, webhookRows] = await Promise.all([
    db
      .select()
      .from(apiKeySecrets)
      .where(and(inArray(apiKeySecrets.keyId, keys), isValid)),
    db
      .select()
      .from(numbers)
      .where(or(inArray(numbers.apiKeyId, keys), inArray(numbers.accountId, macs)))
      .orderBy(asc(numbers.position), asc(numbers.createdAt), asc(numbers.address)),
    db
      .select()
      .from(twilioAccounts)
      .where(inArray(twilioAccounts.organizationId, owners))
      .orderBy(asc(twilioAccounts.createdAt)),
    db
      .select()
      .from(webhooks)
      .where(
        and(inArray(webhooks.organizationId, owners), or(isNull(webhooks.apiKeyId), inArray(webhooks.apiKeyId, keys))),
      )
      .orderBy(asc(webhooks.createdAt), asc(webhooks.id)),
  ]);
  return {
    secrets: Map.groupBy(secrets, (row) => row.keyId),
    numbers: Map.groupBy(numberRows, (row) => row.apiKeyId),
    lines: Map.groupBy(numberRows, (row) => row.accountId),
    accounts: Map.groupBy(accountRows, (row) => row.organizationId),
    webhooks: Map.groupBy(webhookRows, (row) => row.organizationId),
  };
}

/** A revoked key has no token and tells its own webhooks nothing more; what is under way is told to its organization's. */
function composeSnapshot({ key, organization, addresses }: Found, known: Known): Snapshot {
  const isRevoked = key.status === "revoked";
  const numberRows = known.numbers.get(key.id) ?? [];
  const accountRows = known.accounts.get(organization.id) ?? [];
  const webhookRows = known.webhooks.get(organization.id) ?? [];
  const protocol = numberRows[0]?.protocol ?? null;
  const secrets = isRevoked ? [] : (known.secrets.get(key.id) ?? []);
  return {
    shape: snapshotShape,
    version: key.version,
    organization: readOrganization(organization),
    apiKey: {
      id: key.id,
      name: key.name,
      hint: key.hint,
      mode: key.mode,
      status: key.status,
      createdAt: key.createdAt,
      allowedCountries: key.allowedCountries,
      dailyCap: key.dailyCap,
      shortenLinks: key.shortenLinks,
      resendUnknown: key.resendUnknown,
      waitingLimitSeconds: key.waitingLimitSeconds,
      moveWaiting: key.moveWaiting,
      maySendTwice: key.maySendTwice,
      fallback: key.fallback,
      offlineLimitSeconds: key.offlineLimitSeconds,
      splitLongTexts: key.splitLongTexts,
      quietHours: key.quietHours,
      sendLimits: key.sendLimits,
      pausesItself: key.pausesItself,
      shortNumber: key.shortNumber,
    },
    secrets: secrets.map(({ hash, validUntil }) => ({ hash, validUntil })),
    protocol,
    selection: key.selection ?? organization.selection[protocol ?? "twilio"] ?? defaultSelection[protocol ?? "twilio"],
    numbers: numberRows.map((row) => readNumber(row, syncOf(accountRows, row))),
    accounts: accountRows.map((row) => withLines(readAccount(row), known.lines.get(row.id), key.maySendTwice)),
    webhooks: webhookRows
      .filter((row) => row.apiKeyId === null || (row.apiKeyId === key.id && !isRevoked))
      .map(readWebhook),
    addresses: readAddressesColumn(addresses),
  };
}

/** Every key knows all lines of a Mac in one order: what names none of them is the first one's, and no two keys take it. */
function withLines(account: Account, numbers: readonly NumberRow[] = [], mayUseAppleScript: boolean): Account {
  if (account.kind !== "bluebubbles") return account;
  return { ...account, lines: numbers.map(({ address }) => address).sort(), mayUseAppleScript };
}

/** Returns an organization's row as pools know it. */
export function readOrganization(row: Found["organization"]): Snapshot["organization"] {
  const { id, name, countryCode, retentionDays, createdAt } = row;
  return { id, name, countryCode, retentionDays, createdAt };
}

function syncOf(accounts: AccountRow[], number: NumberRow): Sync | null {
  return accounts.find((account) => account.id === number.accountId)?.sync ?? null;
}

/** A number can do through its account what it can do at the carrier, less what the account's sync settings leave out. */
function limitCapabilities({ capabilities: able, channel }: NumberRow, sync: Sync | null): Capabilities {
  if (sync === null) return able;
  const sends = sync.direction !== "inbound";
  const sms = sends && sync.channels.includes("sms");
  const whatsapp = sends && sync.channels.includes("whatsapp");
  return {
    ...able,
    sms: able.sms && sms,
    mms: able.mms && (channel === "whatsapp" ? whatsapp : sms),
    whatsapp: able.whatsapp && whatsapp,
    ...(able.rcs === true ? { rcs: sms } : {}),
  };
}

function readNumber(row: NumberRow, sync: Sync | null): SenderNumber {
  return {
    address: row.address,
    allocationId: row.allocationId,
    channel: row.channel,
    accountId: row.accountId ?? "",
    type: row.type,
    weight: row.weight,
    messagesPerSecond: row.messagesPerSecond,
    isActive: row.isActive,
    capabilities: limitCapabilities(row, sync),
    messagingServiceSid: row.messagingServiceSid,
    since: row.createdAt,
    ...(row.channel === "imessage" ? { caps: row.caps, lineMark: row.lineMark } : {}),
  };
}

/** Returns an account's row as pools and flows know it. */
export function readAccount(row: AccountRow): Account {
  return {
    id: row.id,
    accountSid: row.accountSid,
    sandbox: row.sandbox,
    region: row.region,
    edge: row.edge,
    apiKeySid: row.apiKeySid,
    apiKeySecret: row.apiKeySecret,
    authToken: row.authToken,
    previousAuthToken:
      row.previousAuthToken === null || row.previousValidUntil === null
        ? null
        : { sealed: row.previousAuthToken, validUntil: row.previousValidUntil },
    messagingServiceSid: row.messagingServiceSid,
    sync: row.sync,
    refused: row.status === "unhealthy",
    // The code stands in Twilio's words.
    ...(row.status === "unhealthy" && /\b20005\b/.test(row.statusReason ?? "") ? { inactive: true as const } : {}),
    ...(row.kind === "twilio" ? {} : { kind: row.kind, url: row.url, password: row.password, mac: row.mac }),
  };
}

/** Returns a webhook's row as pools know it. */
export function readWebhook(row: WebhookRow): Webhook {
  const former =
    row.previousSecret === null ? [] : [{ sealed: row.previousSecret, validUntil: row.previousValidUntil }];
  return {
    id: row.id,
    url: row.url,
    type: row.type,
    events: row.events,
    numbers: row.numbers,
    format: row.format,
    eventName: row.eventName,
    scope: row.apiKeyId === null ? "organization" : "api_key",
    createdAt: row.createdAt,
    deprecatedAt: row.deprecatedAt,
    disabledAt: row.disabledAt,
    disabledBecause: row.disabledBecause,
    validUntil: row.validUntil,
    secrets: [{ sealed: row.secret, validUntil: null }, ...former],
  };
}
