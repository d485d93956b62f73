import type { Hono } from "hono";
import packageFile from "../../../../package.json" with { type: "json" };
import { checkStatus } from "../../../flows/check-status.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { getStatus } from "./contract.ts";

/** Registers the call that says whether everything is in order. Without its secrets nothing is open, so a status that answers misses none. */
export function mountStatus(router: Hono<Edge>): void {
  mount(
    router,
    getStatus,
    async ({ reply }, c) => {
      const status = await checkStatus(c.get("deps"));
      const { directory, migrations, publicUrl } = status;
      return reply(200, {
        ok: directory.ok && migrations.ok && publicUrl.ok,
        version: packageFile.version,
        directory,
        migrations,
        secrets: { ok: true, missing: [] },
        public_url: publicUrl,
        undelivered_webhooks: status.undeliveredWebhooks,
        pools_behind: status.poolsBehind,
      });
    },
    adminGuard,
  );
}
