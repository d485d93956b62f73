import type { SenderNumber, Snapshot } from "../domain/snapshot.ts";
import { lookAnew } from "./campaigns/walk.ts";
import type { Desk } from "./desk.ts";
import { recallEverything } from "./fallback/recall.ts";
import { markRevoked, revoked, storeSnapshot } from "./ledger/snapshot.ts";
import { clearLeftovers } from "./leftovers.ts";
import { withFormerAddresses } from "./lines/former.ts";
import { noticeLines } from "./lines/look.ts";
import { rebook } from "./numbers/pace.ts";
import { noticeCap } from "./sending/limits.ts";
import { goOnMoving, startMoving } from "./sending/moving.ts";
import { goOnFreeing, noticeQuietHours } from "./sending/quiet.ts";
import { noticeWebhooks } from "./telling/deliveries.ts";

/**
 * Takes a newer snapshot over, durably; throws where it cannot be stored: then the snapshot before stays in force, except that a revocation holds all the same.
 * A revoked key stays revoked, whatever a directory that was set back in time says of it. What follows from the change and fails is made good when it is published again.
 */
export function adoptSnapshot(desk: Desk, given: Snapshot): void {
  const { before, repaced: behind } = desk.halfAdopted ?? { before: desk.snapshot, repaced: [] };
  const known = before.apiKey.status === "revoked" ? revoked(given) : given;
  const since = withFormerAddresses(known, before, desk.now());
  const snapshot =
    since.protocol === null ? { ...since, formerProtocol: before.protocol ?? before.formerProtocol ?? null } : since;
  const changed = snapshot.apiKey.status === "revoked" ? revoke(desk, snapshot) : replace(desk, snapshot);
  const repaced = [...new Set([...behind, ...changed.map(({ address }) => address)])];
  desk.halfAdopted = { before, repaced };
  desk.outside.forgetSecrets();
  for (const number of repaced.flatMap((address) => desk.findNumber(address) ?? [])) rebook(desk, number);
  noticeLines(desk, new Set(before.numbers.map(({ address }) => address)));
  noticeWebhooks(desk, before);
  noticeCap(desk, before);
  clearLeftovers(desk);
  startMoving(desk);
  goOnMoving(desk);
  noticeQuietHours(desk, before);
  lookAnew(desk);
  goOnFreeing(desk);
  desk.halfAdopted = null;
}

function replace(desk: Desk, snapshot: Snapshot): SenderNumber[] {
  desk.transact(() => storeSnapshot(desk.sql, snapshot));
  return desk.adopt(snapshot);
}

/** In force in memory before anything is written. */
function revoke(desk: Desk, snapshot: Snapshot): SenderNumber[] {
  try {
    const repaced = desk.adopt(snapshot);
    desk.transact(() => {
      storeSnapshot(desk.sql, snapshot);
      recallEverything(desk);
    });
    return repaced;
  } catch (error) {
    desk.outside.log({ level: "error", event: "revocation_not_stored", error: String(error) });
    markRevoked(desk.sql, desk.now());
    throw error;
  }
}
