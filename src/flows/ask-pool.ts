import { readLobby } from "../directory/lobbies.ts";
import { readSnapshot } from "../directory/publish.ts";
import { parseToken } from "../domain/api-key.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import type { Credential, PoolCalls } from "../domain/pool-calls.ts";
import { deriveKey } from "../sealing/derive.ts";
import type { Deps } from "./deps.ts";

/** Reads an Authorization header; garbage is refused by its checksum before any storage is touched. */
export async function readCredential(
  deps: Pick<Deps, "keyRing">,
  authorization: string | undefined,
): Promise<Result<Credential>> {
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) return fail("unauthorized");
  const parsed = await parseToken(token, await deriveKey(deps.keyRing, "api-key-checksum"));
  return parsed === null ? fail("unauthorized") : ok({ keyId: parsed.keyId, hash: parsed.hash });
}

/** Asks a key's object, or an organization's lobby. One that has no snapshot yet (new, restored, or its publishing failed) is given one and asked again. */
export async function askPool<T>(
  deps: Deps,
  keyId: string,
  question: (pool: PoolCalls) => Promise<Result<T>>,
): Promise<Result<T>> {
  const pool = deps.pool(keyId);
  const answer = await question(pool);
  if (answer.ok || answer.failure.code !== "needs_snapshot") return answer;
  const isLobby = keyId.startsWith("org_");
  const snapshot = await (isLobby ? readLobby(deps.db, keyId) : readSnapshot(deps.db, keyId, deps.now()));
  if (snapshot === null) return fail("unauthorized");
  await pool.publish(snapshot);
  return question(pool);
}
