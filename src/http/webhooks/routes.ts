import type { Context, Hono } from "hono";
import type * as z from "zod";
import type { WebhookRow } from "../../directory/webhooks.ts";
import type { DeliveryLog, ListLogs, ReplayedRange, ReplayQuery } from "../../domain/calls/telling.ts";
import type { Result } from "../../domain/failure.ts";
import * as flows from "../../flows/webhooks/manage.ts";
import type { Replayed } from "../../flows/webhooks/replay.ts";
import type { Edge } from "../edge.ts";
import { type Guard, mount } from "../mount.ts";
import {
  toListLogs,
  toReplayQuery,
  toWebhookChange,
  toWebhookLogsPage,
  toWebhookReplay,
  toWebhookReplayRange,
} from "./answers.ts";
import type { WebhookCalls } from "./contract.ts";
import type { Webhook } from "./schemas.ts";

type Shown = z.output<typeof Webhook>;
type Logs = { page: { logs: DeliveryLog[]; total: number }; owner: { scope: "api" | "org"; organizationId: string } };

/** Who changes a webhook: only this key's own where `keyId` is given; `by` stands in answers, `show` is how a changed one is shown. */
export type Caller = { keyId?: string; by: string; show: (webhook: WebhookRow) => Shown | Promise<Shown> };

/** What a door to webhooks decides for itself: who is let in, whose webhooks are meant, and who is asked about their deliveries. */
export type WebhookDesk = {
  guard: Guard<Edge>;
  caller: (c: Context<Edge>) => Promise<Result<Caller>>;
  read: (c: Context<Edge>, webhookId: string) => Promise<Result<Shown>>;
  readLogs: (c: Context<Edge>, asked: ListLogs) => Promise<Result<Logs>>;
  replayOne: (c: Context<Edge>, webhookId: string, eventId: string) => Promise<Result<Replayed>>;
  replayRange: (c: Context<Edge>, query: ReplayQuery) => Promise<Result<ReplayedRange>>;
};

/** Registers the calls about one webhook at a door. */
export function mountWebhookCalls(router: Hono<Edge>, calls: WebhookCalls, desk: WebhookDesk): void {
  mountStanding(router, calls, desk);
  mountRotation(router, calls, desk);
  mountDeliveries(router, calls, desk);
}

function mountStanding(router: Hono<Edge>, calls: WebhookCalls, desk: WebhookDesk): void {
  mount(
    router,
    calls.get,
    async ({ params, reply }, c) => {
      const found = await desk.read(c, params.webhookId);
      return found.ok ? reply(200, found.value) : found;
    },
    desk.guard,
  );

  mount(
    router,
    calls.update,
    async ({ params, body, reply }, c) => {
      const caller = await desk.caller(c);
      if (!caller.ok) return caller;
      const { keyId, show } = caller.value;
      const changed = await flows.changeWebhook(c.get("deps"), params.webhookId, toWebhookChange(body), keyId);
      return changed.ok ? reply(200, await show(changed.value)) : changed;
    },
    desk.guard,
  );

  mount(
    router,
    calls.remove,
    async ({ params, reply }, c) => {
      const caller = await desk.caller(c);
      if (!caller.ok) return caller;
      const removed = await flows.removeWebhook(c.get("deps"), params.webhookId, caller.value.keyId);
      return removed.ok ? reply(200, { success: true, message: "Webhook deleted" }) : removed;
    },
    desk.guard,
  );
}

function mountRotation(router: Hono<Edge>, calls: WebhookCalls, desk: WebhookDesk): void {
  mount(
    router,
    calls.rotate,
    async ({ params, body, reply }, c) => {
      const caller = await desk.caller(c);
      if (!caller.ok) return caller;
      const { keyId, by } = caller.value;
      const rotated = await flows.rotateWebhook(c.get("deps"), params.webhookId, body.overlap_seconds, keyId);
      if (!rotated.ok) return rotated;
      const { webhook, secret, rotatedAt } = rotated.value;
      return reply(200, {
        webhook_id: webhook.id,
        signing_secret: secret,
        rotated_at: rotatedAt,
        rotated_by: by,
        rotation_count: webhook.rotationCount,
        previous_valid_until: webhook.previousValidUntil,
      });
    },
    desk.guard,
  );
}

function mountDeliveries(router: Hono<Edge>, calls: WebhookCalls, desk: WebhookDesk): void {
  mount(
    router,
    calls.listLogs,
    async ({ params, query, reply }, c) => {
      const logs = await desk.readLogs(c, toListLogs(params.webhookId, query));
      return logs.ok ? reply(200, toWebhookLogsPage(logs.value.page, query, logs.value.owner)) : logs;
    },
    desk.guard,
  );

  mount(
    router,
    calls.replayOne,
    async ({ params, reply }, c) => {
      const replayed = await desk.replayOne(c, params.webhookId, params.eventId);
      return replayed.ok ? reply(200, toWebhookReplay(params.webhookId, replayed.value)) : replayed;
    },
    desk.guard,
  );

  mount(
    router,
    calls.replayRange,
    async ({ params, body, reply }, c) => {
      const query = toReplayQuery(params.webhookId, body);
      const replayed = await desk.replayRange(c, query);
      return replayed.ok ? reply(202, toWebhookReplayRange(query, replayed.value, c.get("deps").now())) : replayed;
    },
    desk.guard,
  );
}
