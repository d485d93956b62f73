import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { segment } from "../../shapes/fields.ts";
import { webhookLogsQuery } from "../../webhooks/logs-query.ts";
import {
  replayRange,
  rotation,
  Webhook,
  WebhookCreated,
  WebhookDeleted,
  WebhookExisting,
  WebhookLogsPage,
  WebhookReplay,
  WebhookReplayRange,
  WebhookSecretRotated,
  WebhooksList,
  webhookChange,
  webhookCreation,
  webhookId,
} from "../../webhooks/schemas.ts";

const common = { base: "v2", auth: "api_key", tags: ["Webhooks"] } as const;
const ofWebhook = { ...common, params: z.object({ webhookId }) } as const;

export const listWebhooks = defineOperation({
  ...common,
  id: "listWebhooks",
  method: "get",
  path: "/webhooks",
  summary: "List webhooks",
  answers: { 200: { description: "All of them.", schema: WebhooksList } },
  errors: [],
});

export const createWebhook = defineOperation({
  ...common,
  id: "createWebhook",
  method: "post",
  path: "/webhooks",
  summary: "Create a webhook",
  body: z.object(webhookCreation),
  answers: {
    200: { description: "This URL has a webhook already.", schema: WebhookExisting },
    201: { description: "The new webhook, with its secret this once.", schema: WebhookCreated },
  },
  errors: ["invalid_webhook_url", "webhook_limit_reached", "publish_failed"],
});

export const getWebhook = defineOperation({
  ...ofWebhook,
  id: "getWebhook",
  method: "get",
  path: "/webhooks/{webhookId}",
  summary: "Read a webhook",
  answers: { 200: { description: "The webhook.", schema: Webhook } },
  errors: ["not_found"],
});

export const updateWebhook = defineOperation({
  ...ofWebhook,
  id: "updateWebhook",
  method: "patch",
  path: "/webhooks/{webhookId}",
  summary: "Change a webhook",
  description: "Its URL cannot be changed: create another.",
  body: z.object(webhookChange),
  answers: { 200: { description: "The webhook as it now stands.", schema: Webhook } },
  errors: ["not_found", "publish_failed"],
});

export const deleteWebhook = defineOperation({
  ...ofWebhook,
  id: "deleteWebhook",
  method: "delete",
  path: "/webhooks/{webhookId}",
  summary: "Delete a webhook",
  answers: { 200: { description: "It is gone.", schema: WebhookDeleted } },
  errors: ["not_found", "publish_failed"],
});

export const rotateWebhookSecret = defineOperation({
  ...ofWebhook,
  id: "rotateWebhookSecret",
  method: "post",
  path: "/webhooks/{webhookId}/secret/rotate",
  summary: "Rotate a webhook's secret",
  description: "The old secret ends at once, or after `overlap_seconds`.",
  body: z.object(rotation),
  bodyOptional: true,
  answers: { 200: { description: "The new secret, this once.", schema: WebhookSecretRotated } },
  errors: ["not_found", "publish_failed"],
});

export const listWebhookLogs = defineOperation({
  ...ofWebhook,
  id: "listWebhookLogs",
  method: "get",
  path: "/webhooks/{webhookId}/logs",
  summary: "List a webhook's delivery attempts",
  query: webhookLogsQuery,
  answers: { 200: { description: "One page of attempts.", schema: WebhookLogsPage } },
  errors: ["not_found"],
});

export const replayWebhookEvent = defineOperation({
  ...common,
  params: z.object({ webhookId, eventId: segment }),
  id: "replayWebhookEvent",
  method: "post",
  path: "/webhooks/{webhookId}/logs/{eventId}/replay",
  summary: "Deliver an event again",
  description:
    "A new event with an id of its own, attempted while you wait and then by the schedule; 10 at once, then one a second.",
  answers: { 200: { description: "How the replay went.", schema: WebhookReplay } },
  errors: ["not_found", "webhook_paused", "rate_limited"],
});

export const replayWebhookEvents = defineOperation({
  ...ofWebhook,
  id: "replayWebhookEvents",
  method: "post",
  path: "/webhooks/{webhookId}/replay",
  summary: "Deliver the events of a time again",
  description: "At most 500 a call, each a new event; while they leave, a second call for this webhook answers 429.",
  body: z.object(replayRange),
  answers: { 202: { description: "They leave one after another.", schema: WebhookReplayRange } },
  errors: ["not_found", "webhook_paused", "rate_limited"],
});

export const webhookOperations = [
  listWebhooks,
  createWebhook,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  listWebhookLogs,
  replayWebhookEvent,
  replayWebhookEvents,
] as const;
