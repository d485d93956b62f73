import type { MiddlewareHandler } from "hono";
import type { Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";
import { askOwn } from "./ask.ts";

/** Answers 401 to a key that is none any more before anything is said of its request: where a request was refused without a word of its pool, the pool is asked for the key. */
export const keyFirst: MiddlewareHandler<Edge> = async (c, next) => {
  await next();
  const { status } = c.res;
  if (status < 400 || status >= 500 || c.get("credential") === null || c.get("poolAsked")) return;
  const key = await askOwn(c, (pool, credential) => pool.authenticate(credential));
  if (!key.ok && key.failure.code === "unauthorized") c.res = failureResponse(c, key.failure);
};
