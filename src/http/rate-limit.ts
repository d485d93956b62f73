import type { Context } from "hono";
import type { Allowance } from "../domain/calls/sending.ts";
import type { Failure } from "../domain/failure.ts";

const dayInSeconds = 86_400;

/** Says in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) how much of a key's daily cap is left; nothing where there is none. */
export function sayAllowance(c: Context, allowance: Allowance | null | undefined): void {
  if (allowance == null) return;
  const { limit, left, resetsInSeconds } = allowance;
  c.header("RateLimit-Policy", `"daily";q=${limit};w=${dayInSeconds}`);
  c.header("RateLimit", `"daily";r=${left};t=${wholeSeconds(resetsInSeconds)}`);
}

/** Says the same of a failure that is 429: of the cap by its numbers, of anything else that nothing is left until `Retry-After`. */
export function sayRefusal(c: Context, { code, context, retryAfterSeconds }: Failure): void {
  if (retryAfterSeconds === undefined) return;
  const { daily_cap: limit, spent } = context ?? {};
  if (code === "daily_cap_reached" && typeof limit === "number" && typeof spent === "number") {
    sayAllowance(c, { limit, left: Math.max(0, limit - spent), resetsInSeconds: retryAfterSeconds });
  } else {
    c.header("RateLimit", `"default";r=0;t=${wholeSeconds(retryAfterSeconds)}`);
  }
}

function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds));
}
