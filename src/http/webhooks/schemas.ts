import * as z from "zod";
import { eventNames } from "../../domain/event.ts";
import { readPhoneNumber } from "../../domain/phone.ts";
import { looksLikeSeconds } from "../../domain/send-time.ts";
import { coded } from "../complaint.ts";
import { protocol, timestamp } from "../shapes/fields.ts";

export const webhookType = z.enum(["message", "status", "all"]);
const scope = z.enum(["api_key", "organization"]);
const webhookFormat = z.enum(["blooio", "campaign", "v4"]);
const eventPattern = z.string().refine(isEventPattern, {
  error: `must be one of ${eventNames.join(", ")}, or a wildcard: *, ${[...new Set(eventNames.map(familyOf))].join(", ")}.`,
});

function isEventPattern(pattern: string): boolean {
  return (
    pattern === "*" ||
    pattern === "message.status" ||
    eventNames.some((name) => name === pattern || familyOf(name) === pattern)
  );
}

function familyOf(name: string): string {
  return `${name.split(".")[0]}.*`;
}

/** A number of ours as events name it; other writings of it are brought into that form, since a filter compares letter by letter. */
const ownNumber = z
  .string()
  .min(1)
  .max(64)
  .refine((raw) => readPhoneNumber(raw, null, true).ok, {
    error: "must be one of your numbers in E.164 form, for example +15551234567.",
  })
  .transform((raw) => {
    const read = readPhoneNumber(raw, null, true);
    return read.ok ? read.value.address : raw;
  });

const isNoSeconds = (time: number | null | undefined) => time == null || time < 1 || !looksLikeSeconds(time);
const secondsMeant = {
  error: (issue: { input?: unknown }) =>
    `looks like epoch seconds: it wants milliseconds. Did you mean ${Number(issue.input) * 1000}?`,
};

/** What a webhook may be told beside the contract's fields; the same for a key's and an organization's. */
const options = {
  events: z
    .array(eventPattern)
    .max(50)
    .nullish()
    .meta({ description: "Exact names or wildcards; beats `webhook_type`." }),
  numbers: z.array(ownNumber).max(1000).nullish().meta({ description: "Only events of these numbers." }),
  format: webhookFormat
    .optional()
    .meta({ description: "`blooio` (default), the Bloomreach `campaign` event, or `v4`'s envelope." }),
  event_name: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: "The campaign format's event name; `campaign` by default." }),
};

/** The body fields that create a webhook. */
export const webhookCreation = {
  // What a URL may be depends on settings, so it is judged behind the schema.
  webhook_url: z.string().meta({ format: "uri", maxLength: 2048 }),
  webhook_type: webhookType.default("message"),
  valid_until: z
    .int()
    .min(-1)
    .refine(isNoSeconds, secondsMeant)
    .default(-1)
    .meta({ format: "int64", description: "Epoch milliseconds; -1 never ends." }),
  ...options,
};

/** The body fields that change a webhook; its URL stays. */
export const webhookChange = {
  webhook_type: webhookType.optional(),
  valid_until: z
    .int()
    .min(-1)
    .refine(isNoSeconds, secondsMeant)
    .nullish()
    .meta({ format: "int64", description: "Epoch milliseconds; -1 or null never ends." }),
  deprecate: z.boolean().optional().meta({ description: "true pauses, false resumes." }),
  ...options,
};

/** The body field of a rotation: how long the old secret signs beside the new one. */
export const rotation = {
  overlap_seconds: z.int().min(0).max(604_800).default(0).meta({
    description:
      "How long the secret before signs beside the new one; 0 ends it at once. One earlier than that, which an earlier rotation let last, always ends with this one.",
  }),
};

export const webhookId = z
  .string()
  .refine((id) => /^wh_[a-zA-Z0-9]{1,128}$/.test(id), coded("not_found", "No webhook has this id."));

export const Webhook = z
  .object({
    webhook_id: z.string(),
    webhook_url: z.string(),
    webhook_type: webhookType,
    scope: z.enum(["api_key", "organization", "integration"]),
    api_key_name: z.string().nullish(),
    integration_name: z.string().nullish(),
    created_at: timestamp,
    deprecated_at: timestamp.nullable(),
    valid_until: timestamp,
    last_triggered: timestamp.nullable(),
    failure_count: z.int(),
    is_active: z.boolean(),
    disabled_at: timestamp.nullish(),
    disabled_because: z.string().nullish().meta({
      description: "`gone` (it answered 410), `failing` (nothing but failures for five days), `key_revoked`.",
    }),
    last_status: z.int().nullish().meta({ description: "What the newest attempt was answered; null: nothing." }),
    last_error: z.string().nullish().meta({ description: "What was wrong with that answer, or why none came." }),
    failing_since: timestamp.nullish().meta({ description: "Since when nothing but failures." }),
    owed: z.int().optional().meta({ description: "Deliveries that are still to come or to be repeated." }),
    next_attempt_at: timestamp
      .nullish()
      .meta({ description: "When the first of these is tried; null: nothing waits." }),
    circuit_open_until: timestamp.nullish().meta({
      description:
        "It failed ten times in a row over ten minutes or more: until then nothing is posted to it, new events neither, then one to try. Null: not so.",
    }),
    inactive_because: z.string().nullish().meta({
      description:
        "Why it gets nothing (410, five days of failures, paused by a person, `valid_until` over) and what resumes it; null while it is active.",
    }),
    organization_id: z.string().optional(),
    api_key_id: z.string().nullish(),
    events: z.array(z.string()).nullish(),
    numbers: z.array(z.string()).nullish(),
    format: webhookFormat.optional(),
    event_name: z.string().optional(),
  })
  .meta({ id: "Webhook" });

