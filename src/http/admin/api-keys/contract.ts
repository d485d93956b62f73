import * as z from "zod";
import { offlineLimitSeconds } from "../../../domain/line.ts";
import { mostOfLimit, rangeDigits } from "../../../domain/send-limits.ts";
import { waitingLimitSeconds } from "../../../domain/waiting.ts";
import { defineOperation } from "../../operation.ts";
import { countryCode, segment, timestamp, wholeNumber } from "../../shapes/fields.ts";
import { Pagination, pageQuery, searchText } from "../../shapes/paging.ts";
import { QuietHours } from "../../shapes/quiet-hours.ts";
import { rotation } from "../../webhooks/schemas.ts";
import { givenName, Selection } from "../organizations/contract.ts";

const mode = z.enum(["live", "test"]);
export const keyProtocol = z.enum(["twilio", "blooio"]);

export const Fallback = z
  .union(
    [
      z.strictObject({ to: z.literal("line_sms") }),
      z.strictObject({ to: z.literal("api_key"), api_key_id: z.string().min(1).max(128) }),
    ],
    { error: 'must be {"to": "line_sms"}, or {"to": "api_key"} with api_key_id.' },
  )
  .meta({
    id: "Fallback",
    description: "Where a message goes whose contact is not on iMessage, or whose first try certainly did not go.",
  });

const limit = z.int().min(0).max(mostOfLimit).nullish();
export const SendLimits = z
  .strictObject({
    per_recipient_per_hour: limit.meta({ description: "Messages to one recipient within an hour." }),
    per_recipient_per_day: limit.meta({ description: "Messages to one recipient within 24 hours." }),
    per_prefix_per_hour: limit.meta({
      description: "People of one range, the numbers with one prefix, within an hour.",
    }),
    digits_after_prefix: z.int().min(rangeDigits.least).max(rangeDigits.most).optional().meta({
      description:
        "How many last digits the numbers of a range differ in, after their prefix; 3, a thousand numbers, unless set.",
    }),
    per_country_per_day: limit.meta({ description: "Messages to one country within a day of UTC." }),
    new_contacts_per_hour: limit.meta({
      description: "People within an hour to whom or from whom there was no message before.",
    }),
  })
  .meta({ id: "Velocity", description: "How much a key may send; what is null or left out is not bounded." });

export const ApiKey = z
  .object({
    api_key_id: z.string(),
    name: z.string(),
    organization_id: z.string(),
    mode,
    protocol: keyProtocol.nullable(),
    key_hint: z.string().meta({ description: "The last four characters." }),
    numbers: z.int().meta({ description: "How many numbers the key holds." }),
    status: z.enum(["active", "paused", "revoked"]),
    selection: Selection.nullable().meta({ description: "null: the organization's." }),
    allowed_countries: z.array(z.string()).nullable(),
    daily_cap: z.int().nullable(),
    shorten_links: z.boolean().optional(),
    resend_unknown: z.boolean().optional(),
    waiting_limit_seconds: z.int().optional(),
    move_waiting: z.boolean().optional(),
    may_send_twice: z.boolean().optional(),
    fallback: Fallback.nullish(),
    offline_limit_seconds: z.int().optional(),
    split_long_texts: z.boolean().optional(),
    quiet_hours: QuietHours.nullish(),
    velocity: SendLimits.nullish(),
    pause_itself: z.boolean().optional(),
    paused_itself: z
      .object({ at: timestamp, because: z.string() })
      .nullish()
      .meta({ description: "Where the key paused itself: when, and why. A `status` of `active` lets it go on." }),
    waiting: z.int().nullish().meta({
      description: "Messages that have not left: revoking the key cancels them. null: its pool did not answer.",
    }),
    last_used_at: timestamp.nullable(),
    created_at: timestamp,
  })
  .meta({ id: "ApiKey" });

export const ApiKeyCreated = z
  .object({
    api_key_id: z.string(),
    key: z.string().meta({ description: "Shown this once." }),
    name: z.string(),
    organization_id: z.string(),
    mode,
    protocol: keyProtocol.nullable(),
    created_at: timestamp,
  })
  .meta({ id: "ApiKeyCreated" });

const common = { base: "admin", auth: "admin", tags: ["API keys"] } as const;
/** Everything below one API key names it alike. */
export const apiKeyParams = z.object({ apiKeyId: segment });
const ofKey = { ...common, params: apiKeyParams } as const;

export const createApiKey = defineOperation({
  ...common,
  id: "createApiKey",
  method: "post",
  path: "/api-keys",
  summary: "Create an API key",
  description: "`organization_id` may be left out while there is exactly one organization.",
  body: z.strictObject({
    name: givenName,
    organization_id: z.string().min(1).max(128).optional(),
    mode: mode.default("live"),
    selection: Selection.optional(),
  }),
  answers: { 201: { description: "The new key, in full this once.", schema: ApiKeyCreated } },
  errors: ["not_found", "publish_failed"],
});

export const listApiKeys = defineOperation({
  ...common,
  id: "listApiKeys",
  method: "get",
  path: "/api-keys",
  summary: "List API keys",
  description: "Without their tokens: a token is shown once, when it is made.",
  query: z.object({
    ...pageQuery,
    organization_id: z.string().max(128).optional(),
    q: searchText.optional().meta({ description: "Part of a name; or the last four characters, or the id, in full." }),
    status: z
      .enum(["active", "paused", "revoked", "living"])
      .optional()
      .meta({ description: "`living`: all that are not revoked." }),
  }),
  answers: {
    200: {
      description: "One page of keys.",
      schema: z.object({ api_keys: z.array(ApiKey), pagination: Pagination }),
    },
  },
  errors: [],
});

