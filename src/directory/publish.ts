import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import {
  type Account,
  type Capabilities,
  defaultSelection,
  type SenderNumber,
  type Snapshot,
  type Sync,
  type Webhook,
} from "../domain/snapshot.ts";
import type { AccountRow } from "./accounts.ts";
import type { Database } from "./database.ts";
import { listNumbers, type NumberRow } from "./numbers.ts";
import { apiKeySecrets, apiKeys, organizations, twilioAccounts } from "./schema.ts";
import { listWebhooksOfPool, type WebhookRow } from "./webhooks.ts";

/**
 * Returns all that a key's pool must know, or null when there is no such key. The version is read first: what is read after it can only be newer,
 * so a change that slips in between is published again under its own version.
 */
export async function readSnapshot(db: Database, keyId: string, now: number): Promise<Snapshot | null> {
  const found = await db
    .select({ key: apiKeys, organization: organizations })
    .from(apiKeys)
    .innerJoin(organizations, eq(organizations.id, apiKeys.organizationId))
    .where(eq(apiKeys.id, keyId))
    .get();
  if (found === undefined) return null;
  const { key, organization } = found;
  const [secrets, numberRows, accountRows, webhookRows] = await Promise.all([
    db
      .select({ hash: apiKeySecrets.hash, validUntil: apiKeySecrets.validUntil })
      .from(apiKeySecrets)
      .where(
        and(eq(apiKeySecrets.keyId, keyId), or(isNull(apiKeySecrets.validUntil), gt(apiKeySecrets.validUntil, now))),
      ),
    listNumbers(db, { apiKeyId: keyId }),
    db
      .select()
      .from(twilioAccounts)
      .where(eq(twilioAccounts.organizationId, organization.id))
      .orderBy(asc(twilioAccounts.createdAt)),
    listWebhooksOfPool(db, organization.id, keyId),
  ]);
  const protocol = numberRows[0]?.protocol ?? null;
  return {
    version: key.version,
    organization: {
      id: organization.id,
      name: organization.name,
      countryCode: organization.countryCode,
      createdAt: organization.createdAt,
    },
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
      shortNumber: key.shortNumber,
    },
    secrets: key.status === "revoked" ? [] : secrets,
    protocol,
    selection: key.selection ?? organization.selection[protocol ?? "twilio"] ?? defaultSelection[protocol ?? "twilio"],
    numbers: numberRows.map((row) => readNumber(row, syncOf(accountRows, row))),
    accounts: accountRows.map(readAccount),
    webhooks: webhookRows.map(readWebhook),
  };
}

/** Returns the snapshot of an organization's lobby: what its webhooks must hear of messages to a number that no key holds; null without an organization. */
export async function readLobby(db: Database, number: NumberRow, now: number): Promise<Snapshot | null> {
  const { organizationId } = number;
  const organization = await db.select().from(organizations).where(eq(organizations.id, organizationId)).get();
  if (organization === undefined) return null;
  const { id, name, countryCode, createdAt } = organization;
  const webhookRows = await listWebhooksOfPool(db, id, "");
  return {
    version: now,
    organization: { id, name, countryCode, createdAt },
    apiKey: {
      id,
      name,
      hint: "",
      mode: "live",
      status: "active",
      createdAt,
      allowedCountries: null,
      dailyCap: null,
      shortenLinks: false,
      resendUnknown: false,
      shortNumber: 0,
    },
    secrets: [],
    protocol: number.protocol,
    selection: defaultSelection[number.protocol],
    numbers: [readNumber(number, null)],
    accounts: [],
    webhooks: webhookRows.map(readWebhook),
  };
}

function syncOf(accounts: AccountRow[], number: NumberRow): Sync | null {
  return accounts.find((account) => account.id === number.accountId)?.sync ?? null;
}

/** A number can do through its account what it can do at the carrier, less what the account's sync settings leave out. */
function limitCapabilities(able: Capabilities, sync: Sync | null): Capabilities {
  if (sync === null) return able;
  const sends = sync.direction !== "inbound";
  const sms = sends && sync.channels.includes("sms");
  const whatsapp = sends && sync.channels.includes("whatsapp");
  return { ...able, sms: able.sms && sms, mms: able.mms && (sms || whatsapp), whatsapp: able.whatsapp && whatsapp };
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
    capabilities: limitCapabilities(row.capabilities, sync),
    messagingServiceSid: row.messagingServiceSid,
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
    validUntil: row.validUntil,
    secrets: [{ sealed: row.secret, validUntil: null }, ...former],
  };
}
