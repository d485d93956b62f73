import type { Context, Hono } from "hono";
import { deliveryId, readChannelId, readDeliveryId } from "../../../domain/channel-ids.ts";
import { fail, ok } from "../../../domain/failure.ts";
import { judgeDelivery } from "../../../domain/retry.ts";
import { changeWebhook, createWebhook, removeWebhook, rotateWebhook } from "../../../flows/webhooks/manage.ts";
import { replayEvent } from "../../../flows/webhooks/replay.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { askChannels, askOwn, known } from "../ask.ts";
import { readOffset, writeCursor } from "../cursor.ts";
import { toPage } from "../shapes.ts";
import { toDelivery, toPatterns, toWebhook, toWebhookInput } from "./answers.ts";
import * as operations from "./contract.ts";

/** Registers a key's own webhooks by v4. */
export function mountV4Webhooks(router: Hono<Edge>): void {
  mountReading(router);
  mountCreation(router);
  mountChanging(router);
  mountDeliveries(router);
}

async function readOwn(c: Context<Edge>) {
  const own = await askOwn(c, (pool, credential) => pool.webhookStates(credential));
  if (!own.ok) return own;
  const webhooks = own.value.webhooks.filter(({ scope }) => scope === "api_key");
  return ok(webhooks.map((webhook) => toWebhook(webhook, c.get("deps").now())));
}

/** Managing webhooks touches the directory, so the key is checked by its object first. */
function whoAsks(c: Context<Edge>) {
  return askOwn(c, (pool, credential) => pool.authenticate(credential));
}

function mountReading(router: Hono<Edge>): void {
  mount(
    router,
    operations.listV4Webhooks,
    async ({ query, reply }, c) => {
      const offset = readOffset(query.cursor);
      if (!offset.ok) return offset;
      const own = await readOwn(c);
      if (!own.ok) return own;
      const end = offset.value + query.limit;
      const next = end < own.value.length ? end : null;
      return reply(200, toPage(own.value.slice(offset.value, end), writeCursor(next)));
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.getV4Webhook,
    async ({ params, reply }, c) => {
      const own = await readOwn(c);
      if (!own.ok) return own;
      const webhook = own.value.find(({ id }) => id === params.webhookId);
      return webhook === undefined ? fail("not_found", "Webhook not found.") : reply(200, { data: webhook });
    },
    apiKeyGuard,
  );
}

/** A webhook of a channel that the key does not hold would hear nothing. */
async function checkHeld(c: Context<Edge>, number: string | null) {
  if (number === null) return ok(null);
  const found = await askChannels(c, { kind: "channels" });
  if (!found.ok) return found;
  return known(found.value.channels.some(({ address }) => address === number) ? number : null, "Channel");
}

function mountCreation(router: Hono<Edge>): void {
  mount(
    router,
    operations.createV4Webhook,
    async ({ body, reply }, c) => {
      const number = body.channel_id == null ? ok(null) : known(readChannelId(body.channel_id), "Channel");
      if (!number.ok) return number;
      const key = await whoAsks(c);
      if (!key.ok) return key;
      const held = await checkHeld(c, number.value);
      if (!held.ok) return held;
      const scope = { organizationId: key.value.organization.id, apiKeyId: key.value.keyId };
      const created = await createWebhook(c.get("deps"), scope, toWebhookInput(body, number.value));
      if (!created.ok) return created;
      const { webhook, secret } = created.value;
      if (secret === null) return fail("already_exists", "This URL has a webhook already.", { id: webhook.id });
      return reply(201, { data: { ...toWebhook(webhook, c.get("deps").now()), signing_secret: secret } });
    },
    apiKeyGuard,
  );
}

function mountChanging(router: Hono<Edge>): void {
  mount(
    router,
    operations.updateV4Webhook,
    async ({ params, body, reply }, c) => {
      const key = await whoAsks(c);
      if (!key.ok) return key;
      const change = {
        ...(body.event_types === undefined ? {} : { events: toPatterns(body.event_types) }),
        ...(body.status === undefined
          ? {}
          : { deprecate: body.status === "disabled", liftEnd: body.status === "active" }),
      };
      if (body.url !== undefined)
        return fail("invalid_request", "A webhook's URL cannot be changed: create another webhook.");
      const changed = await changeWebhook(c.get("deps"), params.webhookId, change, key.value.keyId);
      return changed.ok ? reply(200, { data: toWebhook(changed.value, c.get("deps").now()) }) : changed;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.deleteV4Webhook,
    async ({ params: { webhookId: id }, reply }, c) => {
      const key = await whoAsks(c);
      if (!key.ok) return key;
      const removed = await removeWebhook(c.get("deps"), id, key.value.keyId);
      return removed.ok ? reply(200, { data: { id, deleted: true } }) : removed;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.rotateV4WebhookSecret,
    async ({ params: { webhookId: id }, reply }, c) => {
      const key = await whoAsks(c);
      if (!key.ok) return key;
      const rotated = await rotateWebhook(c.get("deps"), id, 0, key.value.keyId);
      return rotated.ok ? reply(200, { data: { id, signing_secret: rotated.value.secret } }) : rotated;
    },
    apiKeyGuard,
  );
}

function mountDeliveries(router: Hono<Edge>): void {
  for (const operation of [operations.listV4Deliveries, operations.listV4Logs]) {
    mount(
      router,
      operation,
      async ({ params: { webhookId }, query, reply }, c) => {
        const offset = readOffset(query.cursor);
        if (!offset.ok) return offset;
        const asked = { webhookId, limit: query.limit, offset: offset.value };
        const page = await askChannels(c, { kind: "deliveries", ...asked });
        if (!page.ok) return page;
        const { deliveries, more } = page.value;
        const next = more ? offset.value + deliveries.length : null;
        return reply(200, toPage(deliveries.map(toDelivery), writeCursor(next)));
      },
      apiKeyGuard,
    );
  }
  for (const operation of [operations.replayV4Delivery, operations.replayV4Log]) {
    mount(
      router,
      operation,
      async ({ params, reply }, c) => {
        const read = readDeliveryId(params.delivery);
        const delivery = known(read?.webhookId === params.webhookId ? read : null, "Delivery");
        if (!delivery.ok) return delivery;
        const credential = credentialOf(c);
        const asked = { keyId: credential.keyId, credential, ...delivery.value };
        const replayed = await replayEvent(c.get("deps"), asked);
        if (!replayed.ok) return replayed;
        const { replayEventId, end } = replayed.value;
        const status = judgeDelivery(end.status) === "delivered" ? ("delivered" as const) : ("pending" as const);
        const id = deliveryId(replayEventId, params.webhookId);
        return reply(201, { data: { id, replay_of: params.delivery, status } });
      },
      apiKeyGuard,
    );
  }
}
