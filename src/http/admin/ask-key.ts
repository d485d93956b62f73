import { type ApiKeyView, findApiKey } from "../../directory/api-keys.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { PoolCalls } from "../../domain/pool-calls.ts";
import { askPool } from "../../flows/ask-pool.ts";
import type { Deps } from "../../flows/deps.ts";

/** Returns the key that a path names, or `not_found`. */
export async function readKey(deps: Deps, keyId: string): Promise<Result<ApiKeyView>> {
  const key = await findApiKey(deps.db, keyId);
  return key === null ? fail("not_found", "API key not found.") : ok(key);
}

/** Asks the pool of a key that exists: a name that no key has reaches no object. */
export async function askKey<T>(
  deps: Deps,
  keyId: string,
  question: (pool: PoolCalls) => Promise<Result<T>>,
): Promise<Result<T>> {
  const key = await readKey(deps, keyId);
  return key.ok ? askPool(deps, keyId, question) : key;
}