export const WebhooksList = z.object({ webhooks: z.array(Webhook) }).meta({ id: "WebhooksList" });

export const WebhookExisting = z
  .object({ webhook_id: z.string(), webhook_url: z.string(), scope, message: z.string() })
  .meta({ id: "WebhookExisting" });

export const WebhookCreated = z
  .object({
    webhook_id: z.string(),
    webhook_url: z.string(),
    webhook_type: webhookType,
    scope,
    created_at: timestamp,
    signing_secret: z.string().meta({ description: "`whsec_` and 64 hex digits; shown this once." }),
    valid_until: timestamp.optional(),
  })
  .meta({ id: "WebhookCreated" });

export const WebhookDeleted = z.object({ success: z.boolean(), message: z.string() }).meta({ id: "WebhookDeleted" });

export const WebhookSecretRotated = z
  .object({
    webhook_id: z.string(),
    signing_secret: z.string(),
    rotated_at: timestamp,
    rotated_by: z.string(),
    rotation_count: z.int(),
    previous_valid_until: timestamp.nullish(),
  })
  .meta({ id: "WebhookSecretRotated" });

const participant = z.object({ contact_id: z.string(), identifier: z.string(), name: z.string().nullish() });

export const WebhookEventPayload = z
  .looseObject({
    event: z.string(),
    event_id: z.string().optional(),
    sequence: z.int().nullish().meta({ description: "Rises by one within a chat; null for what belongs to no chat." }),
    message_id: z.string().nullish(),
    external_id: z.string().nullish(),
    internal_id: z.string().nullish(),
    status: z.enum(["queued", "pending", "sending", "sent", "delivered", "failed", "read", "received"]).nullish(),
    protocol: protocol.nullish(),
    timestamp,
    text: z.string().nullish(),
    attachments: z
      .array(
        z.looseObject({
          url: z.string(),
          name: z.string().nullish(),
          file_name: z.string().nullish(),
          mime_type: z.string().nullish(),
          size: z.int().nullish(),
        }),
      )
      .nullish(),
    is_group: z.boolean(),
    group_id: z.string().nullish(),
    group_name: z.string().nullish(),
    participants: z.array(participant).nullish(),
    sender: z.string().nullish(),
    received_at: timestamp.nullish(),
    sent_at: timestamp.nullish(),
    delivered_at: timestamp.nullish(),
    read_at: timestamp.nullish(),
    error_code: z.string().nullish(),
    error_message: z.string().nullish(),
  })
  .meta({ id: "WebhookEventPayload" });

const WebhookLog = z
  .object({
    event_id: z.string(),
    scope: z.enum(["api", "integration", "org"]),
    attempted_time: timestamp,
    response_received_at: timestamp.nullable(),
    webhook_url: z.string(),
    event_body: z.looseObject({}),
    response_status: z.int().nullable(),
    response_json: z.looseObject({}).nullable(),
    metadata: z.looseObject({
      organization_id: z.string(),
      event_name: z.string(),
      chat_id: z.string().nullish(),
      message_id: z.string().nullish(),
      is_replay: z.boolean(),
      original_event_id: z.string().nullish(),
      duration_ms: z.int(),
    }),
    attempt: z.int().optional(),
    response_text: z.string().nullish().meta({ description: "The first 4 KiB of the receiver's answer." }),
    error: z.string().nullish(),
  })
  .meta({ id: "WebhookLog" });

export const WebhookLogsPage = z
  .object({
    logs: z.array(WebhookLog),
    pagination: z
      .object({ total: z.int(), limit: z.int(), offset: z.int(), returned: z.int(), has_more: z.boolean() })
      .meta({ id: "WebhookLogPagination" }),
  })
  .meta({ id: "WebhookLogsPage" });

/** The body of a replay of many events. */
export const replayRange = {
  since: z.int().min(0).meta({ format: "int64", description: "Epoch milliseconds; the first event to deliver again." }),
  until: z
    .int()
    .min(0)
    .nullish()
    .meta({ format: "int64", description: "Epoch milliseconds, this one included; else until now." }),
  only_failed: z
    .boolean()
    .default(true)
    .meta({ description: "Only what the receiver has not answered with 2xx and is not owed any more." }),
  include_before_creation: z
    .boolean()
    .default(false)
    .meta({ description: "Also events from before the webhook existed, which it was never owed." }),
};

export const WebhookReplayRange = z
  .object({
    webhook_id: z.string(),
    replayed: z.int().meta({ description: "How many events leave again, one after another at ten a second." }),
    next_since: timestamp
      .nullable()
      .meta({ description: "There is more: ask again from here once these have left. Null: that was all." }),
    covers: z
      .object({ from: timestamp, until: timestamp })
      .meta({ description: "The time whose events were looked at, both ends included." }),
    note: z.string().nullable().meta({ description: "What was left out though `since` asked for it, in words." }),
  })
  .meta({ id: "WebhookReplayRange" });

const success = z.boolean().meta({ description: "Whether the receiver answered 2xx." });
const attemptAnswer = {
  webhook_id: z.string(),
  webhook_url: z.string(),
  response_status: z.int().nullish(),
  duration_ms: z.int(),
  response_data: z.looseObject({
    body: z.unknown(),
    headers: z.looseObject({}).optional(),
    size: z.int().optional(),
    contentType: z.string(),
    duration: z.int().optional(),
    error: z.string().nullish(),
    errorType: z.string().nullish(),
  }),
};

export const WebhookReplay = z
  .object({ success, replay_event_id: z.string(), original_event_id: z.string(), ...attemptAnswer })
  .meta({ id: "WebhookReplay" });

export const WebhookTest = z.object({ success, event_id: z.string(), ...attemptAnswer }).meta({ id: "WebhookTest" });
