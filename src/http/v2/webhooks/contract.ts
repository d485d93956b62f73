import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { creationAnswers, webhookCalls } from "../../webhooks/contract.ts";
import { WebhooksList, webhookCreation } from "../../webhooks/schemas.ts";

const common = { base: "v2", auth: "api_key", tags: ["Webhooks"] } as const;

export const listWebhooks = defineOperation({
  ...common,
  id: "listWebhooks",
  method: "get",
  path: "/webhooks",
  summary: "List webhooks",
  description: "The key's own and those of its organization: `scope` says which.",
  answers: { 200: { description: "All of them.", schema: WebhooksList } },
  errors: [],
});

export const createWebhook = defineOperation({
  ...common,
  id: "createWebhook",
  method: "post",
  path: "/webhooks",
  summary: "Create a webhook",
  description:
    "The answer shows `signing_secret` this once. A URL that has a webhook already is answered 200 with it, without the secret.",
  body: z.object(webhookCreation),
  answers: creationAnswers,
  errors: ["invalid_webhook_url", "webhook_limit_reached", "publish_failed"],
});

/** The calls about one of the key's webhooks. */
export const ownWebhook = webhookCalls({
  base: "v2",
  auth: "api_key",
  tag: "Webhooks",
  noun: "Webhook",
  strict: false,
});

export const webhookOperations = [listWebhooks, createWebhook, ...Object.values(ownWebhook)] as const;
