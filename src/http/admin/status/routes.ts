import type { Hono } from "hono";
import { version } from "../../../../package.json";
import { checkStatus, type PoolStatus } from "../../../flows/check-status.ts";
import { checkUp } from "../../../flows/check-up.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { getStatus } from "./contract.ts";

/** Registers the call that says whether everything is in order. Without its secrets nothing is open, so a status that answers misses none. */
export function mountStatus(router: Hono<Edge>): void {
  mount(
    router,
    getStatus,
    async ({ query, reply }, c) => {
      const status = await checkStatus(c.get("deps"), query.after ?? null);
      const { directory, migrations, publicUrl } = status;
      return reply(200, {
        ok: directory.ok && migrations.ok && publicUrl.ok,
        version,
        directory,
        migrations,
        secrets: { ok: true, missing: [] },
        public_url: publicUrl,
        undelivered_webhooks: status.undeliveredWebhooks,
        pools_behind: status.poolsBehind,
        checks: await checkUp(c.get("deps"), status),
        pools: status.pools.map(toPoolStatus),
        next_after: status.nextAfter,
      });
    },
    adminGuard,
  );
}

function toPoolStatus({ id, name, isBehind, stats }: PoolStatus) {
  return {
    api_key_id: id,
    name,
    waiting: stats?.waitingMessages ?? null,
    unknown: stats?.unknownMessages ?? null,
    owed: stats?.owedDeliveries ?? null,
    ledger_bytes: stats?.ledgerBytes ?? null,
    last_used_at: stats?.lastUsedAt ?? null,
    behind: isBehind,
  };
}
