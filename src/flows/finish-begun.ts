import { type Begun, listBegun, strike } from "../directory/begun.ts";
import type { FailureCode, Result } from "../domain/failure.ts";
import { goOnDisconnecting } from "./accounts/disconnect.ts";
import { goOnReleasing } from "./accounts/import-numbers.ts";
import { repairNumbers } from "./accounts/repair-numbers.ts";
import type { Deps } from "./deps.ts";
import { goOnDisconnectingMac } from "./macs/connect-mac.ts";
import { finishHeeding } from "./messages/heed-everywhere.ts";
import { changeNumber, readMove } from "./numbers/assign.ts";

const listedAtMost = 500;
const finishedPerRound = 20;
/** What could not be finished for so long is left as it is. */
const triedMs = 7 * 24 * 60 * 60_000;

/** Failures that pass by themselves: what ended with one is asked for again in the next round. */
const passing: FailureCode[] = ["publish_failed", "twilio_unavailable", "release_mismatch"];

/** Asks again for the changes of two places that were cut off: run by the cron. One that cannot be finished holds back no other. */
export async function finishBegun(deps: Deps): Promise<void> {
  const all = await listBegun(deps.db, listedAtMost);
  const turn = all.length <= finishedPerRound ? 0 : Math.floor(deps.now() / 60_000) % all.length;
  for (const work of [...all.slice(turn), ...all.slice(0, turn)].slice(0, finishedPerRound)) {
    try {
      await finishOne(deps, work);
    } catch (error) {
      deps.log({ level: "error", event: "begun_failed", kind: work.kind, subject: work.subject, error: String(error) });
    }
  }
}

async function finishOne(deps: Deps, work: Begun): Promise<void> {
  const done = await askAgain(deps, work);
  const isTooOld = work.since < deps.now() - triedMs;
  const code = done.ok ? null : done.failure.code;
  // An address that is not reached yet, as in the first moment of a start, is in the next round.
  const stays = !isTooOld && code !== null && (passing.includes(code) || work.kind === "repair");
  // Those two strike themselves, or note how far they have come.
  const goesOnByItself = done.ok && (work.kind === "heed" || work.kind === "repair");
  if (!stays && !goesOnByItself) await strike(deps.db, work);
  deps.log({ event: stays ? "begun_waits" : "begun_finished", kind: work.kind, subject: work.subject, code });
}

function askAgain(deps: Deps, work: Begun): Promise<Result<unknown>> {
  const { subject, detail } = work;
  switch (work.kind) {
    case "release":
      return goOnReleasing(deps, subject);
    case "disconnect":
      return goOnDisconnecting(deps, subject);
    case "disconnect_mac":
      return goOnDisconnectingMac(deps, subject);
    case "move":
      return changeNumber(deps, subject, readMove(detail).change);
    case "heed":
      return finishHeeding(deps, work);
    case "repair":
      return repairNumbers(deps, detail);
  }
}
