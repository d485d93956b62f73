import { listApiKeys } from "../../directory/api-keys.ts";
import { isLobbyOpen } from "../../directory/lobbies.ts";
import type { WebhookRow } from "../../directory/webhooks.ts";
import type { Credential } from "../../domain/calls/asker.ts";
import type { ReplayedRange, ReplayQuery } from "../../domain/calls/telling.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { poolTag, tagOfRowId } from "../../domain/ids.ts";
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
  if (verdicts.more) deps.keepAlive(deps.ring({ pool: keyId, lane: "fast" }).catch(() => {}));
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

/**
 * Replays a range for the admin in every pool that delivers to the webhook. Where one of them cannot take it all, all end before that time, which is `nextSince`: asking
 * again from there repeats nothing. A pool that still replays refuses the whole, before anything is written.
 */
export async function replayRangeAsAdmin(
  deps: Deps,
  webhook: WebhookRow,
  query: ReplayQuery,
): Promise<Result<ReplayedRange>> {
  const keyIds = await keysOf(deps, webhook);
  const end = keyIds.length > 1 ? await findCommonEnd(deps, keyIds, query) : ok(null);
  if (!end.ok) return end;
  const asked = end.value === null ? query : { ...query, until: end.value - 1 };
  const whole: ReplayedRange = { replayed: 0, nextSince: end.value, coversFrom: query.since };
  for (const keyId of keyIds) {
    const answer = await askPool(deps, keyId, (pool) => pool.replayRange(null, asked));
    if (!answer.ok) return answer;
    whole.replayed += answer.value.replayed;
    whole.isOwed ||= answer.value.isOwed === true;
    whole.coversFrom = answer.value.coversFrom ?? query.since;
    whole.nextSince = earliest([whole.nextSince, answer.value.nextSince]);
  }
  return ok(whole);
}

/** An end that leaves nothing to replay before it would be no progress: then no pool is cut short. */
async function findCommonEnd(deps: Deps, keyIds: string[], query: ReplayQuery): Promise<Result<number | null>> {
  const ends: (number | null)[] = [];
  for (const keyId of keyIds) {
    const answer = await askPool(deps, keyId, (pool) => pool.findReplayEnd(query));
    if (!answer.ok) return answer;
    ends.push(answer.value.nextSince);
  }
  const end = earliest(ends);
  return ok(end !== null && end > query.since ? end : null);
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

async function keysOf(deps: Deps, webhook: WebhookRow): Promise<string[]> {
  if (webhook.apiKeyId !== null) return [webhook.apiKeyId];
  const { keys } = await listApiKeys(deps.db, { organizationId: webhook.organizationId, limit: 10_000, offset: 0 });
  const living = keys.filter((key) => key.status !== "revoked").map((key) => key.id);
  return (await isLobbyOpen(deps.db, webhook.organizationId)) ? [...living, webhook.organizationId] : living;
}
