import type { Handed } from "../domain/calls/telling.ts";
import { fail } from "../domain/failure.ts";
import type { PoolCalls } from "../domain/pool-calls.ts";
import type { Deps } from "./deps.ts";
import { giveSnapshot } from "./publish.ts";

/**
 * Asks a key's object, or an organization's lobby, and returns its answer with what it hands over. One that has no snapshot yet (new, restored, or its publishing failed)
 * is given one and asked again; `unauthorized` where there is no such key.
 */
export async function putQuestion<T>(
  deps: Deps,
  keyId: string,
  question: (pool: PoolCalls) => Promise<Handed<T>>,
): Promise<Handed<T>> {
  const answer = await put(deps, keyId, question);
  if (answer.ok || answer.failure.code !== "needs_snapshot") return answer;
  if (!(await giveSnapshot(deps, keyId))) return fail("unauthorized");
  return put(deps, keyId, question);
}

const oldObject =
  "The storage of this key still runs the release before, which does not know this call: ask again in a minute, while the upgrade is under way.";

/** An object may run the release before for minutes after a deployment: what it does not know yet is a failure that passes, not a defect. */
async function put<T>(
  deps: Deps,
  keyId: string,
  question: (pool: PoolCalls) => Promise<Handed<T>>,
): Promise<Handed<T>> {
  try {
    return await question(deps.pool(keyId));
  } catch (error) {
    if (!/does not implement/.test(String(error))) throw error;
    return fail("release_mismatch", oldObject, undefined, 60);
  }
}
