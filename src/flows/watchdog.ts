import { listBehind } from "../directory/key-versions.ts";
import { listLobbiesBehind } from "../directory/lobbies.ts";
import { forgetOldSessions } from "../directory/sessions.ts";
import { forgetOldUnclaimed } from "../directory/unclaimed.ts";
import { ok } from "../domain/failure.ts";
import { forgettableBefore } from "../domain/session.ts";
import { checkAccounts } from "./accounts/account-health.ts";
import { finishImports } from "./accounts/finish-imports.ts";
import type { Deps } from "./deps.ts";
import { fitsDirectory } from "./directory-shape.ts";
import { finishBegun } from "./finish-begun.ts";
import { openSandboxes } from "./keys/open-sandboxes.ts";
import { checkMacs } from "./macs/mac-health.ts";
import { noteKeys } from "./master-keys.ts";
import { finishHandOvers } from "./messages/hand-over.ts";
import { healOne, publishKeys, publishLobby } from "./publish.ts";
import { noteSetting } from "./set-public-url.ts";

const poolsPerRound = 100;
const lobbiesPerRound = 20;
const forgottenAtOnce = 1_000;
const forgettingsPerRound = 10;

const duties: [name: string, work: (deps: Deps) => Promise<void>][] = [
  ["address", noteSetting],
  ["publish", publishBehind],
  ["versions", healOne],
  ["lobbies", publishLobbies],
  ["begun", finishBegun],
  ["hand_over", finishHandOvers],
  ["sandboxes", openSandboxes],
  ["imports", finishImports],
  ["accounts", checkAccounts],
  ["macs", checkMacs],
  ["unclaimed", forgetUnclaimed],
  ["sessions", forgetSessions],
  ["master_keys", noteKeys],
];

/** Finishes what was cut off, repeats what could not be published and forgets what is too old; run by the cron. One duty that fails holds back no other. */
export async function watch(deps: Deps): Promise<void> {
  const fits = await fitsDirectory(deps).catch(() => ok(null));
  if (!fits.ok) return deps.log({ level: "error", event: "watchdog_rests", because: fits.failure.message });
  for (const [duty, work] of duties) {
    try {
      await work(deps);
    } catch (error) {
      deps.log({ level: "error", event: "watchdog_failed", duty, error: String(error) });
    }
  }
}

async function publishBehind(deps: Deps): Promise<void> {
  const behind = await listBehind(deps.db, poolsPerRound);
  if (behind.length === 0) return;
  const published = await publishKeys(deps, behind);
  deps.log({ event: "watchdog", pools_behind: behind.length, published: published.ok });
}

async function publishLobbies(deps: Deps): Promise<void> {
  for (const organizationId of await listLobbiesBehind(deps.db, lobbiesPerRound)) {
    await publishLobby(deps, organizationId);
  }
}

async function forgetUnclaimed(deps: Deps): Promise<void> {
  for (let round = 0; round < forgettingsPerRound; round += 1) {
    if ((await forgetOldUnclaimed(deps.db, deps.now(), forgottenAtOnce)) < forgottenAtOnce) return;
  }
}

async function forgetSessions(deps: Deps): Promise<void> {
  const now = deps.now();
  await forgetOldSessions(deps.db, forgettableBefore(now), now);
}
