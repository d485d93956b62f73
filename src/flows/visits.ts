import type { PoolCalls } from "../domain/pool-calls.ts";

/** What is needed of a Worker to come back: its promises by pool, each with the time at which it is kept, its pools, a clock, and work behind its answer. */
export type Visitor = {
  visits: Map<string, number>;
  pool: (keyId: string) => Pick<PoolCalls, "keepAll">;
  now: () => number;
  keepAlive: (work: Promise<unknown>) => void;
};

/** After so long a pool is visited, and so often by one request at most: what goes on behind an answer has 30 s. Who promises reaches the pool within `calledWithinMs`. */
export const visiting = { afterMs: 6_000, atMost: 4, calledWithinMs: 1_000 };

/**
 * Promises a pool that somebody comes back in a few seconds and has written down what it keeps in memory until then: a timer of its own would keep the object awake, and
 * billed, while a request costs nothing as it waits. One at a time for each pool. Returns true, to be said with the call.
 */
export function promiseVisit(deps: Visitor, keyId: string): true {
  if (!isPromised(deps, keyId)) deps.keepAlive(visit(deps, keyId, promise(deps, keyId), visiting.atMost));
  return true;
}

/** Returns when it is to be kept. */
function promise(deps: Visitor, keyId: string): number {
  const at = deps.now() + visiting.afterMs;
  deps.visits.set(keyId, at);
  return at;
}

/** A visit that is near may be over before a call that relies on it arrives. One whose time is past was not made: what goes on behind an answer is ended after 30 s, whatever it promised. */
function isPromised(deps: Visitor, keyId: string): boolean {
  return (deps.visits.get(keyId) ?? 0) > deps.now() + visiting.calledWithinMs;
}

/** The promise is over before the call that keeps it, so that whoever calls meanwhile gives one of his own. Never throws. */
async function visit(deps: Visitor, keyId: string, at: number, left: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, visiting.afterMs));
  if (deps.visits.get(keyId) === at) deps.visits.delete(keyId);
  const goesOn = await deps
    .pool(keyId)
    .keepAll(left > 1)
    .catch(() => false);
  if (!goesOn || isPromised(deps, keyId)) return;
  await visit(deps, keyId, promise(deps, keyId), left - 1);
}
