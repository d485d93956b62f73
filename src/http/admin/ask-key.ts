import { type ApiKeyView, findApiKey } from "../../directory/api-keys.ts";
import { isApiKeyId } from "../../domain/api-key.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { PoolCalls } from "../../domain/pool-calls.ts";
import { askPool } from "../../flows/ask-pool.ts";
import type { Deps } from "../../flows/deps.ts";

/** Returns the key that a path names, or `not_found`. */
export async function readKey(deps: Deps, keyId: string): Promise<Result<ApiKeyView>> {
  const key = await findApiKey(deps.db, keyId);
  return key === null ? noSuchKey() : ok(key);
}

/** Asks the pool of a key, or answers `not_found`: one object call, and the directory is read only where the object has no snapshot. A name without the form of a key's id reaches no object. */
export async function askKey<T>(
  deps: Deps,
  keyId: string,
  question: (pool: PoolCalls) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (!isApiKeyId(keyId)) return noSuchKey();
  const answer = await askPool(deps, keyId, question);
  return !answer.ok && answer.failure.code === "unauthorized" ? noSuchKey() : answer;
}

function noSuchKey() {
  return fail("not_found", "API key not found.");
}
