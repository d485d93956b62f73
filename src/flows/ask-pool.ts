import { parseToken } from "../domain/api-key.ts";
import type { Credential } from "../domain/calls/asker.ts";
import type { Handed } from "../domain/calls/telling.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import type { PoolCalls } from "../domain/pool-calls.ts";
import { deriveKey } from "../sealing/derive.ts";
import type { Deps } from "./deps.ts";
import { giveSnapshot } from "./publish.ts";
import { deliverHanded } from "./webhooks/deliver.ts";

/** Reads an Authorization header; garbage is refused by its checksum before any storage is touched. */
export async function readCredential(
  deps: Pick<Deps, "keyRing">,
  authorization: string | undefined,
): Promise<Result<Credential>> {
  const token = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) return fail("unauthorized");
  const parsed = await parseToken(token, await deriveKey(deps.keyRing, "api-key-checksum"));
  return parsed === null ? fail("unauthorized") : ok({ keyId: parsed.keyId, hash: parsed.hash });
}

/**
 * Asks a key's object, or an organization's lobby, and delivers what it hands over with its answer. One that has no snapshot yet (new, restored, or its publishing failed)
 * is given one and asked again.
 */
export async function askPool<T>(
  deps: Deps,
  keyId: string,
  question: (pool: PoolCalls) => Promise<Handed<T>>,
): Promise<Result<T>> {
  const answer = await ask(deps, keyId, question);
  if (answer.ok || answer.failure.code !== "needs_snapshot") return answer;
  if (!(await giveSnapshot(deps, keyId))) return fail("unauthorized");
  return ask(deps, keyId, question);
}

async function ask<T>(
  deps: Deps,
  keyId: string,
  question: (pool: PoolCalls) => Promise<Handed<T>>,
): Promise<Result<T>> {
  const { handed, ...answer } = await put(deps, keyId, question);
  deliverHanded(deps, keyId, handed);
  return answer;
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
