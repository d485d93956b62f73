import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { creationAnswers, webhookCalls } from "../../webhooks/contract.ts";
import { WebhooksList, WebhookTest, webhookCreation, webhookId } from "../../webhooks/schemas.ts";

const common = { base: "admin", auth: "admin", tags: ["Organization webhooks"] } as const;

export const listOrganizationWebhooks = defineOperation({
  ...common,
  id: "listOrganizationWebhooks",
  method: "get",
  path: "/webhooks",
  summary: "List webhooks",
  description: "Of an organization, of one key, or all.",
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
  description:
    "With `api_key_id` it hears of that key alone, else of every key of the organization and of numbers that no key holds.",
  body: z.strictObject({
    ...webhookCreation,
    organization_id: z.string().min(1).max(128).optional(),
    api_key_id: z.string().min(1).max(128).nullish(),
  }),
  answers: creationAnswers,
  errors: ["invalid_webhook_url", "not_found", "webhook_limit_reached", "publish_failed"],
});

/** The calls about one webhook, whoever owns it. */
export const anyWebhook = webhookCalls({
  base: "admin",
  auth: "admin",
  tag: "Organization webhooks",
  noun: "OrganizationWebhook",
  strict: true,
});

export const testOrganizationWebhook = defineOperation({
  ...common,
  params: z.object({ webhookId }),
  id: "testOrganizationWebhook",
  method: "post",
  path: "/webhooks/{webhookId}/test",
  summary: "Post a test event to a webhook",
  description:
    "An event `webhook.test`, signed like all others and attempted while you wait. It is not tried again, stands in no log, and counts for nothing in the endpoint's health.",
  answers: { 200: { description: "How the attempt went.", schema: WebhookTest } },
  errors: ["not_found", "webhook_paused"],
});

export const organizationWebhookOperations = [
  listOrganizationWebhooks,
  createOrganizationWebhook,
  ...Object.values(anyWebhook),
  testOrganizationWebhook,
] as const;
