import type { Hono } from "hono";
import type * as z from "zod";
import { type ApiKeyView, listApiKeys } from "../../../directory/api-keys.ts";
import { ok, type Result } from "../../../domain/failure.ts";
import type { Fallback } from "../../../domain/line.ts";
import { noSendLimits, type SendLimits } from "../../../domain/send-limits.ts";
import type { Deps } from "../../../flows/deps.ts";
import * as flows from "../../../flows/keys/api-keys.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { paginate } from "../../shapes/paging.ts";
import { askKey, readKey } from "../ask-key.ts";
import { given } from "../given.ts";
import { readSelection, toSelection } from "../organizations/selection-answers.ts";
import * as operations from "./contract.ts";

/** When a key was last used and what waits on it, its own pool knows; one that fails hides nothing else, and `status` names it. */
async function toApiKey(deps: Deps, key: ApiKeyView): Promise<z.output<typeof operations.ApiKey>> {
  const stats = await deps
    .pool(key.id)
    .stats()
    .catch((error: unknown) => {
      deps.log({ level: "error", event: "pool_unreadable", api_key_id: key.id, error: String(error) });
      return null;
    });
  const itself = stats?.pausedItself ?? null;
  return {
    api_key_id: key.id,
    name: key.name,
    organization_id: key.organizationId,
    mode: key.mode,
    protocol: key.protocol,
    key_hint: key.hint,
    numbers: key.numberCount,
    status: key.status === "active" && itself !== null ? "paused" : key.status,
    paused_itself: itself,
    selection: key.selection && toSelection(key.selection),
    allowed_countries: key.allowedCountries,
    daily_cap: key.dailyCap,
    shorten_links: key.shortenLinks,
    resend_unknown: key.resendUnknown,
    waiting_limit_seconds: key.waitingLimitSeconds,
    move_waiting: key.moveWaiting,
    may_send_twice: key.maySendTwice,
    fallback: toFallback(key.fallback),
    offline_limit_seconds: key.offlineLimitSeconds,
    split_long_texts: key.splitLongTexts,
    quiet_hours: key.quietHours,
    velocity: key.sendLimits && toLimits(key.sendLimits),
    pause_itself: key.pausesItself,
    waiting: stats?.waitingMessages ?? null,
    last_used_at: stats?.lastUsedAt ?? null,
    created_at: key.createdAt,
  };
}

function toFallback(fallback: Fallback | null): z.output<typeof operations.Fallback> | null {
  return fallback?.to === "api_key" ? { to: fallback.to, api_key_id: fallback.apiKeyId } : fallback;
}

function toLimits(limits: SendLimits): z.output<typeof operations.SendLimits> {
  return {
    per_recipient_per_hour: limits.recipientPerHour,
    per_recipient_per_day: limits.recipientPerDay,
    per_prefix_per_hour: limits.rangePerHour,
    digits_after_prefix: limits.rangeDigits,
    per_country_per_day: limits.countryPerDay,
    new_contacts_per_hour: limits.newContactsPerHour,
  };
}

function readLimits(given: z.output<typeof operations.SendLimits>): SendLimits {
  return {
    recipientPerHour: given.per_recipient_per_hour ?? null,
    recipientPerDay: given.per_recipient_per_day ?? null,
    rangePerHour: given.per_prefix_per_hour ?? null,
    rangeDigits: given.digits_after_prefix ?? noSendLimits.rangeDigits,
    countryPerDay: given.per_country_per_day ?? null,
    newContactsPerHour: given.new_contacts_per_hour ?? null,
  };
}

function readFallback(given: z.output<typeof operations.Fallback>): Fallback {
  return given.to === "api_key" ? { to: given.to, apiKeyId: given.api_key_id } : given;
}

/** Registers the calls about API keys. */
export function mountApiKeys(router: Hono<Edge>): void {
  mountReading(router);
  mountStats(router);
  mountChanging(router);
  mountTokens(router);
}

