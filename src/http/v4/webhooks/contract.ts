import * as z from "zod";
import { eventNames } from "../../../domain/event.ts";
import { defineOperation } from "../../operation.ts";
import { timestamp } from "../../shapes/fields.ts";
import { webhookId } from "../../webhooks/schemas.ts";
import { deleted, id, item, listQuery, page, v4 } from "../shapes.ts";

/** What v4 has a name for and no number of ours ever does: such a name is kept, and nothing comes of it. */
const neverTold = [
  "message.pending",
  "poll.created",
  "poll.received",
  "poll.voted",
  "contact.shared",
  "contact.merged",
  "safety.state_changed",
  "safety.number_banned",
];
const families = [...new Set([...eventNames, ...neverTold].map((name) => `${name.split(".")[0]}.*`))];
const tokens = ["*", "all", "message", "status", ...families, ...eventNames, ...neverTold];

const eventTypes = z
  .array(z.string().refine((token) => tokens.includes(token), { error: `must be one of ${tokens.join(", ")}.` }))
  .min(1)
  .max(50)
  .meta({ description: "Exact names, `message.*`, `*`, or v2's `all`, `message` and `status`." });

const status = z.enum(["active", "disabled"]);

const V4Webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    event_types: z.array(z.string()),
    status,
    channel_id: z.string().nullable(),
    channel_type: z.null(),
    created_at: timestamp,
  })
  .meta({ id: "V4Webhook" });

const V4NewWebhook = V4Webhook.extend({ signing_secret: z.string() }).meta({ id: "V4NewWebhook" });

const V4Delivery = z
  .object({
    id: z.string(),
    webhook_id: z.string(),
    event_id: z.string(),
    event_type: z.string(),
    status: z.enum(["delivered", "pending", "failed"]).meta({ description: "`pending`: it is tried again." }),
    attempt_count: z.int(),
    response_status: z.int().nullable(),
    last_attempt_at: timestamp.nullable(),
    next_attempt_at: timestamp.nullable(),
    created_at: timestamp,
  })
  .meta({ id: "V4Delivery" });

const ofWebhook = { ...v4, params: z.object({ webhookId }) } as const;
const deliveries = page(V4Delivery, "One page of deliveries.");
const replayed = item(
  z.object({ id: z.string(), replay_of: z.string(), status: z.enum(["delivered", "pending"]) }),
  "It was posted once more; `pending` goes on by the schedule.",
);

export const listV4Webhooks = defineOperation({
  ...v4,
  id: "listV4Webhooks",
  method: "get",
  path: "/webhooks",
  summary: "List webhooks",
  description: "The key's own, of whichever contract.",
  query: z.object(listQuery),
  answers: { 200: page(V4Webhook, "One page of webhooks.") },
  errors: [],
});

export const createV4Webhook = defineOperation({
  ...v4,
  id: "createV4Webhook",
  method: "post",
  path: "/webhooks",
  summary: "Create a webhook",
  description: "It gets events in v4's envelope. The answer shows `signing_secret` this once.",
  body: z.object({
    url: z.string().meta({ format: "uri", maxLength: 2048 }),
    event_types: eventTypes.nullish(),
    channel_id: id.nullish().meta({ description: "Only events of this channel." }),
    channel_type: z
      .null({ error: "is not taken: name one channel by channel_id, or leave it out for all." })
      .optional(),
  }),
  answers: { 201: item(V4NewWebhook, "The new webhook.") },
  errors: ["invalid_webhook_url", "webhook_limit_reached", "publish_failed", "already_exists", "not_found"],
});

export const getV4Webhook = defineOperation({
  ...ofWebhook,
  id: "getV4Webhook",
  method: "get",
  path: "/webhooks/{webhookId}",
  summary: "Read a webhook",
  description: "What it hears, and whether it is active.",
  answers: { 200: item(V4Webhook, "The webhook.") },
  errors: ["not_found"],
});

export const updateV4Webhook = defineOperation({
  ...ofWebhook,
  id: "updateV4Webhook",
  method: "patch",
  path: "/webhooks/{webhookId}",
  summary: "Change a webhook",
  description: "Its URL cannot be changed: create another.",
  body: z.object({ url: z.string().optional(), event_types: eventTypes.optional(), status: status.optional() }),
  answers: { 200: item(V4Webhook, "The webhook as it now stands.") },
  errors: ["not_found", "publish_failed"],
});

export const deleteV4Webhook = defineOperation({
  ...ofWebhook,
  id: "deleteV4Webhook",
  method: "delete",
  path: "/webhooks/{webhookId}",
  summary: "Delete a webhook",
  description: "What it is still owed is not sent any more.",
  answers: { 200: deleted },
  errors: ["not_found", "publish_failed"],
});

export const rotateV4WebhookSecret = defineOperation({
  ...ofWebhook,
  id: "rotateV4WebhookSecret",
  method: "post",
  path: "/webhooks/{webhookId}/secret/rotate",
  summary: "Rotate a webhook's secret",
  description: "The old secret ends at once.",
  answers: { 200: item(z.object({ id: z.string(), signing_secret: z.string() }), "The new secret, this once.") },
  errors: ["not_found", "publish_failed"],
});

export const listV4Deliveries = defineOperation({
  ...ofWebhook,
  id: "listV4Deliveries",
  method: "get",
  path: "/webhooks/{webhookId}/deliveries",
  summary: "List a webhook's deliveries",
  description: "One event each, with how often it was tried, newest first; from its first attempt on, for 30 days.",
  query: z.object(listQuery),
  answers: { 200: deliveries },
  errors: ["not_found"],
});

export const listV4Logs = defineOperation({
  ...listV4Deliveries,
  id: "listV4Logs",
  path: "/webhooks/{webhookId}/logs",
  description: "The same as `/deliveries`.",
});

export const replayV4Delivery = defineOperation({
  ...v4,
  params: z.object({ webhookId, delivery: id }),
  id: "replayV4Delivery",
  method: "post",
  path: "/webhooks/{webhookId}/deliveries/{delivery}/replay",
  summary: "Deliver an event again",
  description: "A new event with an id of its own, posted while you wait; 10 at once, then one a second.",
  answers: { 201: replayed },
  errors: ["not_found", "webhook_paused", "rate_limited"],
});

export const replayV4Log = defineOperation({
  ...replayV4Delivery,
  id: "replayV4Log",
  path: "/webhooks/{webhookId}/logs/{delivery}/replay",
  description: "The same as below `/deliveries`.",
});

export const v4WebhookOperations = [
  listV4Webhooks,
  createV4Webhook,
  getV4Webhook,
  updateV4Webhook,
  deleteV4Webhook,
  rotateV4WebhookSecret,
  listV4Deliveries,
  listV4Logs,
  replayV4Delivery,
  replayV4Log,
] as const;
