import type { Context, Hono } from "hono";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import type { KeyView } from "../../../domain/pool-calls.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import * as flows from "../../../flows/webhooks/manage.ts";
import { replayEvent } from "../../../flows/webhooks/replay.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import {
  toListLogs,
  toReplayQuery,
  toWebhook,
  toWebhookChange,
  toWebhookCreated,
  toWebhookExisting,
  toWebhookInput,
  toWebhookLogsPage,
  toWebhookReplay,
  toWebhookReplayRange,
} from "../../webhooks/answers.ts";
import * as operations from "./contract.ts";

/** Managing webhooks touches the directory, so the key is checked by its object first. */
function whoAsks(c: Context<Edge>): Promise<Result<KeyView>> {
  const credential = credentialOf(c);
  return askPool(c.get("deps"), credential.keyId, (pool) => pool.authenticate(credential));
}

function ownerOf(key: KeyView) {
  return { scope: "api_key" as const, organizationId: key.organization.id, apiKeyId: key.keyId, apiKeyName: key.name };
}

/** Returns the key's own webhooks as its pool knows them, with how each fares. */
async function readOwn(c: Context<Edge>) {
  const credential = credentialOf(c);
  const own = await askPool(c.get("deps"), credential.keyId, (pool) => pool.webhookStates(credential));
  if (!own.ok) return own;
  const { key } = own.value;
  const byId = new Map(own.value.states.map((state) => [state.webhookId, state]));
  const webhooks = own.value.webhooks
    .filter((webhook) => webhook.scope === "api_key")
    .map((webhook) => toWebhook(webhook, ownerOf(key), byId.get(webhook.id) ?? null));
  return ok({ key, webhooks });
}

/** Registers a key's own webhooks. */
export function mountWebhooks(router: Hono<Edge>): void {
  mountShowing(router);
  mountChanging(router);
  mountLogs(router);
  mountReplays(router);
}

function mountShowing(router: Hono<Edge>): void {
  mount(
    router,
    operations.listWebhooks,
    async ({ reply }, c) => {
      const own = await readOwn(c);
      return own.ok ? reply(200, { webhooks: own.value.webhooks }) : own;
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.getWebhook,
    async ({ params, reply }, c) => {
      const own = await readOwn(c);
      if (!own.ok) return own;
      const found = own.value.webhooks.find((webhook) => webhook.webhook_id === params.webhookId);
      return found === undefined ? fail("not_found", "Webhook not found.") : reply(200, found);
    },
    apiKeyGuard,
  );
}

function mountChanging(router: Hono<Edge>): void {
  mount(
    router,
    operations.createWebhook,
    async ({ body, reply }, c) => {
      const key = await whoAsks(c);
      if (!key.ok) return key;
      const scope = { organizationId: key.value.organization.id, apiKeyId: key.value.keyId };
      const created = await flows.createWebhook(c.get("deps"), scope, toWebhookInput(body));
      if (!created.ok) return created;
      const { webhook, secret } = created.value;
      return secret === null ? reply(200, toWebhookExisting(webhook)) : reply(201, toWebhookCreated(webhook, secret));
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.updateWebhook,
    async ({ params, body, reply }, c) => {
      const key = await whoAsks(c);
      if (!key.ok) return key;
      const changed = await flows.changeWebhook(
        c.get("deps"),
        params.webhookId,
        toWebhookChange(body),
        key.value.keyId,
      );
      return changed.ok ? reply(200, toWebhook(changed.value, ownerOf(key.value), null)) : changed;
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.deleteWebhook,
    async ({ params, reply }, c) => {
      const key = await whoAsks(c);
      if (!key.ok) return key;
      const removed = await flows.removeWebhook(c.get("deps"), params.webhookId, key.value.keyId);
      return removed.ok ? reply(200, { success: true, message: "Webhook deleted" }) : removed;
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.rotateWebhookSecret,
    async ({ params, body, reply }, c) => {
      const key = await whoAsks(c);
      if (!key.ok) return key;
      const { keyId } = key.value;
      const rotated = await flows.rotateWebhook(c.get("deps"), params.webhookId, body.overlap_seconds, keyId);
      if (!rotated.ok) return rotated;
      const { webhook, secret, rotatedAt } = rotated.value;
      return reply(200, {
        webhook_id: webhook.id,
        signing_secret: secret,
        rotated_at: rotatedAt,
        rotated_by: keyId,
        rotation_count: webhook.rotationCount,
        previous_valid_until: webhook.previousValidUntil,
      });
    },
    apiKeyGuard,
  );
}

function mountLogs(router: Hono<Edge>): void {
  mount(
    router,
    operations.listWebhookLogs,
    async ({ params, query, reply }, c) => {
      const own = await readOwn(c);
      if (!own.ok) return own;
      const { key, webhooks } = own.value;
      if (!webhooks.some((webhook) => webhook.webhook_id === params.webhookId)) {
        return fail("not_found", "Webhook not found.");
      }
      const credential = credentialOf(c);
      const asked = toListLogs(params.webhookId, query);
      const page = await askPool(c.get("deps"), key.keyId, (pool) => pool.listLogs(credential, asked));
      if (!page.ok) return page;
      const owner = { scope: "api" as const, organizationId: key.organization.id };
      return reply(200, toWebhookLogsPage(page.value, query, owner));
    },
    apiKeyGuard,
  );
}

function mountReplays(router: Hono<Edge>): void {
  mount(
    router,
    operations.replayWebhookEvent,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const replayed = await replayEvent(c.get("deps"), { keyId: credential.keyId, credential, ...params });
      return replayed.ok ? reply(200, toWebhookReplay(params.webhookId, replayed.value)) : replayed;
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.replayWebhookEvents,
    async ({ params, body, reply }, c) => {
      const credential = credentialOf(c);
      const query = toReplayQuery(params.webhookId, body);
      const replayed = await askPool(c.get("deps"), credential.keyId, (pool) => pool.replayRange(credential, query));
      return replayed.ok ? reply(202, toWebhookReplayRange(params.webhookId, replayed.value)) : replayed;
    },
    apiKeyGuard,
  );
}
