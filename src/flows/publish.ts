import { revokeApiKey } from "../directory/api-keys.ts";
import { listBehindOf, listHeedingKeys, markPublished, pickKey, raiseVersion } from "../directory/key-versions.ts";
import { markLobby, readLobby } from "../directory/lobbies.ts";
import { readSnapshot, readSnapshots } from "../directory/publish.ts";
import type { Published } from "../domain/calls/numbers.ts";
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
    const held = await deps.pool(id).publish(snapshot);
    return (await healVersion(deps, snapshot, held)) ?? { id, version: held.version };
  } catch (error) {
    deps.log({ event: "publish_failed", api_key_id: id, error: String(error) });
    return null;
  }
}

/**
 * A pool that holds a later version than the directory ever gave, or a revocation that the directory does not know, shows that the directory was set back in
 * time: its version goes above the pool's, a revocation is written down again, and what the directory says is published. Null where nothing of it is so.
 */
async function healVersion(deps: Deps, sent: Snapshot, held: Published): Promise<Confirmed | null> {
  const { id, status } = sent.apiKey;
  const isRevokedThere = held.revoked === true && status !== "revoked";
  if (id === sent.organization.id || (held.version <= sent.version && !isRevokedThere)) return null;
  const wasSetBack = await raiseVersion(deps.db, id, held.version);
  if (!wasSetBack && !isRevokedThere) return null;
  if (isRevokedThere) await revokeApiKey(deps.db, id, deps.now());
  deps.log({ level: "warn", event: "directory_was_set_back", api_key_id: id, revoked: isRevokedThere });
  const snapshot = await readSnapshot(deps.db, id, deps.now());
  if (snapshot === null) return null;
  return { id, version: (await deps.pool(id).publish(snapshot)).version };
}

/** Looks at the pool of one key, taken by lot, and publishes to it where it is ahead of a directory that was set back in time. */
export async function healOne(deps: Deps): Promise<void> {
  const key = await pickKey(deps.db);
  if (key === null) return;
  const stats = await deps.pool(key.id).stats();
  if (stats !== null && stats.version > key.version) await publishKeys(deps, [key.id]);
}

/** Gives a key's object, or an organization's lobby, its snapshot; false where there is no such key. Throws where the object cannot take it. */
export async function giveSnapshot(deps: Deps, id: string): Promise<boolean> {
  const isLobby = id.startsWith("org_");
  const snapshot = await (isLobby ? readLobby(deps.db, id) : readSnapshot(deps.db, id, deps.now()));
  if (snapshot === null) return false;
  const held = await deps.pool(id).publish(snapshot);
  const { version } = (await healVersion(deps, snapshot, held)) ?? held;
  await (isLobby ? markLobby(deps.db, id, version) : markPublished(deps.db, [{ id, version }]));
  return true;
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
