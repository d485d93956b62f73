import { Link, useParams } from "@tanstack/react-router";
import { CampaignAudience } from "../parts/campaigns/audience.tsx";
import { CampaignNumbers } from "../parts/campaigns/numbers.tsx";
import { CampaignPreview } from "../parts/campaigns/preview.tsx";
import { CampaignSteering } from "../parts/campaigns/steering.tsx";
import { CampaignText } from "../parts/campaigns/text.tsx";
import { KeyFrame } from "../parts/keys/key-frame.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { type Campaign, useCampaign } from "../queries/campaigns.ts";

/** One campaign: what it says, to whom, what that comes to, and how far it is. */
export function OneCampaign() {
  return <KeyFrame>{(key) => <Whole key={key.api_key_id} apiKeyId={key.api_key_id} />}</KeyFrame>;
}

function Whole({ apiKeyId }: { apiKeyId: string }) {
  const { campaignId } = useParams({ strict: false }) as { campaignId: string };
  const names = { apiKeyId, campaignId };
  const { data: campaign, error } = useCampaign(names);
  return (
    <>
      <p>
        <Link to="/keys/$apiKeyId/campaigns" params={{ apiKeyId }}>
          ← Campaigns
        </Link>
      </p>
      <Problem error={error} />
      {campaign === undefined ? error === null && <Reading /> : <Facts names={names} campaign={campaign} />}
    </>
  );
}

type Names = { apiKeyId: string; campaignId: string };

function Facts({ names, campaign }: { names: Names; campaign: Campaign }) {
  const isDraft = campaign.state === "draft";
  return (
    <>
      <h2>
        <bdi>{campaign.name}</bdi> <StatusBadge status={campaign.state} />
      </h2>
      {!isDraft && <CampaignNumbers campaign={campaign} />}
      <CampaignText key={campaign.state} names={names} campaign={campaign} />
      <CampaignAudience names={names} campaign={campaign} />
      {isDraft && campaign.audience.state === "ready" && <CampaignPreview names={names} campaign={campaign} />}
      <CampaignSteering names={names} campaign={campaign} />
    </>
  );
}
