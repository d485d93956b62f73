import { listBehindOf, listHeedingKeys, markPublished } from "../directory/api-keys.ts";
import { markLobby, readLobby } from "../directory/lobbies.ts";
import { readSnapshots } from "../directory/publish.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import type { Deps } from "./deps.ts";

const parallelPublishes = 6;
/** So many snapshots are read at once: a handful of queries for each such part of a list (a Worker has 1,000 in one invocation, 50 on the free plan). */
const readAtOnce = 100;
/** So many keys of an organization are served in one turn (an invocation may make 1,000 calls in all): the rest goes on in a turn of its own. */
const keysPerTurn = 700;

/** Gives each key's pool its newest snapshot; `publish_failed` when one did not take it: the watchdog repeats it. */
export async function publishKeys(deps: Deps, keyIds: readonly string[]): Promise<Result<null>> {
  let failed = 0;
  for (let start = 0; start < keyIds.length; start += readAtOnce) {
    const snapshots = await readSnapshots(deps.db, keyIds.slice(start, start + readAtOnce), deps.now());
    const confirmed = await publishAll(deps, snapshots);
    failed += snapshots.length - confirmed.length;
    if (confirmed.length > 0) await markPublished(deps.db, confirmed);
  }
  return describe(failed);
}

type Confirmed = { id: string; version: number };

/** Returns what the pools confirmed. */
async function publishAll(deps: Deps, snapshots: readonly Snapshot[]): Promise<Confirmed[]> {
  const confirmed: Confirmed[] = [];
  for (let start = 0; start < snapshots.length; start += parallelPublishes) {
    const results = snapshots.slice(start, start + parallelPublishes).map((snapshot) => publishOne(deps, snapshot));
    confirmed.push(...(await Promise.all(results)).filter((result) => result !== null));
  }
  return confirmed;
}

async function publishOne(deps: Deps, snapshot: Snapshot): Promise<Confirmed | null> {
  const { id } = snapshot.apiKey;
  try {
    const { version } = await deps.pool(id).publish(snapshot);
    return { id, version };
  } catch (error) {
    deps.log({ event: "publish_failed", api_key_id: id, error: String(error) });
    return null;
  }
}

function describe(behind: number): Result<null> {
  return behind === 0 ? ok(null) : fail("publish_failed", undefined, { pools_behind: behind });
}

/** Publishes to an organization's lobby and to every key of it, those lately revoked too; what is too much for one turn is `publish_failed`, and goes on by itself. */
export async function publishOrganization(deps: Deps, organizationId: string): Promise<Result<null>> {
  const lobby = await publishLobby(deps, organizationId);
  const keyIds = await listHeedingKeys(deps.db, organizationId);
  const keys = await publishKeys(deps, keyIds.slice(0, keysPerTurn));
  if (keyIds.length > keysPerTurn) {
    await deps.send({ errand: "publish", organizationId });
    return describe(keyIds.length - keysPerTurn);
  }
  return lobby.ok ? keys : lobby;
}

/** Goes on with an organization's keys that are still behind. */
export async function goOnPublishing(deps: Deps, organizationId: string): Promise<void> {
  const behind = await listBehindOf(deps.db, organizationId, keysPerTurn);
  const published = await publishKeys(deps, behind);
  if (published.ok && behind.length === keysPerTurn) await deps.send({ errand: "publish", organizationId });
}

/** Gives an organization's lobby its newest snapshot, where it is in use. */
export async function publishLobby(deps: Deps, organizationId: string): Promise<Result<null>> {
  const snapshot = await readLobby(deps.db, organizationId);
  if (snapshot === null) return ok(null);
  const confirmed = await publishOne(deps, snapshot);
  if (confirmed !== null) await markLobby(deps.db, organizationId, confirmed.version);
  return describe(confirmed === null ? 1 : 0);
}
