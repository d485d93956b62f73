import type { CampaignView } from "../../domain/campaigns/campaign.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { judgeSendAt } from "../../domain/send-time.ts";
import type { Desk } from "../desk.ts";
import { takeBackCampaign } from "../fallback/take-back.ts";
import { waitingOfBlocks } from "../ledger/agenda.ts";
import { blockId, readProgress } from "../ledger/campaign-people.ts";
import { type Campaign, saveCampaign, unendedCampaigns } from "../ledger/campaigns.ts";
import { refuseByKey } from "../numbers/choose.ts";
import { endMessage } from "../settling/settle.ts";
import { missingFields, refuseState, viewOf } from "./keep.ts";

/**
 * Starts a draft now, or at the time that is given or that it was made with. `campaign_not_ready` says what is missing. To start twice is one start: the second is told how it stands;
 * one that was paused, cancelled, or is to start at another time is `campaign_state_conflict`.
 */
export function startCampaign(desk: Desk, campaign: Campaign, wishedAt: number | null): Result<CampaignView> {
  if (campaign.state !== "draft") return startAgain(desk, campaign, wishedAt);
  const planned = (campaign.startAt ?? 0) > desk.now() ? campaign.startAt : null;
  const at = wishedAt ?? planned;
  const refusal = refuseStart(desk, campaign) ?? refuseByKey(desk);
  if (refusal !== null) return refusal;
  const judged = judgeSendAt(at, desk.now());
  if (!judged.ok) return judged;
  return save(desk, {
    ...campaign,
    ...(judged.value === null
      ? { state: "running", startAt: null, startedAt: desk.now() }
      : { state: "scheduled", startAt: judged.value }),
  });
}

function startAgain(desk: Desk, campaign: Campaign, at: number | null): Result<CampaignView> {
  const { state } = campaign;
  if (state === "paused" || state === "cancelled" || (at !== null && at !== campaign.startAt))
    return refuseState(state, "This campaign was started before.");
  return ok(viewOf(desk, campaign));
}

function refuseStart(desk: Desk, campaign: Campaign) {
  const { audience } = campaign;
  if (audience.state === "none") return fail("campaign_not_ready", "Nobody is in its list: give it an audience first.");
  if (audience.state === "loading") {
    return fail("campaign_not_ready", "Its list did not come in whole: send the file again, or wait until it is read.");
  }
  if (audience.state === "checking") return fail("campaign_not_ready", "Its list is still being checked: ask again.");
  const missing = missingFields(campaign);
  if (missing.length > 0) {
    const message = `Its text uses ${missing.map((name) => `{${name}}`).join(", ")}, and the list has no such column. Its fields are: ${audience.fields.join(", ")}.`;
    return fail("campaign_not_ready", message, { missing_fields: missing, fields: audience.fields });
  }
  if (readProgress(desk.sql, campaign.n).waiting > 0) return null;
  return fail("campaign_not_ready", "Every row of its list is rejected: nobody is left to write to.", {
    rejected: audience.rejected,
  });
}

/** Holds a campaign where it stands: nothing more of it is taken until it is resumed. */
export function pauseCampaign(desk: Desk, campaign: Campaign): Result<CampaignView> {
  if (campaign.state === "paused") return ok(viewOf(desk, campaign));
  if (campaign.state !== "running" && campaign.state !== "scheduled")
    return refuseState(campaign.state, "Only a campaign that runs or is scheduled can be paused.");
  return save(desk, { ...campaign, state: "paused" });
}

/** Lets a paused campaign go on, or wait for its time where that is still to come. */
export function resumeCampaign(desk: Desk, campaign: Campaign): Result<CampaignView> {
  if (campaign.state === "running" || campaign.state === "scheduled") return ok(viewOf(desk, campaign));
  if (campaign.state !== "paused") return refuseState(campaign.state, "Only a paused campaign can be resumed.");
  const isLater = campaign.startedAt === null && (campaign.startAt ?? 0) > desk.now();
  const startedAt = campaign.startedAt ?? (isLater ? null : desk.now());
  return save(desk, { ...campaign, state: isLater ? "scheduled" : "running", startedAt });
}

/**
 * Ends a campaign for good: who waits is not written to, and what of it waits to leave is cancelled, also where another key holds it. One that is completed is
 * cancelled as long as something of it waits.
 */
export function cancelCampaign(desk: Desk, campaign: Campaign): Result<CampaignView> {
  if (campaign.state === "cancelled") return ok(viewOf(desk, campaign));
  const cancelled: Campaign = { ...campaign, state: "cancelled", endedAt: desk.now() };
  const isCancelled = desk.transact(() => {
    const isHeld = cancelWaitingOf(desk, campaign.n);
    if (campaign.state === "completed" && !isHeld) return false;
    saveCampaign(desk.sql, cancelled);
    return true;
  });
  if (!isCancelled) return refuseState(campaign.state, "Nothing of it waits to leave any more.");
  desk.feeding.delete(campaign.n);
  return ok(viewOf(desk, cancelled));
}

/** Says whether anything waited. */
function cancelWaitingOf(desk: Desk, n: number): boolean {
  const waiting = waitingOfBlocks(desk.sql, blockId(n, 0), blockId(n + 1, 0));
  for (const row of waiting) endMessage(desk, row, { status: "cancelled" });
  return takeBackCampaign(desk, n) || waiting.length > 0;
}

/** Ends every campaign of a key that was revoked: nothing of it can leave any more, and what waits is cancelled with all that waits. */
export function endCampaigns(desk: Desk): void {
  const unended = unendedCampaigns(desk.sql);
  if (unended.length === 0) return;
  desk.transact(() => {
    for (const campaign of unended) saveCampaign(desk.sql, { ...campaign, state: "cancelled", endedAt: desk.now() });
  });
  desk.feeding.clear();
}

function save(desk: Desk, campaign: Campaign): Result<CampaignView> {
  desk.transact(() => saveCampaign(desk.sql, campaign));
  desk.feeding.delete(campaign.n);
  return ok(viewOf(desk, campaign));
}
