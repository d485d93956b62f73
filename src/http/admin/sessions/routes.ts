import type { Context, Hono } from "hono";
import { endAllSessions, listOpenSessions } from "../../../flows/sessions/session.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { readSessionCookie } from "../../session-cookie.ts";
import { paginate } from "../../shapes/paging.ts";
import * as operations from "./contract.ts";

/** Registers the calls about who is signed in to the dashboard. */
export function mountSessions(router: Hono<Edge>): void {
  mount(
    router,
    operations.listSessions,
    async ({ query, reply }, c) => {
      const { sessions, total } = await listOpenSessions(c.get("deps"), c.get("adminToken"), query, ownCookie(c));
      const shown = sessions.map(({ createdAt, seenAt, endsAt, isAsking }) => ({
        created_at: createdAt,
        seen_at: seenAt,
        expires_at: endsAt,
        current: isAsking,
      }));
      return reply(200, { sessions: shown, pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.endSessions,
    async ({ reply }, c) => {
      const ended = await endAllSessions(c.get("deps"), c.get("adminToken"));
      return reply(200, { success: true, ended });
    },
    adminGuard,
  );
}

/** A request with an `Authorization` header came by that, whatever cookie it carries beside it. */
function ownCookie(c: Context<Edge>): string | undefined {
  return c.req.header("Authorization") === undefined ? readSessionCookie(c) : undefined;
}