export const getApiKey = defineOperation({
  ...ofKey,
  id: "getApiKey",
  method: "get",
  path: "/api-keys/{apiKeyId}",
  summary: "Read an API key",
  description: "Settings and the token's hint; never the token.",
  answers: { 200: { description: "The key.", schema: ApiKey } },
  errors: ["not_found"],
});

export const updateApiKey = defineOperation({
  ...ofKey,
  id: "updateApiKey",
  method: "patch",
  path: "/api-keys/{apiKeyId}",
  summary: "Change an API key",
  description: "In force at once. `paused` holds what waits and refuses what comes.",
  body: z.strictObject({
    name: givenName.optional(),
    selection: Selection.nullish().meta({ description: "null: the organization's." }),
    status: z.enum(["active", "paused"]).optional(),
    allowed_countries: z.array(countryCode).max(300).nullish(),
    daily_cap: z.int().min(0).nullish().meta({ description: "Segments a day; null: none." }),
    shorten_links: z.boolean().optional(),
    resend_unknown: z.boolean().optional().meta({
      description: "Send again what Twilio is known not to have taken after an unknown outcome; else it fails.",
    }),
    waiting_limit_seconds: z.int().min(waitingLimitSeconds.least).max(waitingLimitSeconds.most).optional().meta({
      description:
        "How long a message may wait from when it could first have left, whatever holds it; then it fails and says why. A day unless set.",
    }),
    move_waiting: z.boolean().optional().meta({
      description:
        "Move what waits untried on a number of a refused account to another number, unless its sender was asked for by name. false unless set.",
    }),
    may_send_twice: z.boolean().optional().meta({
      description:
        "Let iMessage lines without the Private API send: their server may then send one message up to three times. false unless set, and such a line only receives.",
    }),
    fallback: Fallback.nullish().meta({
      description:
        "Where a message of an iMessage line goes whose contact is surely not on iMessage, or whose try surely did not go; never one whose outcome is not known, nor a group's. null, as it is unless set: no message changes its way.",
    }),
    offline_limit_seconds: z.int().min(offlineLimitSeconds.least).max(offlineLimitSeconds.most).optional().meta({
      description:
        "How long a message waits for its iMessage line while that is offline; then it fails and says why. It never leaves from another line. A day unless set.",
    }),
    quiet_hours: QuietHours.nullish().meta({ description: "null, as it is unless set: messages leave at any hour." }),
    velocity: SendLimits.nullish().meta({
      description:
        "Replaces all limits before; null, as it is unless set: none. What is refused answers 429 `send_limit_reached`.",
    }),
    pause_itself: z.boolean().optional().meta({
      description: "Pause the key where it suddenly writes to twenty strangers in one costly range. true unless set.",
    }),
    split_long_texts: z.boolean().optional().meta({
      description:
        "Send a text of more than 1600 characters as several messages, in order, cut at the end of a sentence or between words, never in a link; on an iMessage line one of more than 4000. false unless set: by Twilio it is refused (`text_too_long`), and by a line it is one message.",
    }),
  }),
  answers: { 200: { description: "The key as it now stands.", schema: ApiKey } },
  errors: ["not_found", "publish_failed"],
});

export const rotateApiKey = defineOperation({
  ...ofKey,
  id: "rotateApiKey",
  method: "post",
  path: "/api-keys/{apiKeyId}/rotate",
  summary: "Rotate an API key",
  description: "Answers the new token, this once. The old one works on for `overlap_seconds`.",
  body: z.strictObject(rotation),
  bodyOptional: true,
  answers: {
    200: {
      description: "The new key, this once, and until when the old one opens.",
      schema: z.object({ key: z.string(), previous_valid_until: timestamp }),
    },
  },
  errors: ["not_found", "publish_failed"],
});

export const revokeApiKey = defineOperation({
  ...ofKey,
  id: "revokeApiKey",
  method: "delete",
  path: "/api-keys/{apiKeyId}",
  summary: "Revoke an API key",
  description: "Requests with it answer 401 from the next one on.",
  answers: {
    200: {
      description: "When it was revoked.",
      schema: z.object({ success: z.boolean(), revoked_at: timestamp }),
    },
  },
  errors: ["not_found", "publish_failed"],
});

const count = z.int().min(0);
const dayCount = z.object({
  day: z.string().meta({ format: "date", description: "A day in UTC." }),
  sent: count
    .nullable()
    .meta({ description: "Messages that left, on the day they were accepted; null: not counted yet, ask again." }),
  delivered: count.meta({ description: "Of those that left on this day, reported as delivered so far." }),
  failed: count,
  inbound: count.nullable(),
});
const KeyStats = z
  .object({
    days: z.array(dayCount).meta({ description: "Every day that was asked for, oldest first." }),
    numbers: z
      .array(z.object({ phone_number: z.string(), days: z.array(dayCount) }))
      .meta({ description: "The 200 busiest, busiest first, each with the days on which it carried something." }),
    numbers_left_out: count,
  })
  .meta({ id: "KeyStats" });

export const readKeyStats = defineOperation({
  ...ofKey,
  id: "readKeyStats",
  method: "get",
  path: "/api-keys/{apiKeyId}/stats",
  summary: "What a key carried, by the day",
  description: "Days are those of UTC, the last of them today so far.",
  query: z.object({ days: wholeNumber().min(1).max(30).default(7) }),
  answers: { 200: { description: "Day by day, for the whole key and by number.", schema: KeyStats } },
  errors: ["not_found"],
});

export const apiKeyOperations = [
  createApiKey,
  listApiKeys,
  getApiKey,
  updateApiKey,
  rotateApiKey,
  revokeApiKey,
  readKeyStats,
] as const;
