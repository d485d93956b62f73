import type { Hono } from "hono";
import { version } from "../../../../package.json";
import { checkStatus, type PoolStatus } from "../../../flows/check-status.ts";
import { checkUp } from "../../../flows/check-up.ts";
import { type KeyNeed, listKeyNeeds } from "../../../flows/master-keys.ts";
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
      const { directory, migrations, publicUrl, usable, pools } = status;
      const needs = usable ? await listKeyNeeds(c.get("deps")) : [];
      return reply(200, {
        ok:
          usable &&
          directory.ok &&
          publicUrl.ok &&
          needs.every(({ opens }) => opens) &&
          pools.every(({ stats }) => stats !== null),
        version,
        directory,
        migrations,
        secrets: { ok: true, missing: [] },
        public_url: publicUrl,
        undelivered_webhooks: status.undeliveredWebhooks,
        pools_behind: status.poolsBehind,
        master_keys: needs.map(toKeyNeed),
        checks: await checkUp(c.get("deps"), status, needs),
        pools: pools.map(toPoolStatus),
        next_after: status.nextAfter,
      });
    },
    adminGuard,
  );
}

function toKeyNeed({ id, inRing, opens, isNewest, secrets, tokens, callbacksUntil }: KeyNeed) {
  return { id, in_ring: inRing, opens, newest: isNewest, secrets, tokens, callbacks_until: callbacksUntil };
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
