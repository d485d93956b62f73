import { repairNumbers } from "./accounts/repair-numbers.ts";
import type { Deps, Errand } from "./deps.ts";
import { goOnHandingOver } from "./messages/hand-over.ts";
import { goOnHeeding } from "./messages/heed-everywhere.ts";
import { goOnPublishing } from "./publish.ts";

/** So many errands are run of one batch; those that are dropped the watchdog finds again. */
const errandsPerBatch = 4;

/** Returns what a queue message asks to go on with, null for any other message. */
export function readErrand(body: unknown): Errand | null {
  const isErrand = typeof body === "object" && body !== null && "errand" in body;
  // Only Workers of ours put messages on the queue.
  return isErrand ? (body as Errand) : null;
}

/** Goes on with work that is too long for one turn, each once; one that fails holds back no other. */
export async function runErrands(deps: Deps, errands: readonly Errand[]): Promise<void> {
  const distinct = new Map(errands.map((errand) => [JSON.stringify(errand), errand]));
  for (const errand of [...distinct.values()].slice(0, errandsPerBatch)) {
    try {
      await run(deps, errand);
    } catch (error) {
      deps.log({ level: "error", event: "errand_failed", errand: errand.errand, error: String(error) });
    }
  }
}

function run(deps: Deps, errand: Errand): Promise<unknown> {
  switch (errand.errand) {
    case "publish":
      return goOnPublishing(deps, errand.organizationId);
    case "hand_over":
      return goOnHandingOver(deps, errand.number);
    case "repair_numbers":
      return repairNumbers(deps, errand.after);
    case "heed_keyword":
      return goOnHeeding(deps, errand.providerId, errand.afterKey);
  }
}
