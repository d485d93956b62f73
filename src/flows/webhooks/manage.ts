import { findApiKey } from "../../directory/api-keys.ts";
import {
  deleteWebhook,
  findWebhook,
  findWebhookByUrl,
  insertWebhook,
  measureFilters,
  replaceSecret,
  updateWebhook,
  type WebhookRow,
  webhookLimitOfKey,
} from "../../directory/webhooks.ts";
import { hasEnded } from "../../domain/event.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { hostsOf } from "../../domain/public-address.ts";
import type { WebhookFormat, WebhookType } from "../../domain/snapshot.ts";
import { formatWebhookSecret } from "../../domain/webhook-signature.ts";
import { judgeWebhookUrl } from "../../domain/webhook-url.ts";
import type { Deps } from "../deps.ts";
import { publishKeys, publishOrganization } from "../publish.ts";
import { openSecret, sealSecret } from "../secrets.ts";

export type WebhookInput = {
  url: string;
  type: WebhookType;
  validUntil: number;
  events: string[] | null;
  numbers: string[] | null;
  format: WebhookFormat;
  eventName: string;
};
export type WebhookScope = { organizationId: string; apiKeyId: string | null };

const shareTaken = `This API key has ${webhookLimitOfKey} webhooks, half of its organization's, and leaves the others to its other keys: delete one first.`;

/** Creates a webhook, or finds the one that this URL has already; the secret is in this answer and nowhere else. */
export async function createWebhook(
  deps: Deps,
  scope: WebhookScope,
  input: WebhookInput,
): Promise<Result<{ webhook: WebhookRow; secret: string | null }>> {
  const ownHosts = hostsOf(await deps.addresses.read());
  const url = judgeWebhookUrl(input.url, { ownHosts, allowLocal: deps.allowLocalWebhooks });
  if (!url.ok) return url;
  const fitting = await judgeFilters(deps, scope.organizationId, input, null);
  if (!fitting.ok) return fitting;
  const id = deps.newId("wh");
  const secret = formatWebhookSecret(deps.randomBytes(32));
  const row: WebhookRow = {
    id,
    ...scope,
    url: input.url,
    type: input.type,
    events: input.events,
    numbers: input.numbers,
    format: input.format,
    eventName: input.eventName,
    secret: await sealSecret(deps, "webhooks", id, "secret", secret),
    previousSecret: null,
    previousValidUntil: null,
    rotationCount: 0,
    validUntil: input.validUntil,
    deprecatedAt: null,
    disabledAt: null,
    disabledBecause: null,
    createdAt: deps.now(),
  };
  const inserted = await insertWebhook(deps.db, row);
  // Also where nothing was inserted: asking again puts in force what an earlier call could not publish.
  const published = await publishScope(deps, row);
  if (inserted === "full") return fail("webhook_limit_reached");
  if (inserted === "key_full") return fail("webhook_limit_reached", shareTaken);
  if (inserted === "exists") {
    const existing = await findWebhookByUrl(deps.db, scope.organizationId, scope.apiKeyId, input.url);
    if (existing === null) return fail("internal_error");
    return published.ok ? ok({ webhook: existing, secret: null }) : published;
  }
  return published.ok ? ok({ webhook: row, secret }) : published;
}

/** What the filters of all webhooks of an organization may have together: each of its pools keeps them in its snapshot. */
const filtersAtMost = 1_000_000;

async function judgeFilters(
  deps: Deps,
  organizationId: string,
  { events, numbers }: Pick<WebhookInput, "events" | "numbers">,
  instead: string | null,
): Promise<Result<null>> {
  if (numbers === null && events === null) return ok(null);
  const size = JSON.stringify(events ?? []).length + JSON.stringify(numbers ?? []).length;
  if (size + (await measureFilters(deps.db, organizationId, instead)) <= filtersAtMost) return ok(null);
  return fail(
    "invalid_request",
    "The events and numbers that this organization's webhooks name are more than 1,000,000 characters together: name fewer, or none for all.",
  );
}

