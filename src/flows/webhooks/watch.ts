import type { DeliveryLog, ListLogs, WebhookState } from "../../domain/calls/telling.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";
import { askHowTheyFare, poolsOf, type Scoped } from "./pools-told.ts";

/** How deep the merged logs of several pools reach, so that they fit into memory. */
const deepest = 1_000;

/** Returns how webhooks fare, by id, over all pools that deliver to them; a pool that does not answer is left out. */
export async function readWebhookStates(deps: Deps, webhooks: readonly Scoped[]): Promise<Map<string, WebhookState>> {
  const { states } = await askHowTheyFare(deps, webhooks);
  const asked = Map.groupBy(states, ({ webhookId }) => webhookId);
  return new Map([...asked].map(([id, all]) => [id, combine(id, all)]));
}

/** Where one pool's deliveries succeed, the webhook has more than failures. */
function combine(webhookId: string, states: readonly WebhookState[]): WebhookState {
  const [newest] = states.toSorted((one, other) => (other.lastTriggeredAt ?? 0) - (one.lastTriggeredAt ?? 0));
  const failing = earliest(states.map(({ failingSince }) => failingSince));
  const isDisproved = states.some(
    ({ failingSince, lastTriggeredAt: at }) => failingSince === null && failing !== null && (at ?? 0) > failing,
  );
  return {
    webhookId,
    lastTriggeredAt: newest?.lastTriggeredAt ?? null,
    lastStatus: newest?.lastStatus ?? null,
    failureCount: states.reduce((sum, { failureCount }) => sum + failureCount, 0),
    failingSince: isDisproved ? null : failing,
    owed: states.reduce((sum, { owed }) => sum + owed, 0),
    lastError: newest?.lastError ?? null,
    nextAt: earliest(states.map(({ nextAt }) => nextAt)),
    probeAt: earliest(states.map(({ probeAt }) => probeAt)),
  };
}

function earliest(times: readonly (number | null | undefined)[]): number | null {
  const known = times.filter((time) => time != null);
  return known.length === 0 ? null : Math.min(...known);
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
