import type { MiddlewareHandler } from "hono";

/** What the edge knows of every request. `publicUrl` may be unset: links then point to where the request came in. */
export type EdgeVariables = { requestId: string; publicUrl?: string };

const acceptable = /^[A-Za-z0-9._~-]{1,128}$/;

/** Returns middleware that names each request: the caller's `X-Request-Id` where it is usable, else a new id; every answer carries it. */
export function requestId(newId: () => string): MiddlewareHandler<{ Variables: EdgeVariables }> {
  return async function nameRequest(c, next) {
    const given = c.req.header("X-Request-Id");
    const id = given !== undefined && acceptable.test(given) ? given : newId();
    c.set("requestId", id);
    await next();
    c.header("X-Request-Id", id);
  };
}