function mountReading(router: Hono<Edge>): void {
  mount(
    router,
    operations.listApiKeys,
    async ({ query, reply }, c) => {
      const deps = c.get("deps");
      const { limit, offset, status = null } = query;
      const asked = { limit, offset, status, organizationId: query.organization_id ?? null, q: query.q || null };
      const { keys, total } = await listApiKeys(deps.db, asked);
      const shown = await Promise.all(keys.map((key) => toApiKey(deps, key)));
      return reply(200, { api_keys: shown, pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.getApiKey,
    async ({ params, reply }, c) => {
      const key = await readKey(c.get("deps"), params.apiKeyId);
      return key.ok ? reply(200, await toApiKey(c.get("deps"), key.value)) : key;
    },
    adminGuard,
  );
}

function mountStats(router: Hono<Edge>): void {
  mount(
    router,
    operations.readKeyStats,
    async ({ params, query, reply }, c) => {
      const read = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.readTraffic(query.days));
      if (!read.ok) return read;
      const { days, numbers, numbersLeftOut } = read.value;
      const named = numbers.map((number) => ({ phone_number: number.phoneNumber, days: number.days }));
      return reply(200, { days, numbers: named, numbers_left_out: numbersLeftOut });
    },
    adminGuard,
  );
}

/** A key that paused itself goes on with the word that makes any other active. */
async function resumeKey(deps: Deps, keyId: string, status: string | undefined): Promise<Result<null>> {
  return status === "active" ? askKey(deps, keyId, (pool) => pool.resume()) : ok(null);
}

function mountChanging(router: Hono<Edge>): void {
  mount(
    router,
    operations.updateApiKey,
    async ({ params, body, reply }, c) => {
      const change = given({
        name: body.name,
        selection: body.selection && readSelection(body.selection),
        status: body.status,
        allowedCountries: body.allowed_countries,
        dailyCap: body.daily_cap,
        shortenLinks: body.shorten_links,
        resendUnknown: body.resend_unknown,
        waitingLimitSeconds: body.waiting_limit_seconds,
        moveWaiting: body.move_waiting,
        maySendTwice: body.may_send_twice,
        fallback: body.fallback && readFallback(body.fallback),
        offlineLimitSeconds: body.offline_limit_seconds,
        splitLongTexts: body.split_long_texts,
        quietHours: body.quiet_hours,
        sendLimits: body.velocity && readLimits(body.velocity),
        pausesItself: body.pause_itself,
      });
      const changed = await flows.changeKey(c.get("deps"), params.apiKeyId, change);
      if (!changed.ok) return changed;
      const resumed = await resumeKey(c.get("deps"), params.apiKeyId, body.status);
      return resumed.ok ? reply(200, await toApiKey(c.get("deps"), changed.value)) : resumed;
    },
    adminGuard,
  );

  mount(
    router,
    operations.revokeApiKey,
    async ({ params, reply }, c) => {
      const revoked = await flows.revokeKey(c.get("deps"), params.apiKeyId);
      return revoked.ok ? reply(200, { success: true, revoked_at: revoked.value.revokedAt }) : revoked;
    },
    adminGuard,
  );
}

function mountTokens(router: Hono<Edge>): void {
  mount(
    router,
    operations.createApiKey,
    async ({ body, reply }, c) => {
      const created = await flows.createApiKey(c.get("deps"), {
        name: body.name,
        organizationId: body.organization_id,
        mode: body.mode,
        selection: body.selection === undefined ? null : readSelection(body.selection),
      });
      if (!created.ok) return created;
      const { key, token } = created.value;
      return reply(201, {
        api_key_id: key.id,
        key: token,
        name: key.name,
        organization_id: key.organizationId,
        mode: key.mode,
        protocol: key.protocol,
        created_at: key.createdAt,
      });
    },
    adminGuard,
  );

  mount(
    router,
    operations.rotateApiKey,
    async ({ params, body, reply }, c) => {
      const rotated = await flows.rotateKey(c.get("deps"), params.apiKeyId, body.overlap_seconds);
      if (!rotated.ok) return rotated;
      const { token, previousValidUntil } = rotated.value;
      return reply(200, { key: token, previous_valid_until: previousValidUntil });
    },
    adminGuard,
  );
}
