import { listBehind } from "../directory/api-keys.ts";
import { listLivingKeys, listMissingTables } from "../directory/standing.ts";
import type { Deps } from "./deps.ts";
import { checkPublicUrl, type Finding } from "./public-url.ts";

/** How many pools are asked what they owe. */
const mostPools = 100;
const mostBehind = 10_000;

export type Status = {
  directory: Finding;
  migrations: Finding;
  publicUrl: Finding;
  undeliveredWebhooks: number;
  poolsBehind: number;
};

/** Looks at everything that must be in order; what cannot be looked at is said to be amiss, never thrown. */
export async function checkStatus(deps: Deps): Promise<Status> {
  const [directory, publicUrl] = await Promise.all([checkDirectory(deps), checkPublicUrl(deps)]);
  const usable = directory.directory.ok && directory.migrations.ok;
  const [undeliveredWebhooks, poolsBehind] = usable ? await Promise.all([countOwed(deps), countBehind(deps)]) : [0, 0];
  return { ...directory, publicUrl, undeliveredWebhooks, poolsBehind };
}

async function checkDirectory(deps: Deps): Promise<{ directory: Finding; migrations: Finding }> {
  try {
    const missing = await listMissingTables(deps.db);
    const detail =
      missing.length === 0
        ? "All tables are there."
        : `Missing: ${missing.join(", ")}. Apply the migrations: npx wrangler d1 migrations apply DB --remote.`;
    return { directory: { ok: true, detail: "It answers." }, migrations: { ok: missing.length === 0, detail } };
  } catch (error) {
    deps.log({ event: "directory_unreachable", error: String(error) });
    return {
      directory: { ok: false, detail: "The database does not answer: check the DB binding." },
      migrations: { ok: false, detail: "Not known while the database does not answer." },
    };
  }
}

async function countOwed(deps: Deps): Promise<number> {
  const keyIds = await listLivingKeys(deps.db, mostPools);
  const stats = await Promise.allSettled(keyIds.map((keyId) => deps.pool(keyId).stats()));
  return stats.reduce(
    (sum, result) => sum + (result.status === "fulfilled" ? (result.value?.owedDeliveries ?? 0) : 0),
    0,
  );
}

async function countBehind(deps: Deps): Promise<number> {
  return (await listBehind(deps.db, mostBehind)).length;
}
