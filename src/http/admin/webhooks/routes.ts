import type { Context, Hono } from "hono";
import { findApiKey } from "../../../directory/api-keys.ts";
import { findWebhook, listWebhooks, type WebhookRow } from "../../../directory/webhooks.ts";
import type { ListLogs } from "../../../domain/calls/telling.ts";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import type { Deps } from "../../../flows/deps.ts";
import { resolveOrganization } from "../../../flows/keys/organizations.ts";
import { createWebhook, resolveScope, type WebhookScope } from "../../../flows/webhooks/manage.ts";
import { replayEventAsAdmin, replayRangeAsAdmin } from "../../../flows/webhooks/replay.ts";
import { tryWebhook } from "../../../flows/webhooks/try-webhook.ts";
import { listWebhookLogs, readWebhookStates } from "../../../flows/webhooks/watch.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import {
  toWebhook,
  toWebhookCreated,
  toWebhookExisting,
  toWebhookInput,
  toWebhookTest,
} from "../../webhooks/answers.ts";
import { mountWebhookCalls } from "../../webhooks/routes.ts";
import { readKey } from "../ask-key.ts";
import * as operations from "./contract.ts";

const allOfThem = { limit: 10_000, offset: 0 };

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
  return toWebhook(webhook, ownerOf(webhook, key?.name ?? null), states.get(webhook.id) ?? null, deps.now());
}

async function readRow(c: Context<Edge>, webhookId: string): Promise<Result<WebhookRow>> {
  const found = await findWebhook(c.get("deps").db, webhookId);
  return found === null ? fail("not_found", "Webhook not found.") : ok(found);
}

async function readLogs(c: Context<Edge>, asked: ListLogs) {
  const webhook = await readRow(c, asked.webhookId);
  if (!webhook.ok) return webhook;
  const page = await listWebhookLogs(c.get("deps"), webhook.value, asked);
  if (!page.ok) return page;
  const { apiKeyId, organizationId } = webhook.value;
  const scope = apiKeyId === null ? ("org" as const) : ("api" as const);
  return ok({ page: page.value, owner: { scope, organizationId } });
}

/** Registers the calls about the webhooks of organizations and of their keys. */
export function mountOrganizationWebhooks(router: Hono<Edge>): void {
  mountList(router);
  mountCreation(router);
  mountTrial(router);
  mountWebhookCalls(router, operations.anyWebhook, {
    guard: adminGuard,
    caller: async (c) => ok({ by: "admin", show: (webhook) => show(c.get("deps"), webhook) }),
    read: async (c, webhookId) => {
      const found = await readRow(c, webhookId);
      return found.ok ? ok(await show(c.get("deps"), found.value)) : found;
    },
    readLogs,
    replayOne: async (c, webhookId, eventId) => {
      const webhook = await readRow(c, webhookId);
      return webhook.ok ? replayEventAsAdmin(c.get("deps"), webhook.value, eventId) : webhook;
    },
    replayRange: async (c, query) => {
      const webhook = await readRow(c, query.webhookId);
      return webhook.ok ? replayRangeAsAdmin(c.get("deps"), webhook.value, query) : webhook;
    },
  });
}

function mountTrial(router: Hono<Edge>): void {
  mount(
    router,
    operations.testOrganizationWebhook,
    async ({ params, reply }, c) => {
      const webhook = await readRow(c, params.webhookId);
      if (!webhook.ok) return webhook;
      const tried = await tryWebhook(c.get("deps"), webhook.value);
      return tried.ok ? reply(200, toWebhookTest(webhook.value, tried.value)) : tried;
    },
    adminGuard,
  );
}

function mountList(router: Hono<Edge>): void {
  mount(
    router,
    operations.listOrganizationWebhooks,
    async ({ query, reply }, c) => {
      const deps = c.get("deps");
      const scope = { organizationId: query.organization_id ?? null, apiKeyId: query.api_key_id ?? null };
      const { webhooks } = await listWebhooks(deps.db, { ...allOfThem, ...scope });
      const states = await readWebhookStates(deps, webhooks);
      const shown = webhooks.map((webhook) =>
        toWebhook(webhook, ownerOf(webhook, webhook.apiKeyName), states.get(webhook.id) ?? null, deps.now()),
      );
      return reply(200, { webhooks: shown });
    },
    adminGuard,
  );
}

/** A key's webhook belongs to the key's organization, whether that is named or not. */
async function scopeOf(
  deps: Deps,
  body: { organization_id?: string | undefined; api_key_id?: string | null | undefined },
): Promise<Result<WebhookScope>> {
  const apiKeyId = body.api_key_id ?? null;
  if (apiKeyId !== null && body.organization_id === undefined) {
    const key = await readKey(deps, apiKeyId);
    return key.ok ? resolveScope(deps, key.value.organizationId, apiKeyId) : key;
  }
  const organization = await resolveOrganization(deps, body.organization_id);
  return organization.ok ? resolveScope(deps, organization.value.id, apiKeyId) : organization;
}

function mountCreation(router: Hono<Edge>): void {
  mount(
    router,
    operations.createOrganizationWebhook,
    async ({ body, reply }, c) => {
      const scope = await scopeOf(c.get("deps"), body);
      if (!scope.ok) return scope;
      const created = await createWebhook(c.get("deps"), scope.value, toWebhookInput(body));
      if (!created.ok) return created;
      const { webhook, secret } = created.value;
      return secret === null ? reply(200, toWebhookExisting(webhook)) : reply(201, toWebhookCreated(webhook, secret));
    },
    adminGuard,
  );
}
