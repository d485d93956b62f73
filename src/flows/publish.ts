import { listKeyIds, markPublished } from "../directory/api-keys.ts";
import { readSnapshot } from "../directory/publish.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import type { Deps } from "./deps.ts";

const parallelPublishes = 6;

/** Gives each key's pool its newest snapshot, in order of the list; `publish_failed` when one did not take it: the watchdog repeats it. */
export async function publishKeys(deps: Deps, keyIds: readonly string[]): Promise<Result<null>> {
  let failed = 0;
  for (let start = 0; start < keyIds.length; start += parallelPublishes) {
    const results = await Promise.allSettled(
      keyIds.slice(start, start + parallelPublishes).map((keyId) => publishOne(deps, keyId)),
    );
    failed += results.filter((result) => result.status === "rejected").length;
  }
  return failed === 0 ? ok(null) : fail("publish_failed", undefined, { pools_behind: failed });
}

async function publishOne(deps: Deps, keyId: string): Promise<void> {
  const snapshot = await readSnapshot(deps.db, keyId, deps.now());
  if (snapshot === null) return;
  try {
    const { version } = await deps.pool(keyId).publish(snapshot);
    await markPublished(deps.db, keyId, version);
  } catch (error) {
    deps.log({ event: "publish_failed", api_key_id: keyId, error: String(error) });
    throw error;
  }
}

/** Publishes to every key of an organization. */
export async function publishOrganization(deps: Deps, organizationId: string): Promise<Result<null>> {
  return publishKeys(deps, await listKeyIds(deps.db, organizationId));
}
