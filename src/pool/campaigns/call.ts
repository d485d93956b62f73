import type { CampaignAnswers, CampaignCall } from "../../domain/campaigns/campaign.ts";
import { ok, type Result } from "../../domain/failure.ts";
import type { Desk } from "../desk.ts";
import type { Campaign } from "../ledger/campaigns.ts";
import { addPeople, addTagged, beginAudience, checkAudience, endAudience } from "./audience.ts";
import { countCampaign } from "./count.ts";
import { createCampaign, findById, listCampaigns, removeCampaign, updateCampaign, viewOf } from "./keep.ts";
import { listResults, previewCampaign, testCampaign } from "./look.ts";
import { cancelCampaign, pauseCampaign, resumeCampaign, startCampaign } from "./steer.ts";

/** Does what is asked of the pool's campaigns, and returns the answer of the call's kind. */
export function callCampaign(desk: Desk, call: CampaignCall): Result<CampaignAnswers[keyof CampaignAnswers]> {
  if (call.kind === "create") return createCampaign(desk, call.plan, call.startAt ?? null);
  if (call.kind === "list") return listCampaigns(desk, call);
  const found = findById(desk, call.id);
  return found.ok ? callOne(desk, found.value, call) : found;
}

function callOne(
  desk: Desk,
  campaign: Campaign,
  call: Exclude<CampaignCall, { kind: "create" | "list" }>,
): Result<CampaignAnswers[keyof CampaignAnswers]> {
  switch (call.kind) {
    case "read":
      return ok({ ...viewOf(desk, campaign), numbers: countCampaign(desk, campaign) });
    case "update":
      return updateCampaign(desk, campaign, call);
    case "delete":
      return removeCampaign(desk, campaign);
    case "begin_audience":
      return beginAudience(desk, campaign, call);
    case "add_people":
      return addPeople(desk, campaign, call.load, call.people);
    case "add_tagged":
      return addTagged(desk, campaign, call.load, call.after);
    case "end_audience":
      return endAudience(desk, campaign, call.load);
    case "check":
      return checkAudience(desk, campaign);
    case "preview":
      return previewCampaign(desk, campaign, call);
    case "test":
      return testCampaign(desk, campaign, call.to);
    case "start":
      return startCampaign(desk, campaign, call.at);
    case "pause":
      return pauseCampaign(desk, campaign);
    case "resume":
      return resumeCampaign(desk, campaign);
    case "cancel":
      return cancelCampaign(desk, campaign);
    case "results":
      return listResults(desk, campaign, call.part);
  }
}
