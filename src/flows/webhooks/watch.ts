import { listApiKeys } from "../../directory/api-keys.ts";
import { isLobbyOpen } from "../../directory/lobbies.ts";
import type { WebhookRow } from "../../directory/webhooks.ts";
import type { DeliveryLog, ListLogs, WebhookState } from "../../domain/calls/telling.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";

type Scoped = Pick<WebhookRow, "id" | "organizationId" | "apiKeyId">;

const mostKeys = 10_000;
/** How deep the merged logs of several pools reach, so that they fit into memory. */
const deepest = 1_000;

/** A webhook of a key is delivered to by that key's pool, one of an organization by the pool of every key, revoked ones too, and by its lobby. */
async function poolsOf(deps: Deps, webhooks: readonly Scoped[]): Promise<string[]> {
  const keyIds = new Set(webhooks.flatMap(({ apiKeyId }) => apiKeyId ?? []));
  const shared = webhooks.filter(({ apiKeyId }) => apiKeyId === null);
  for (const organizationId of new Set(shared.map((webhook) => webhook.organizationId))) {
    const { keys } = await listApiKeys(deps.db, { organizationId, limit: mostKeys, offset: 0 });
    for (const key of keys) keyIds.add(key.id);
    if (await isLobbyOpen(deps.db, organizationId)) keyIds.add(organizationId);
  }
  return [...keyIds];
}

/** Returns how webhooks fare, by id, over all pools that deliver to them; a pool that does not answer is left out. */
export async function readWebhookStates(deps: Deps, webhooks: readonly Scoped[]): Promise<Map<string, WebhookState>> {
  const states = new Map<string, WebhookState>();
  const keyIds = await poolsOf(deps, webhooks);
  const answers = await Promise.allSettled(
    keyIds.map((keyId) => askPool(deps, keyId, (pool) => pool.adminWebhookStates())),
  );
  for (const answer of answers) {
    if (answer.status === "rejected" || !answer.value.ok) continue;
    for (const state of answer.value.value) states.set(state.webhookId, combine(states.get(state.webhookId), state));
  }
  return states;
}

function combine(known: WebhookState | undefined, state: WebhookState): WebhookState {
  if (known === undefined) return state;
  const newer = (state.lastTriggeredAt ?? 0) > (known.lastTriggeredAt ?? 0) ? state : known;
  const failing = [known.failingSince, state.failingSince].filter((time) => time !== null);
  return {
    webhookId: state.webhookId,
    lastTriggeredAt: newer.lastTriggeredAt,
    lastStatus: newer.lastStatus,
    failureCount: known.failureCount + state.failureCount,
    failingSince: failing.length === 0 ? null : Math.min(...failing),
    owed: known.owed + state.owed,
  };
}

export type LogsPage = { logs: DeliveryLog[]; total: number };

/** Returns one page of a webhook's attempts; those of several pools are merged by time before the page is cut. */
export async function listWebhookLogs(deps: Deps, webhook: Scoped, query: ListLogs): Promise<Result<LogsPage>> {
  const keyIds = await poolsOf(deps, [webhook]);
  const [only] = keyIds;
  if (only !== undefined && keyIds.length === 1) return askPool(deps, only, (pool) => pool.adminListLogs(query));
  const end = query.offset + query.limit;
  if (end > deepest) {
    return fail("invalid_request", `The logs of several keys reach ${deepest} deep: filter them by their status.`);
  }
  const first = { ...query, offset: 0, limit: end };
  const pages = await Promise.all(keyIds.map((keyId) => askPool(deps, keyId, (pool) => pool.adminListLogs(first))));
  const logs: DeliveryLog[][] = [];
  let total = 0;
  for (const page of pages) {
    if (!page.ok) return page;
    logs.push(page.value.logs);
    total += page.value.total;
  }
  return ok({ logs: mergeByTime(logs, query.sort, end).slice(query.offset), total });
}

/** Each list keeps its own order, so that the pages of one query join without a gap or a repeat. */
function mergeByTime(lists: DeliveryLog[][], sort: ListLogs["sort"], limit: number): DeliveryLog[] {
  const sign = sort === "asc" ? 1 : -1;
  const merged: DeliveryLog[] = [];
  while (merged.length < limit) {
    const waiting = lists.filter((logs) => logs.length > 0);
    if (waiting.length === 0) break;
    const next = waiting.reduce((first, logs) => (sign * (headOf(logs) - headOf(first)) < 0 ? logs : first));
    merged.push(...next.splice(0, 1));
  }
  return merged;
}

function headOf(logs: DeliveryLog[]): number {
  return logs[0]?.attemptedAt ?? 0;
}
