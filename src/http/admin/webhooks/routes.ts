import type { Hono } from "hono";
import { findApiKey } from "../../../directory/api-keys.ts";
import { findWebhook, listWebhooks, type WebhookRow } from "../../../directory/webhooks.ts";
import { fail, type Result } from "../../../domain/failure.ts";
import type { Deps } from "../../../flows/deps.ts";
import { resolveOrganization } from "../../../flows/keys/organizations.ts";
import * as flows from "../../../flows/webhooks/manage.ts";
import { replayEventAsAdmin, replayRangeAsAdmin } from "../../../flows/webhooks/replay.ts";
import { listWebhookLogs, readWebhookStates } from "../../../flows/webhooks/watch.ts";
import { adminGuard, type Edge } from "../../edge.ts";
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
import { readKey } from "../ask-key.ts";
import * as operations from "./contract.ts";

const allOfThem = { limit: 10_000, offset: 0 };

/** Registers the calls about the webhooks of organizations and of their keys. */
export function mountOrganizationWebhooks(router: Hono<Edge>): void {
  mountShowing(router);
  mountCreating(router);
  mountChanging(router);
  mountLogs(router);
  mountReplays(router);
}

function ownerOf(webhook: WebhookRow, apiKeyName: string | null) {
  const { organizationId, apiKeyId } = webhook;
  return {
    scope: apiKeyId === null ? ("organization" as const) : ("api_key" as const),
    organizationId,
    apiKeyId,
    apiKeyName,
  };
}

/** Returns one webhook as it is shown, with its key's name and how it fares. */
async function show(deps: Deps, webhook: WebhookRow) {
  const [key, states] = await Promise.all([
    webhook.apiKeyId === null ? null : findApiKey(deps.db, webhook.apiKeyId),
    readWebhookStates(deps, [webhook]),
  ]);
  return toWebhook(webhook, ownerOf(webhook, key?.name ?? null), states.get(webhook.id) ?? null);
}

function mountShowing(router: Hono<Edge>): void {
  mount(
    router,
    operations.listOrganizationWebhooks,
    async ({ query, reply }, c) => {
      const deps = c.get("deps");
      const scope = { organizationId: query.organization_id ?? null, apiKeyId: query.api_key_id ?? null };
      const { webhooks } = await listWebhooks(deps.db, { ...allOfThem, ...scope });
      const states = await readWebhookStates(deps, webhooks);
      const shown = webhooks.map((webhook) =>
        toWebhook(webhook, ownerOf(webhook, webhook.apiKeyName), states.get(webhook.id) ?? null),
      );
      return reply(200, { webhooks: shown });
    },
    adminGuard,
  );

  mount(
    router,
    operations.getOrganizationWebhook,
    async ({ params, reply }, c) => {
      const found = await findWebhook(c.get("deps").db, params.webhookId);
      return found === null ? fail("not_found", "Webhook not found.") : reply(200, await show(c.get("deps"), found));
    },
    adminGuard,
  );
}

/** A key's webhook belongs to the key's organization, whether that is named or not. */
async function scopeOf(
  deps: Deps,
  body: { organization_id?: string | undefined; api_key_id?: string | null | undefined },
): Promise<Result<flows.WebhookScope>> {
  const apiKeyId = body.api_key_id ?? null;
  if (apiKeyId !== null && body.organization_id === undefined) {
    const key = await readKey(deps, apiKeyId);
    return key.ok ? flows.resolveScope(deps, key.value.organizationId, apiKeyId) : key;
  }
  const organization = await resolveOrganization(deps, body.organization_id);
  return organization.ok ? flows.resolveScope(deps, organization.value.id, apiKeyId) : organization;
}

function mountCreating(router: Hono<Edge>): void {
  mount(
    router,
    operations.createOrganizationWebhook,
    async ({ body, reply }, c) => {
      const scope = await scopeOf(c.get("deps"), body);
      if (!scope.ok) return scope;
      const created = await flows.createWebhook(c.get("deps"), scope.value, toWebhookInput(body));
      if (!created.ok) return created;
      const { webhook, secret } = created.value;
      return secret === null ? reply(200, toWebhookExisting(webhook)) : reply(201, toWebhookCreated(webhook, secret));
    },
    adminGuard,
  );
}

function mountChanging(router: Hono<Edge>): void {
  mount(
    router,
    operations.updateOrganizationWebhook,
    async ({ params, body, reply }, c) => {
      const changed = await flows.changeWebhook(c.get("deps"), params.webhookId, toWebhookChange(body));
      return changed.ok ? reply(200, await show(c.get("deps"), changed.value)) : changed;
    },
    adminGuard,
  );

  mount(
    router,
    operations.deleteOrganizationWebhook,
    async ({ params, reply }, c) => {
      const removed = await flows.removeWebhook(c.get("deps"), params.webhookId);
      return removed.ok ? reply(200, { success: true, message: "Webhook deleted" }) : removed;
    },
    adminGuard,
  );

  mount(
    router,
    operations.rotateOrganizationWebhookSecret,
    async ({ params, body, reply }, c) => {
      const rotated = await flows.rotateWebhook(c.get("deps"), params.webhookId, body.overlap_seconds);
      if (!rotated.ok) return rotated;
      const { webhook, secret, rotatedAt } = rotated.value;
      return reply(200, {
        webhook_id: webhook.id,
        signing_secret: secret,
        rotated_at: rotatedAt,
        rotated_by: "admin",
        rotation_count: webhook.rotationCount,
        previous_valid_until: webhook.previousValidUntil,
      });
    },
    adminGuard,
  );
}

function mountLogs(router: Hono<Edge>): void {
  mount(
    router,
    operations.listOrganizationWebhookLogs,
    async ({ params, query, reply }, c) => {
      const webhook = await findWebhook(c.get("deps").db, params.webhookId);
      if (webhook === null) return fail("not_found", "Webhook not found.");
      const page = await listWebhookLogs(c.get("deps"), webhook, toListLogs(webhook.id, query));
      if (!page.ok) return page;
      const scope = webhook.apiKeyId === null ? "org" : "api";
      const { organizationId } = webhook;
      return reply(200, toWebhookLogsPage(page.value, query, { scope, organizationId }));
    },
    adminGuard,
  );
}

function mountReplays(router: Hono<Edge>): void {
  mount(
    router,
    operations.replayOrganizationWebhookEvent,
    async ({ params, reply }, c) => {
      const webhook = await findWebhook(c.get("deps").db, params.webhookId);
      if (webhook === null) return fail("not_found", "Webhook not found.");
      const replayed = await replayEventAsAdmin(c.get("deps"), webhook, params.eventId);
      return replayed.ok ? reply(200, toWebhookReplay(webhook.id, replayed.value)) : replayed;
    },
    adminGuard,
  );

  mount(
    router,
    operations.replayOrganizationWebhookEvents,
    async ({ params, body, reply }, c) => {
      const webhook = await findWebhook(c.get("deps").db, params.webhookId);
      if (webhook === null) return fail("not_found", "Webhook not found.");
      const replayed = await replayRangeAsAdmin(c.get("deps"), webhook, toReplayQuery(webhook.id, body));
      return replayed.ok ? reply(202, toWebhookReplayRange(webhook.id, replayed.value)) : replayed;
    },
    adminGuard,
  );
}
