import * as z from "zod";
import { defineOperation } from "../operation.ts";
import { segment } from "../shapes/fields.ts";
import { webhookLogsQuery } from "./logs-query.ts";
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
  webhookChange,
  webhookId,
} from "./schemas.ts";

/** What differs between the doors to webhooks: where they stand, the noun in their ids, and whether a body may hold unknown fields. */
type Door<N extends Noun> = {
  base: "v2" | "admin";
  auth: "api_key" | "admin";
  tag: string;
  noun: N;
  strict: boolean;
};
type Noun = "Webhook" | "OrganizationWebhook";

/** What creating a webhook answers at every door. */
export const creationAnswers = {
  200: { description: "This URL has a webhook already.", schema: WebhookExisting },
  201: { description: "The new webhook, with its secret this once.", schema: WebhookCreated },
} as const;

/** Returns the calls about one webhook, the same for a key's own and for an organization's. */
export function webhookCalls<N extends Noun>(door: Door<N>) {
  return { ...standing(door), ...replays(door) };
}

function standing<N extends Noun>(door: Door<N>) {
  const { noun } = door;
  const ofWebhook = { ...commonOf(door), params: z.object({ webhookId }) };
  return {
    get: defineOperation({
      ...ofWebhook,
      id: `get${noun}` as const,
      method: "get",
      path: "/webhooks/{webhookId}",
      summary: "Read a webhook",
      description: "How it fares: when it was last told, and failures in a row.",
      answers: { 200: { description: "The webhook.", schema: Webhook } },
      errors: ["not_found"],
    }),
    update: defineOperation({
      ...ofWebhook,
      id: `update${noun}` as const,
      method: "patch",
      path: "/webhooks/{webhookId}",
      summary: "Change a webhook",
      description: "Its URL cannot be changed: create another.",
      body: bodyOf(door, webhookChange),
      answers: { 200: { description: "The webhook as it now stands.", schema: Webhook } },
      errors: ["not_found", "publish_failed"],
    }),
    remove: defineOperation({
      ...ofWebhook,
      id: `delete${noun}` as const,
      method: "delete",
      path: "/webhooks/{webhookId}",
      summary: "Delete a webhook",
      description: "What it is still owed is not sent any more.",
      answers: { 200: { description: "It is gone.", schema: WebhookDeleted } },
      errors: ["not_found", "publish_failed"],
    }),
    rotate: defineOperation({
      ...ofWebhook,
      id: `rotate${noun}Secret` as const,
      method: "post",
      path: "/webhooks/{webhookId}/secret/rotate",
      summary: "Rotate a webhook's secret",
      description: "The old secret ends at once, or after `overlap_seconds`.",
      body: bodyOf(door, rotation),
      bodyOptional: true,
      answers: { 200: { description: "The new secret, this once.", schema: WebhookSecretRotated } },
      errors: ["not_found", "publish_failed"],
    }),
    listLogs: defineOperation({
      ...ofWebhook,
      id: `list${noun}Logs` as const,
      method: "get",
      path: "/webhooks/{webhookId}/logs",
      summary: "List a webhook's delivery attempts",
      description: "Every attempt of the last 30 days, with the start of the receiver's answer.",
      query: webhookLogsQuery,
      answers: { 200: { description: "One page of attempts.", schema: WebhookLogsPage } },
      errors: ["not_found"],
    }),
  };
}

function replays<N extends Noun>(door: Door<N>) {
  const { noun } = door;
  const common = commonOf(door);
  const ofWebhook = { ...common, params: z.object({ webhookId }) };
  return {
    replayOne: defineOperation({
      ...common,
      params: z.object({ webhookId, eventId: segment }),
      id: `replay${noun}Event` as const,
      method: "post",
      path: "/webhooks/{webhookId}/logs/{eventId}/replay",
      summary: "Deliver an event again",
      description:
        "A new event with an id of its own, attempted while you wait and then by the schedule; 10 at once, then one a second.",
      answers: { 200: { description: "How the replay went.", schema: WebhookReplay } },
      errors: ["not_found", "webhook_paused", "rate_limited"],
    }),
    replayRange: defineOperation({
      ...ofWebhook,
      id: `replay${noun}Events` as const,
      method: "post",
      path: "/webhooks/{webhookId}/replay",
      summary: "Deliver the events of a time again",
      description:
        "At most 500 a call, each a new event; while they leave, a second call for this webhook answers 429.",
      body: bodyOf(door, replayRange).refine(({ since, until }) => until == null || until >= since, endsBeforeItBegins),
      answers: { 202: { description: "They leave one after another.", schema: WebhookReplayRange } },
      errors: ["not_found", "webhook_paused", "rate_limited"],
    }),
  };
}

const endsBeforeItBegins = { error: "must not be before since.", path: ["until"] };

function commonOf({ base, auth, tag }: Door<Noun>) {
  return { base, auth, tags: [tag] };
}

function bodyOf<S extends z.ZodRawShape>({ strict }: Door<Noun>, shape: S) {
  return strict ? z.object(shape).strict() : z.object(shape);
}

/** The calls about one webhook at one door. */
export type WebhookCalls = ReturnType<typeof webhookCalls>;
