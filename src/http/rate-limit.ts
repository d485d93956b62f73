import type { Context } from "hono";
import type { Allowance } from "../domain/calls/sending.ts";
import type { Failure } from "../domain/failure.ts";

const dayInSeconds = 86_400;

/** Says in `RateLimit` and `RateLimit-Policy` how much of a key's daily cap is left. */
export function sayAllowance(c: Context, allowance: Allowance | null | undefined): void {
  for (const [name, value] of Object.entries(allowanceHeaders(allowance))) c.header(name, value);
}

/** Returns `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) of a key's daily cap; nothing where there is none. */
export function allowanceHeaders(allowance: Allowance | null | undefined): Record<string, string> {
  if (allowance == null) return {};
  const { limit, left, resetsInSeconds } = allowance;
  return {
    "RateLimit-Policy": `"daily";q=${limit};w=${dayInSeconds}`,
    RateLimit: `"daily";r=${left};t=${wholeSeconds(resetsInSeconds)}`,
  };
}

/** Returns the same of a failure that is 429: of the cap by its numbers, of anything else that nothing is left until `Retry-After`. */
export function refusalHeaders({ code, context, retryAfterSeconds }: Failure): Record<string, string> {
  if (retryAfterSeconds === undefined) return {};
  const { daily_cap: limit, spent } = context ?? {};
  if (code === "daily_cap_reached" && typeof limit === "number" && typeof spent === "number") {
    return allowanceHeaders({ limit, left: Math.max(0, limit - spent), resetsInSeconds: retryAfterSeconds });
  }
  return { RateLimit: `"default";r=0;t=${wholeSeconds(retryAfterSeconds)}` };
}

function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds));
}
