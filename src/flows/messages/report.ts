import { isBehind } from "../../directory/api-keys.ts";
import { parsePoolReference } from "../../domain/api-key.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { deriveKey } from "../../sealing/derive.ts";
import type { Deps } from "../deps.ts";
import { publishKeys } from "../publish.ts";

export type IncomingReport = { accountId: string; url: URL; params: [string, string][]; signature: string | null };

/**
 * Hands a status callback to the pool that its URL names: one object call. A reference that we did not make reaches no object. A pool that has not heard of a
 * change yet is told of it before a report is refused.
 */
export async function reportStatus(deps: Deps, incoming: IncomingReport): Promise<Result<null>> {
  const reference = incoming.url.searchParams.get("pool") ?? "";
  const keyId = await parsePoolReference(reference, await deriveKey(deps.keyRing, "api-key-checksum"));
  if (keyId === null) return fail("signature_invalid");
  const pool = deps.pool(keyId);
  const report = {
    accountId: incoming.accountId,
    messageId: incoming.url.searchParams.get("message"),
    url: deps.publicUrl + incoming.url.pathname + incoming.url.search,
    params: incoming.params,
    signature: incoming.signature,
  };
  let answer = await pool.report(report);
  if (answer === "unknown_pool" || (answer === "forbidden" && (await isBehind(deps.db, keyId)))) {
    await publishKeys(deps, [keyId]);
    answer = await pool.report(report);
  }
  return answer === "forbidden" || answer === "unknown_pool" ? fail("signature_invalid") : ok(null);
}
