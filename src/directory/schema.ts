import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Caps, Fallback, MacFacts } from "../domain/line.ts";
import type { QuietHours } from "../domain/quiet-hours.ts";
import type { SendLimits } from "../domain/send-limits.ts";
import type {
  AccountKind,
  Capabilities,
  KeyMode,
  KeyStatus,
  NumberType,
  Protocol,
  Selection,
  SenderChannel,
  Sync,
  WebhookFormat,
  WebhookType,
} from "../domain/snapshot.ts";

/**
 * `version` rises with every change that the organization's lobby must learn; `publishedVersion` is the one it has confirmed, 0 for one that was never opened:
 * a lobby is opened by the first message to a number that no key holds.
 */
export const organizations = sqliteTable(
  "organizations",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    countryCode: text("country_code"),
    selection: text("selection", { mode: "json" }).$type<Record<Protocol, Selection>>().notNull(),
    /** How many days messages are kept; null: until they are deleted. */
    retentionDays: integer("retention_days"),
    /** Which numbers its sandbox account has: no two organizations have the same. */
    sandboxBlock: integer("sandbox_block").notNull(),
    version: integer("version").notNull().default(1),
    publishedVersion: integer("published_version").notNull().default(0),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("organizations_by_time").on(table.createdAt, table.id)],
);

/**
 * `version` rises with every change that the key's pool must learn; `publishedVersion` is the one it has confirmed.
 * `shortNumber` names the pool in a short link, where every character costs.
 */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    name: text("name").notNull(),
    mode: text("mode").$type<KeyMode>().notNull(),
    status: text("status").$type<KeyStatus>().notNull(),
    hint: text("hint").notNull(),
    selection: text("selection", { mode: "json" }).$type<Selection | null>(),
    allowedCountries: text("allowed_countries", { mode: "json" }).$type<string[] | null>(),
    dailyCap: integer("daily_cap"),
    shortenLinks: integer("shorten_links", { mode: "boolean" }).notNull().default(false),
    resendUnknown: integer("resend_unknown", { mode: "boolean" }).notNull().default(false),
    waitingLimitSeconds: integer("waiting_limit_seconds").notNull().default(86_400),
    moveWaiting: integer("move_waiting", { mode: "boolean" }).notNull().default(false),
    maySendTwice: integer("may_send_twice", { mode: "boolean" }).notNull().default(false),
    fallback: text("fallback", { mode: "json" }).$type<Fallback | null>(),
    offlineLimitSeconds: integer("offline_limit_seconds").notNull().default(86_400),
    splitLongTexts: integer("split_long_texts", { mode: "boolean" }).notNull().default(false),
    quietHours: text("quiet_hours", { mode: "json" }).$type<QuietHours | null>(),
    sendLimits: text("send_limits", { mode: "json" }).$type<SendLimits | null>(),
    pausesItself: integer("pauses_itself", { mode: "boolean" }).notNull().default(true),
    shortNumber: integer("short_number").notNull(),
    version: integer("version").notNull().default(1),
    publishedVersion: integer("published_version").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    revokedAt: integer("revoked_at"),
  },
  (table) => [
    index("api_keys_by_organization").on(table.organizationId, table.createdAt, table.id),
    index("api_keys_by_time").on(table.createdAt, table.id),
    uniqueIndex("api_keys_by_short_number").on(table.shortNumber),
  ],
);

/** One valid or formerly valid token of a key: only its SHA-256 is kept. */
export const apiKeySecrets = sqliteTable(
  "api_key_secrets",
  {
    keyId: text("key_id")
      .notNull()
      .references(() => apiKeys.id),
    hash: text("hash").notNull(),
    validUntil: integer("valid_until"),
    createdAt: integer("created_at").notNull(),
    /** The master key under which the token's checksum was made; null: made before that was noted. */
    madeUnder: text("made_under"),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.hash] })],
);

/** A master key since it was first seen as the newest one. */
export const masterKeys = sqliteTable("master_keys", {
  id: text("id").primaryKey(),
  newestSince: integer("newest_since").notNull(),
});

/** An account of a network: Twilio's, the sandbox's, or a Mac (`kind` `bluebubbles`), which has `url` and `password` and what it last said of itself. */
export const twilioAccounts = sqliteTable(
  "twilio_accounts",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    name: text("name").notNull(),
    accountSid: text("account_sid").notNull(),
    sandbox: integer("sandbox", { mode: "boolean" }).notNull().default(false),
    kind: text("kind").$type<AccountKind>().notNull().default("twilio"),
    url: text("url"),
    password: text("password"),
    mac: text("mac", { mode: "json" }).$type<MacFacts | null>(),
    apiKeySid: text("api_key_sid"),
    apiKeySecret: text("api_key_secret"),
    authToken: text("auth_token"),
    previousAuthToken: text("previous_auth_token"),
    previousValidUntil: integer("previous_valid_until"),
    region: text("region"),
    edge: text("edge"),
    messagingServiceSid: text("messaging_service_sid"),
    voiceForward: text("voice_forward"),
    sync: text("sync", { mode: "json" }).$type<Sync>().notNull(),
    status: text("status").$type<"connected" | "unhealthy">().notNull().default("connected"),
    statusReason: text("status_reason"),
    checkedAt: integer("checked_at").notNull().default(0),
    refusedSignatures: integer("refused_signatures").notNull().default(0),
    lastRefusedSignatureAt: integer("last_refused_signature_at"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("twilio_accounts_by_sid").on(table.organizationId, table.accountSid),
    index("twilio_accounts_by_organization").on(table.organizationId, table.createdAt, table.id),
    index("twilio_accounts_by_time").on(table.createdAt, table.id),
  ],
);

