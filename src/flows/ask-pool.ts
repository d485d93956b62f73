import { parseToken } from "../domain/api-key.ts";
import type { Credential } from "../domain/calls/asker.ts";
import type { Handed } from "../domain/calls/telling.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import type { PoolCalls } from "../domain/pool-calls.ts";
import { deriveKey } from "../sealing/derive.ts";
import type { Deps } from "./deps.ts";
import { putQuestion } from "./put-question.ts";
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

/** Asks a key's object, or an organization's lobby, as `putQuestion` does, and delivers what it hands over with its answer. */
export async function askPool<T>(
  deps: Deps,
  keyId: string,
  question: (pool: PoolCalls) => Promise<Handed<T>>,
): Promise<Result<T>> {
  const { handed, ...answer } = await putQuestion(deps, keyId, question);
  deliverHanded(deps, keyId, handed);
  return answer;
}
