import { Hono } from "hono";
import type { Deps } from "../../flows/deps.ts";
import { fitsDirectory } from "../../flows/directory-shape.ts";
import { ensureDefaultOrganization } from "../../flows/keys/organizations.ts";
import { adminGuard, type Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";
import { mountAdmin } from "./mount-admin.ts";

export { adminOperations as operations } from "./operations.ts";

/** Returns the router of the admin API, every call behind the admin token. */
export function makeRouter(deps: Deps): Hono<Edge> {
  const router = new Hono<Edge>();
  let ensured: Promise<void> | null = null;
  router.use(async function ensureDefaults(c, next) {
    const allowed = await adminGuard(c);
    if (!allowed.ok) return failureResponse(c, allowed.failure);
    if (c.req.path.endsWith("/status")) return next();
    const fits = await fitsDirectory(deps);
    if (!fits.ok) return failureResponse(c, fits.failure);
    ensured ??= ensureDefaultOrganization(deps).catch((error: unknown) => {
      ensured = null;
      throw error;
    });
    await ensured;
    return next();
  });
  mountAdmin(router);
  return router;
}
