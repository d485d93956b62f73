import type { Context, Hono } from "hono";
import type { KeyView } from "../../../domain/calls/numbers.ts";
import type { ListLogs } from "../../../domain/calls/telling.ts";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { createWebhook } from "../../../flows/webhooks/manage.ts";
import { replayEvent } from "../../../flows/webhooks/replay.ts";
import { readWebhookStates } from "../../../flows/webhooks/watch.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { toWebhook, toWebhookCreated, toWebhookExisting, toWebhookInput } from "../../webhooks/answers.ts";
import { type Caller, mountWebhookCalls } from "../../webhooks/routes.ts";
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
    .map((webhook) => toWebhook(webhook, ownerOf(key), byId.get(webhook.id) ?? null, c.get("deps").now()));
  return ok({ key, webhooks });
}

/** Returns one of the key's own webhooks, and the key. */
async function readOne(c: Context<Edge>, webhookId: string) {
  const own = await readOwn(c);
  if (!own.ok) return own;
  const webhook = own.value.webhooks.find((candidate) => candidate.webhook_id === webhookId);
  return webhook === undefined ? fail("not_found", "Webhook not found.") : ok({ key: own.value.key, webhook });
}

async function callerOf(c: Context<Edge>): Promise<Result<Caller>> {
  const key = await whoAsks(c);
  if (!key.ok) return key;
  const { keyId } = key.value;
  const deps = c.get("deps");
  return ok({
    keyId,
    by: keyId,
    show: async (webhook) => {
      const states = await readWebhookStates(deps, [webhook]);
      return toWebhook(webhook, ownerOf(key.value), states.get(webhook.id) ?? null, deps.now());
    },
  });
}

async function readLogs(c: Context<Edge>, asked: ListLogs) {
  const own = await readOne(c, asked.webhookId);
  if (!own.ok) return own;
  const { key } = own.value;
  const credential = credentialOf(c);
  const page = await askPool(c.get("deps"), key.keyId, (pool) => pool.listLogs(credential, asked));
  return page.ok
    ? ok({ page: page.value, owner: { scope: "api" as const, organizationId: key.organization.id } })
    : page;
}

/** Registers a key's own webhooks. */
export function mountWebhooks(router: Hono<Edge>): void {
  mountListAndCreation(router);
  mountWebhookCalls(router, operations.ownWebhook, {
    guard: apiKeyGuard,
    caller: callerOf,
    read: async (c, webhookId) => {
      const own = await readOne(c, webhookId);
      return own.ok ? ok(own.value.webhook) : own;
    },
    readLogs,
    replayOne: (c, webhookId, eventId) => {
      const credential = credentialOf(c);
      return replayEvent(c.get("deps"), { keyId: credential.keyId, credential, webhookId, eventId });
    },
    replayRange: (c, query) => {
      const credential = credentialOf(c);
      return askPool(c.get("deps"), credential.keyId, (pool) => pool.replayRange(credential, query));
    },
  });
}

function mountListAndCreation(router: Hono<Edge>): void {
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
    operations.createWebhook,
    async ({ body, reply }, c) => {
      const key = await whoAsks(c);
      if (!key.ok) return key;
      const scope = { organizationId: key.value.organization.id, apiKeyId: key.value.keyId };
      const created = await createWebhook(c.get("deps"), scope, toWebhookInput(body));
      if (!created.ok) return created;
      const { webhook, secret } = created.value;
      return secret === null ? reply(200, toWebhookExisting(webhook)) : reply(201, toWebhookCreated(webhook, secret));
    },
    apiKeyGuard,
  );
}
