import type { Context, Next } from "hono";
import { ok } from "../domain/failure.ts";
import { fitsDirectory } from "../flows/directory-shape.ts";
import type { Edge } from "./edge.ts";
import { failureResponse } from "./errors.ts";

/** Lets no call write into a directory that is not of this release's shape. */
export async function needFittingDirectory(c: Context<Edge>, next: Next): Promise<Response | undefined> {
  const fits = c.req.method === "GET" ? ok(null) : await fitsDirectory(c.get("deps"));
  if (!fits.ok) return failureResponse(c, fits.failure);
  await next();
  return undefined;
}
