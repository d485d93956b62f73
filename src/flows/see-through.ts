import { begin, strike, type Work } from "../directory/begun.ts";
import type { Result } from "../domain/failure.ts";
import type { Deps } from "./deps.ts";

/**
 * Makes a change of two places and returns its result. The directory knows of it until it has ended, so that the watchdog asks for it again where it is cut off.
 * A failure ends it too, since its caller was told, but for the one that says it will be repeated.
 */
export async function seeThrough<T>(deps: Deps, work: Work, change: () => Promise<Result<T>>): Promise<Result<T>> {
  await begin(deps.db, work, deps.now());
  const result = await change();
  if (result.ok || result.failure.code !== "publish_failed") await strike(deps.db, work);
  return result;
}
