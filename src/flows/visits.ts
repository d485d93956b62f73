import type { PoolCalls } from "../domain/pool-calls.ts";

/** What is needed of a Worker to come back: its promises by pool, each with its end, its pools, a clock, and work behind its answer. */
export type Visitor = {
  visits: Map<string, number>;
  pool: (keyId: string) => Pick<PoolCalls, "keepAll">;
  now: () => number;
  keepAlive: (work: Promise<unknown>) => void;
};

/** After so long a pool is visited, and so often by one request at most: what goes on behind an answer has 30 s. */
export const visiting = { afterMs: 6_000, atMost: 4 };

/**
 * Promises a pool that somebody comes back in a few seconds and has written down what it keeps in memory until then: a timer of its own would keep the object awake, and
 * billed, while a request costs nothing as it waits. One at a time for each pool. Returns true, to be said with the call.
 */
export function promiseVisit(deps: Visitor, keyId: string): true {
  if (!isPromised(deps, keyId)) {
    promise(deps, keyId);
    deps.keepAlive(visit(deps, keyId, visiting.atMost));
  }
  return true;
}

function promise(deps: Visitor, keyId: string): void {
  deps.visits.set(keyId, deps.now() + 2 * visiting.afterMs);
}

/** What goes on behind an answer is ended after 30 s, whatever it promised: a promise that was not kept in time is none. */
function isPromised(deps: Visitor, keyId: string): boolean {
  return (deps.visits.get(keyId) ?? 0) > deps.now();
}

/** The promise is over before the call that keeps it, so that whoever calls meanwhile gives one of his own. Never throws. */
async function visit(deps: Visitor, keyId: string, left: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, visiting.afterMs));
  deps.visits.delete(keyId);
  const goesOn = await deps
    .pool(keyId)
    .keepAll(left > 1)
    .catch(() => false);
  if (!goesOn || isPromised(deps, keyId)) return;
  promise(deps, keyId);
  await visit(deps, keyId, left - 1);
}
