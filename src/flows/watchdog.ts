import { listBehind } from "../directory/api-keys.ts";
import { forgetOldUnclaimed } from "../directory/unclaimed.ts";
import { checkAccounts } from "./accounts/account-health.ts";
import type { Deps } from "./deps.ts";
import { publishKeys } from "./publish.ts";

const poolsPerRound = 100;

/** Repeats what could not be published and forgets what is too old; run by the cron. */
export async function watch(deps: Deps): Promise<void> {
  const behind = await listBehind(deps.db, poolsPerRound);
  if (behind.length > 0) {
    const published = await publishKeys(deps, behind);
    deps.log({ event: "watchdog", pools_behind: behind.length, published: published.ok });
  }
  await checkAccounts(deps);
  await forgetOldUnclaimed(deps.db, deps.now());
}
