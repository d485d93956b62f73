import { listApiKeys } from "../../directory/api-keys.ts";
import { isLobbyOpen } from "../../directory/lobbies.ts";
import type { WebhookRow } from "../../directory/webhooks.ts";
import { disableAfterMs } from "../../domain/endpoint-health.ts";
import type { Deps } from "../deps.ts";

/** A webhook, and whose it is. */
export type Scoped = Pick<WebhookRow, "id" | "organizationId" | "apiKeyId">;

const mostKeys = 10_000;

/** Returns the pools that tell these webhooks anything: a webhook of a key is delivered to by that key's pool, one of an organization by the pool of every key, revoked ones too, and by its lobby. */
export async function poolsOf(deps: Deps, webhooks: readonly Scoped[]): Promise<string[]> {
  const keyIds = new Set(webhooks.flatMap(({ apiKeyId }) => apiKeyId ?? []));
  const shared = webhooks.filter(({ apiKeyId }) => apiKeyId === null);
  for (const organizationId of new Set(shared.map((webhook) => webhook.organizationId))) {
    const { keys } = await listApiKeys(deps.db, { organizationId, limit: mostKeys, offset: 0 });
    for (const key of keys) keyIds.add(key.id);
    if (await isLobbyOpen(deps.db, organizationId)) keyIds.add(organizationId);
  }
  return [...keyIds];
}

/**
 * Says whether an organization's webhook has had nothing but failures for five days in all pools that told it anything meanwhile: one of them sees its own alone. One
 * that fails there for a shorter time may have succeeded before.
 */
export async function failsEverywhere(deps: Deps, webhook: Scoped): Promise<boolean> {
  const since = deps.now() - disableAfterMs;
  const pools = await poolsOf(deps, [webhook]);
  const answers = await Promise.allSettled(pools.map((keyId) => deps.pool(keyId).adminWebhookStates()));
  const known = answers.flatMap((answer) =>
    answer.status === "fulfilled" && answer.value.ok ? answer.value.value : [],
  );
  const own = known.filter(({ webhookId }) => webhookId === webhook.id);
  return own.every(({ lastTriggeredAt: at, failingSince }) => (at ?? 0) <= since || (failingSince ?? at ?? 0) <= since);
}
