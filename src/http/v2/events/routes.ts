import type { Hono } from "hono";
import type * as z from "zod";
import { askPool } from "../../../flows/ask-pool.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import type { WebhookEventPayload } from "../../webhooks/schemas.ts";
import { listEvents } from "./contract.ts";

/** Registers the pull side of webhooks. */
export function mountEvents(router: Hono<Edge>): void {
  mount(
    router,
    listEvents,
    async ({ query, reply }, c) => {
      const credential = credentialOf(c);
      const asked = { after: query.after ?? null, limit: query.limit };
      const page = await askPool(c.get("deps"), credential.keyId, (pool) => pool.listEvents(credential, asked));
      if (!page.ok) return page;
      // What the pool wrote down is the payload; parsed and written again it has the same bytes.
      const events = page.value.bodies.map((body) => JSON.parse(body) as z.output<typeof WebhookEventPayload>);
      return reply(200, { events, next_after: page.value.nextAfter });
    },
    apiKeyGuard,
  );
}
