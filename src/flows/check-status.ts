import { listBehind } from "../directory/key-versions.ts";
import { knowsAnyKey, listMissingTables, listPools, type PoolStanding } from "../directory/standing.ts";
import type { PoolCheckUp } from "../domain/calls/numbers.ts";
import type { Deps } from "./deps.ts";
import { checkPublicUrl, type Finding } from "./public-url.ts";

/** How many pools are asked in one call: an invocation may ask 50 times outside itself on the free plan. */
const poolsAtOnce = 40;
const mostBehind = 10_000;

export type Status = {
  directory: Finding;
  /** The directory answers and has its tables: it can be looked into, even where it is not in order. */
  usable: boolean;
  migrations: Finding;
  publicUrl: Finding;
  undeliveredWebhooks: number;
  poolsBehind: number;
  pools: PoolStatus[];
  nextAfter: string | null;
};

/** How a key's pool stands; `stats` null: it did not answer. */
export type PoolStatus = PoolStanding & { stats: PoolCheckUp | null };

/** Looks at everything that must be in order, and at one page of the pools; what cannot be looked at is said to be amiss, never thrown. */
export async function checkStatus(deps: Deps, after: string | null): Promise<Status> {
  const [directory, publicUrl] = await Promise.all([checkDirectory(deps), checkAddress(deps)]);
  const [page, poolsBehind] = directory.usable
    ? await Promise.all([readPools(deps, after), countBehind(deps)])
    : [{ pools: [], nextAfter: null }, 0];
  const undeliveredWebhooks = page.pools.reduce((sum, { stats }) => sum + (stats?.owedDeliveries ?? 0), 0);
  return { ...directory, publicUrl, undeliveredWebhooks, poolsBehind, ...page };
}

/** The address may stand in a directory that does not answer, or has no table for it yet. */
async function checkAddress(deps: Deps): Promise<Finding> {
  try {
    return await checkPublicUrl(deps);
  } catch (error) {
    deps.log({ event: "address_unreadable", error: String(error) });
    return { ok: false, detail: "Not known while the database does not answer." };
  }
}

const answers = { ok: true, detail: "It answers." };
const empty = {
  ok: false,
  detail: "It knows no API key: either none was made yet, or the database was emptied beside the pools of its keys.",
};

async function checkDirectory(deps: Deps): Promise<Pick<Status, "directory" | "migrations" | "usable">> {
  try {
    const missing = await listMissingTables(deps.db);
    const detail =
      missing.length === 0
        ? "All tables are there."
        : `Missing: ${missing.join(", ")}. Apply the migrations: npx wrangler d1 migrations apply DB --remote.`;
    const usable = missing.length === 0;
    const directory = !usable || (await knowsAnyKey(deps.db)) ? answers : empty;
    return { directory, migrations: { ok: usable, detail }, usable };
  } catch (error) {
    deps.log({ event: "directory_unreachable", error: String(error) });
    return {
      directory: { ok: false, detail: "The database does not answer: check the DB binding." },
      migrations: { ok: false, detail: "Not known while the database does not answer." },
      usable: false,
    };
  }
}

async function readPools(deps: Deps, after: string | null): Promise<Pick<Status, "pools" | "nextAfter">> {
  const found = await listPools(deps.db, { after, limit: poolsAtOnce + 1 });
  const page = found.slice(0, poolsAtOnce);
  const stats = await Promise.allSettled(page.map(({ id }) => deps.pool(id).checkUp()));
  const pools = page.map((pool, index) => {
    const answer = stats[index];
    return { ...pool, stats: answer?.status === "fulfilled" ? answer.value : null };
  });
  return { pools, nextAfter: found.length > poolsAtOnce ? (page.at(-1)?.id ?? null) : null };
}

async function countBehind(deps: Deps): Promise<number> {
  return (await listBehind(deps.db, mostBehind)).length;
}
