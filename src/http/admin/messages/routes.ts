import type { Hono } from "hono";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { askKey } from "../ask-key.ts";
import { toAdminMessage } from "../trying/routes.ts";
import { readAdminMessage } from "./contract.ts";

/** Registers the call that shows a message with the trace of its sender's choice. */
export function mountAdminMessages(router: Hono<Edge>): void {
  mount(
    router,
    readAdminMessage,
    async ({ params, reply }, c) => {
      const read = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.adminReadMessage(params.messageId));
      return read.ok ? reply(200, toAdminMessage(read.value)) : read;
    },
    adminGuard,
  );
}
