import { Hono } from "hono";
import type { Edge } from "../edge.ts";
import { needFittingDirectory } from "../fitting.ts";
import { mountV4 } from "./mount-v4.ts";
import { v4Operations } from "./operations.ts";

export { v4Operations as operations };

/** Returns the router of v4. */
export function makeRouter(): Hono<Edge> {
  const router = new Hono<Edge>();
  router.use("/webhooks/*", needFittingDirectory);
  mountV4(router, v4Operations);
  return router;
}
