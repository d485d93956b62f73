import { endCampaigns } from "./campaigns/steer.ts";
import type { Desk } from "./desk.ts";
import { waitingMessages } from "./ledger/agenda.ts";
import { unendedCampaigns } from "./ledger/campaigns.ts";
import { cancelWaiting } from "./sending/dispatch.ts";
import { endOrphans, hasOrphans } from "./sending/orphans.ts";
import { forgetRemoved, hasRemoved } from "./telling/deliveries.ts";

/** So much of each kind is ended or forgotten at once; the alarm goes on with the rest. */
const slice = 500;

/** Ends what a newer snapshot leaves behind, a slice of it: what waits on a revoked key or on a number that is gone, and what a removed webhook was owed. None of it leaves meanwhile. */
export function clearLeftovers(desk: Desk): void {
  forgetRemoved(desk, slice);
  if (isRevoked(desk)) {
    endCampaigns(desk);
    cancelWaiting(desk, slice);
  } else endOrphans(desk, slice);
}

/** Returns now where something is left behind, else null. */
export function nextLeftoverAt(desk: Desk): number | null {
  const waits = isRevoked(desk) ? hasUnended(desk) : hasOrphans(desk);
  return waits || hasRemoved(desk) ? desk.now() : null;
}

function hasUnended(desk: Desk): boolean {
  return waitingMessages(desk.sql, 1).length > 0 || unendedCampaigns(desk.sql).length > 0;
}

function isRevoked(desk: Desk): boolean {
  return desk.snapshot.apiKey.status === "revoked";
}