/** A Twilio number of which it is not known whether its webhooks lead here. SQLite allows no table's name in the terms of an index. */
export const halfImported = sql`webhook_ok IS NULL AND provider_id IS NOT NULL AND previous_webhooks IS NOT NULL`;

/** A sender. `address` is unique: a number never belongs to two keys. `previousWebhooks` is what stood at Twilio before the import. */
export const numbers = sqliteTable(
  "numbers",
  {
    address: text("address").primaryKey(),
    allocationId: text("allocation_id").notNull(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    accountId: text("account_id").references(() => twilioAccounts.id),
    protocol: text("protocol").$type<Protocol>().notNull(),
    channel: text("channel").$type<SenderChannel>().notNull(),
    providerId: text("provider_id"),
    friendlyName: text("friendly_name"),
    apiKeyId: text("api_key_id").references(() => apiKeys.id),
    position: integer("position"),
    weight: integer("weight").notNull().default(1),
    type: text("type").$type<NumberType>().notNull().default("dedicated"),
    messagesPerSecond: integer("messages_per_second"),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    capabilities: text("capabilities", { mode: "json" }).$type<Capabilities>().notNull(),
    messagingServiceSid: text("messaging_service_sid"),
    previousWebhooks: text("previous_webhooks", { mode: "json" }).$type<Record<string, string> | null>(),
    webhookOk: integer("webhook_ok", { mode: "boolean" }),
    /** The public address that its webhooks at the carrier were last seen to lead to. */
    webhookAddress: text("webhook_address"),
    caps: text("caps", { mode: "json" }).$type<Caps | null>(),
    /** A line's: the Mac's newest row when it last joined or left a pool. */
    lineMark: text("line_mark"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("numbers_by_key").on(table.apiKeyId, table.position),
    index("numbers_by_account").on(table.accountId),
    index("numbers_half_imported").on(table.address).where(halfImported),
  ],
);

export const webhooks = sqliteTable(
  "webhooks",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    apiKeyId: text("api_key_id").references(() => apiKeys.id),
    /** The key's id, or the organization's: a URL stands once for each. */
    owner: text("owner").notNull(),
    url: text("url").notNull(),
    type: text("type").$type<WebhookType>().notNull(),
    events: text("events", { mode: "json" }).$type<string[] | null>(),
    numbers: text("numbers", { mode: "json" }).$type<string[] | null>(),
    format: text("format").$type<WebhookFormat>().notNull().default("blooio"),
    eventName: text("event_name").notNull().default("campaign"),
    secret: text("secret").notNull(),
    previousSecret: text("previous_secret"),
    previousValidUntil: integer("previous_valid_until"),
    rotationCount: integer("rotation_count").notNull().default(0),
    validUntil: integer("valid_until").notNull().default(-1),
    deprecatedAt: integer("deprecated_at"),
    disabledAt: integer("disabled_at"),
    disabledBecause: text("disabled_because"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("webhooks_by_organization").on(table.organizationId, table.createdAt, table.id),
    index("webhooks_by_key").on(table.apiKeyId),
    index("webhooks_by_time").on(table.createdAt, table.id),
    uniqueIndex("webhooks_by_url").on(table.owner, table.url),
  ],
);

/** An inbound message to an imported number that no key holds: kept for seven days, handed over when the number is assigned. */
export const unclaimedInbound = sqliteTable(
  "unclaimed_inbound",
  {
    providerId: text("provider_id").primaryKey(),
    number: text("number").notNull(),
    body: text("body").notNull(),
    receivedAt: integer("received_at").notNull(),
  },
  (table) => [
    index("unclaimed_inbound_by_number").on(table.number, table.receivedAt, table.providerId),
    index("unclaimed_inbound_by_time").on(table.receivedAt),
  ],
);

/** A change of two places that has begun and not ended: where it is cut off, the watchdog asks for it again (`directory/begun.ts`). */
export const begun = sqliteTable(
  "begun",
  {
    kind: text("kind").$type<BegunKind>().notNull(),
    subject: text("subject").notNull(),
    detail: text("detail").notNull(),
    since: integer("since").notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.subject] })],
);

/** What may be begun. */
export type BegunKind = "release" | "disconnect" | "disconnect_mac" | "move" | "heed" | "repair";

/** Every address at which the world ever reached the gateway; the newest is in force. */
export const publicUrls = sqliteTable("public_urls", {
  url: text("url").primaryKey(),
  since: integer("since").notNull(),
});

/** How far an import has come: the last line that was taken, and whether it was the end. Its one row is named by when the export was made, which tells exports apart. */
export const importProgress = sqliteTable("import_progress", {
  exportedAt: integer("only").primaryKey(),
  line: integer("line").notNull(),
  done: integer("done", { mode: "boolean" }).notNull(),
});

/** A browser that is signed in to the dashboard: only the SHA-256 of its cookie is kept. `mark` stands for the admin token it was opened under. */
export const sessions = sqliteTable("sessions", {
  hash: text("hash").primaryKey(),
  mark: text("mark").notNull(),
  createdAt: integer("created_at").notNull(),
  seenAt: integer("seen_at").notNull(),
});

/** A sign-in link that was used: kept until it would have expired, so that it opens once. */
export const spentClaims = sqliteTable("spent_claims", {
  nonce: text("nonce").primaryKey(),
  expiresAt: integer("expires_at").notNull(),
});
