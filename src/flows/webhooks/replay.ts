import { listApiKeys } from "../../directory/api-keys.ts";
import { isLobbyOpen } from "../../directory/lobbies.ts";
import type { WebhookRow } from "../../directory/webhooks.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { poolTag, tagOfRowId } from "../../domain/ids.ts";
import type { Credential, ReplayedRange, ReplayQuery } from "../../domain/pool-calls.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";
import { type AttemptEnd, attempt } from "./attempt.ts";
import { learn, logDelivery, toEnd } from "./deliver.ts";

export type Replayed = { replayEventId: string; originalEventId: string; webhookUrl: string; end: AttemptEnd };

/** Delivers an event to a webhook again, at once: a new event, which goes on by the schedule when this attempt fails. Without a credential the admin asks. */
export async function replayEvent(
  deps: Deps,
  asked: { keyId: string; credential: Credential | null; webhookId: string; eventId: string },
): Promise<Result<Replayed>> {
  const { keyId, credential, webhookId, eventId } = asked;
  const begun = await askPool(deps, keyId, (pool) => pool.replayOne(credential, webhookId, eventId));
  if (!begun.ok) return begun;
  const delivery = begun.value;
  const end = await attempt(deps, delivery);
  const verdicts = await deps.pool(keyId).recordDeliveries("fast", [toEnd(end)], 0);
  logDelivery(deps, keyId, delivery, end);
  await learn(deps, keyId, verdicts);
  const { eventId: replayEventId, url: webhookUrl } = delivery;
  return ok({ replayEventId, originalEventId: eventId, webhookUrl, end });
}

/** Delivers an event again for the admin: an organization's webhook has events in the pools of all its keys and in its lobby, and the event's id says in whose. */
export async function replayEventAsAdmin(deps: Deps, webhook: WebhookRow, eventId: string): Promise<Result<Replayed>> {
  const tag = tagOfRowId("evt", eventId);
  const pools = await keysOf(deps, webhook);
  const keyId = pools.find((id) => poolTag(id) === tag);
  if (keyId === undefined) return fail("not_found", "Event not found: events are kept for 30 days.");
  return replayEvent(deps, { keyId, credential: null, webhookId: webhook.id, eventId });
}

/** Replays a range for the admin in every pool that delivers to the webhook; `nextSince` is the earliest that one of them names. */
export async function replayRangeAsAdmin(
  deps: Deps,
  webhook: WebhookRow,
  query: ReplayQuery,
): Promise<Result<ReplayedRange>> {
  const whole: ReplayedRange = { replayed: 0, nextSince: null, coversFrom: query.since };
  for (const keyId of await keysOf(deps, webhook)) {
    const answer = await askPool(deps, keyId, (pool) => pool.replayRange(null, query));
    if (!answer.ok) return answer;
    whole.replayed += answer.value.replayed;
    whole.coversFrom = answer.value.coversFrom ?? query.since;
    const times = [whole.nextSince, answer.value.nextSince].filter((time) => time !== null);
    whole.nextSince = times.length === 0 ? null : Math.min(...times);
  }
  return ok(whole);
}

async function keysOf(deps: Deps, webhook: WebhookRow): Promise<string[]> {
  if (webhook.apiKeyId !== null) return [webhook.apiKeyId];
  const { keys } = await listApiKeys(deps.db, { organizationId: webhook.organizationId, limit: 10_000, offset: 0 });
  const living = keys.filter((key) => key.status !== "revoked").map((key) => key.id);
  return (await isLobbyOpen(deps.db, webhook.organizationId)) ? [...living, webhook.organizationId] : living;
}
