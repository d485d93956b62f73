import { listApiKeys } from "../../directory/api-keys.ts";
import { isLobbyOpen } from "../../directory/lobbies.ts";
import type { WebhookRow } from "../../directory/webhooks.ts";
import type { WebhookState } from "../../domain/calls/telling.ts";
import { disableAfterMs } from "../../domain/endpoint-health.ts";
import type { Deps } from "../deps.ts";
import { putQuestion } from "../put-question.ts";

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

/** How webhooks fare at each pool that tells them anything, and how many of these pools could not be asked. */
export type Fare = { states: WebhookState[]; unasked: number };

/** Asks all pools that deliver to these webhooks how they fare. */
export async function askHowTheyFare(deps: Deps, webhooks: readonly Scoped[]): Promise<Fare> {
  const keyIds = await poolsOf(deps, webhooks);
  const answers = await Promise.allSettled(
    keyIds.map((keyId) => putQuestion(deps, keyId, (pool) => pool.adminWebhookStates())),
  );
  const answered = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const unknown = answered.filter((answer) => !answer.ok && answer.failure.code !== "unauthorized").length;
  return {
    states: answered.flatMap((answer) => (answer.ok ? answer.value : [])),
    unasked: answers.length - answered.length + unknown,
  };
}

/**
 * Says whether an organization's webhook has had nothing but failures for five days in all pools that told it anything meanwhile: one of them sees its own alone. One
 * that fails there for a shorter time may have succeeded before, and so may one that cannot be asked: the next failure asks again.
 */
export async function failsEverywhere(deps: Deps, webhook: Scoped): Promise<boolean> {
  const since = deps.now() - disableAfterMs;
  const { states, unasked } = await askHowTheyFare(deps, [webhook]);
  const own = states.filter(({ webhookId }) => webhookId === webhook.id);
  const fails = ({ lastTriggeredAt: at, failingSince }: WebhookState) =>
    (at ?? 0) <= since || (failingSince ?? at ?? 0) <= since;
  return unasked === 0 && own.every(fails);
}