function publishScope(deps: Deps, scope: WebhookScope): Promise<Result<null>> {
  return scope.apiKeyId === null
    ? publishOrganization(deps, scope.organizationId)
    : publishKeys(deps, [scope.apiKeyId]);
}

/** `liftEnd` takes away an end that is over, and leaves one that is still to come. */
export type WebhookChange = Partial<Omit<WebhookInput, "url">> & { deprecate?: boolean; liftEnd?: boolean };

/** Changes a webhook; resuming a disabled or deprecated one starts it afresh. `apiKeyId` limits it to that key's own. */
export async function changeWebhook(
  deps: Deps,
  id: string,
  change: WebhookChange,
  apiKeyId?: string,
): Promise<Result<WebhookRow>> {
  const row = await findWebhook(deps.db, id, apiKeyId);
  if (row === null) return fail("not_found", "Webhook not found.");
  const fitting = await judgeFilters(deps, row.organizationId, { ...row, ...change }, id);
  if (!fitting.ok) return fitting;
  const { deprecate, liftEnd = false, ...settings } = change;
  const standing =
    deprecate === undefined
      ? {}
      : deprecate
        ? { deprecatedAt: row.deprecatedAt ?? deps.now() }
        : { deprecatedAt: null, disabledAt: null, disabledBecause: null };
  const lifted = liftEnd && hasEnded(row, deps.now()) ? { validUntil: -1 } : {};
  const next = { ...settings, ...standing, ...lifted };
  await updateWebhook(deps.db, row, next);
  const published = await publishScope(deps, row);
  return published.ok ? ok({ ...row, ...next }) : published;
}

/** Removes a webhook: nothing is posted to it after this returns. */
export async function removeWebhook(deps: Deps, id: string, apiKeyId?: string): Promise<Result<null>> {
  const row = await findWebhook(deps.db, id, apiKeyId);
  if (row === null) return fail("not_found", "Webhook not found.");
  await deleteWebhook(deps.db, row);
  return publishScope(deps, row);
}

/** Gives a webhook a new secret; the old one signs beside it for `overlapSeconds`. Of two calls at once the later one replaces what the earlier one gave. */
export async function rotateWebhook(
  deps: Deps,
  id: string,
  overlapSeconds: number,
  apiKeyId?: string,
): Promise<Result<{ webhook: WebhookRow; secret: string; rotatedAt: number }>> {
  const row = await findWebhook(deps.db, id, apiKeyId);
  if (row === null) return fail("not_found", "Webhook not found.");
  const secret = formatWebhookSecret(deps.randomBytes(32));
  const rotatedAt = deps.now();
  const former = await openSecret(deps, "webhooks", id, "secret", row.secret);
  const change = {
    secret: await sealSecret(deps, "webhooks", id, "secret", secret),
    previousSecret: overlapSeconds === 0 ? null : await sealSecret(deps, "webhooks", id, "previous_secret", former),
    previousValidUntil: overlapSeconds === 0 ? null : rotatedAt + overlapSeconds * 1000,
    rotationCount: row.rotationCount + 1,
  };
  if (!(await replaceSecret(deps.db, row, change))) return rotateWebhook(deps, id, overlapSeconds, apiKeyId);
  const published = await publishScope(deps, row);
  return published.ok ? ok({ webhook: { ...row, ...change }, secret, rotatedAt }) : published;
}

/** Returns the scope that an admin's request names: a key's own, or the whole organization's. */
export async function resolveScope(
  deps: Deps,
  organizationId: string,
  apiKeyId: string | null,
): Promise<Result<WebhookScope>> {
  if (apiKeyId === null) return ok({ organizationId, apiKeyId: null });
  const key = await findApiKey(deps.db, apiKeyId);
  if (key === null || key.organizationId !== organizationId) return fail("not_found", "API key not found.");
  return ok({ organizationId, apiKeyId });
}
