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

const common = { base: "admin", auth: "admin", tags: ["Organization webhooks"] } as const;
const ofWebhook = { ...common, params: z.object({ webhookId }) } as const;

export const listOrganizationWebhooks = defineOperation({
  ...common,
  id: "listOrganizationWebhooks",
  method: "get",
  path: "/webhooks",
  summary: "List webhooks",
  query: z.object({ organization_id: z.string().max(128).optional(), api_key_id: z.string().max(128).optional() }),
  answers: { 200: { description: "All that match.", schema: WebhooksList } },
  errors: [],
});

export const createOrganizationWebhook = defineOperation({
  ...common,
  id: "createOrganizationWebhook",
  method: "post",
  path: "/webhooks",
  summary: "Create a webhook for an organization, or for one of its keys",
  body: z.strictObject({
    ...webhookCreation,
    organization_id: z.string().min(1).max(128).optional(),
    api_key_id: z.string().min(1).max(128).nullish(),
  }),
  answers: {
    200: { description: "This URL has a webhook already.", schema: WebhookExisting },
    201: { description: "The new webhook, with its secret this once.", schema: WebhookCreated },
  },
  errors: ["invalid_webhook_url", "not_found", "webhook_limit_reached", "publish_failed"],
});

export const getOrganizationWebhook = defineOperation({
  ...ofWebhook,
  id: "getOrganizationWebhook",
  method: "get",
  path: "/webhooks/{webhookId}",
  summary: "Read a webhook",
  answers: { 200: { description: "The webhook.", schema: Webhook } },
  errors: ["not_found"],
});

export const updateOrganizationWebhook = defineOperation({
  ...ofWebhook,
  id: "updateOrganizationWebhook",
  method: "patch",
  path: "/webhooks/{webhookId}",
  summary: "Change a webhook",
  body: z.strictObject(webhookChange),
  answers: { 200: { description: "The webhook as it now stands.", schema: Webhook } },
  errors: ["not_found", "publish_failed"],
});

export const deleteOrganizationWebhook = defineOperation({
  ...ofWebhook,
  id: "deleteOrganizationWebhook",
  method: "delete",
  path: "/webhooks/{webhookId}",
  summary: "Delete a webhook",
  answers: { 200: { description: "It is gone.", schema: WebhookDeleted } },
  errors: ["not_found", "publish_failed"],
});

export const rotateOrganizationWebhookSecret = defineOperation({
  ...ofWebhook,
  id: "rotateOrganizationWebhookSecret",
  method: "post",
  path: "/webhooks/{webhookId}/secret/rotate",
  summary: "Rotate a webhook's secret",
  body: z.strictObject(rotation),
  bodyOptional: true,
  answers: { 200: { description: "The new secret, this once.", schema: WebhookSecretRotated } },
  errors: ["not_found", "publish_failed"],
});

export const listOrganizationWebhookLogs = defineOperation({
  ...ofWebhook,
  id: "listOrganizationWebhookLogs",
  method: "get",
  path: "/webhooks/{webhookId}/logs",
  summary: "List a webhook's delivery attempts",
  query: webhookLogsQuery,
  answers: { 200: { description: "One page of attempts.", schema: WebhookLogsPage } },
  errors: ["not_found"],
});

export const replayOrganizationWebhookEvent = defineOperation({
  ...common,
  params: z.object({ webhookId, eventId: segment }),
  id: "replayOrganizationWebhookEvent",
  method: "post",
  path: "/webhooks/{webhookId}/logs/{eventId}/replay",
  summary: "Deliver an event again",
  description:
    "A new event with an id of its own, attempted while you wait and then by the schedule; 10 at once, then one a second.",
  answers: { 200: { description: "How the replay went.", schema: WebhookReplay } },
  errors: ["not_found", "webhook_paused", "rate_limited"],
});

export const replayOrganizationWebhookEvents = defineOperation({
  ...ofWebhook,
  id: "replayOrganizationWebhookEvents",
  method: "post",
  path: "/webhooks/{webhookId}/replay",
  summary: "Deliver the events of a time again",
  description: "At most 500 a call, each a new event; while they leave, a second call for this webhook answers 429.",
  body: z.strictObject(replayRange),
  answers: { 202: { description: "They leave one after another.", schema: WebhookReplayRange } },
  errors: ["not_found", "webhook_paused", "rate_limited"],
});

export const organizationWebhookOperations = [
  listOrganizationWebhooks,
  createOrganizationWebhook,
  getOrganizationWebhook,
  updateOrganizationWebhook,
  deleteOrganizationWebhook,
  rotateOrganizationWebhookSecret,
  listOrganizationWebhookLogs,
  replayOrganizationWebhookEvent,
  replayOrganizationWebhookEvents,
] as const;
