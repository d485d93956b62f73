import type { Hono } from "hono";
import { judgeRetirement, resealPage } from "../../../flows/master-keys.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import * as operations from "./contract.ts";

/** Registers the calls by which a master key is replaced. */
export function mountMasterKeys(router: Hono<Edge>): void {
  mount(
    router,
    operations.reseal,
    async ({ reply }, c) => {
      const done = await resealPage(c.get("deps"));
      return done.ok ? reply(200, done.value) : done;
    },
    adminGuard,
  );
  mount(
    router,
    operations.retire,
    async ({ params, reply }, c) => {
      const judged = await judgeRetirement(c.get("deps"), params.masterKeyId);
      if (!judged.ok) return judged;
      const message = `Nothing needs ${params.masterKeyId}: take it out of MASTER_KEYS.`;
      return reply(200, { master_key: params.masterKeyId, may_go: true, message });
    },
    adminGuard,
  );
}
