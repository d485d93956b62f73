import type * as z from "zod";
import type { CampaignAnswers, CampaignPlan, CampaignView } from "../../domain/campaigns/campaign.ts";
import { toAttachment } from "../v2/messages/send-drafts.ts";
import type { Campaign, CampaignChange, CampaignDetail, CampaignPreview } from "./schemas.ts";

type Body = z.output<typeof CampaignChange>;

const wireNames = {
  name: "name",
  text: "text",
  attachments: "attachments",
  shortenLinks: "shorten_links",
  fromNumber: "from_number",
  pacePerMinute: "pace_per_minute",
  columns: "columns",
  skipSilentMonths: "skip_without_reply_months",
} as const satisfies Record<keyof CampaignPlan, keyof Body>;

/** Returns what a body asks of a campaign: only what it names; null is what it is without it. */
export function toPlan(body: Body): Partial<CampaignPlan> {
  const plan: CampaignPlan = {
    name: body.name ?? "",
    text: (body.text ?? "").trim() === "" ? null : (body.text ?? null),
    attachments: (body.attachments ?? []).map(toAttachment),
    shortenLinks: body.shorten_links ?? false,
    fromNumber: body.from_number || null,
    pacePerMinute: body.pace_per_minute ?? null,
    columns: body.columns ?? null,
    skipSilentMonths: body.skip_without_reply_months ?? null,
  };
  const given = Object.entries(wireNames).filter(([, wire]) => body[wire] !== undefined);
  return Object.fromEntries(given.map(([name]) => [name, plan[name as keyof CampaignPlan]]));
}

/** Returns a campaign as answers show it. */
export function toCampaign(campaign: CampaignView): z.output<typeof Campaign> {
  const { heldBy } = campaign;
  return {
    campaign_id: campaign.id,
    name: campaign.name,
    state: campaign.state,
    text: campaign.text,
    attachments: campaign.attachments.map(({ url }) => url),
    shorten_links: campaign.shortenLinks,
    from_number: campaign.fromNumber,
    pace_per_minute: campaign.pacePerMinute,
    columns: campaign.columns === null ? null : { ...campaign.columns },
    skip_without_reply_months: campaign.skipSilentMonths,
    audience: { ...campaign.audience, rejected: campaign.audience.rejected as Record<string, number> },
    progress: campaign.progress,
    held_by: heldBy,
    created_at: campaign.createdAt,
    start_at: campaign.startAt,
    started_at: campaign.startedAt,
    ended_at: campaign.endedAt,
  };
}

/** Returns a campaign with its numbers. */
export function toDetail(campaign: CampaignAnswers["read"]): z.output<typeof CampaignDetail> {
  const { statuses, optedOut, ...numbers } = campaign.numbers;
  return {
    ...toCampaign(campaign),
    numbers: { ...numbers, statuses: statuses as Record<string, number>, opted_out: optedOut },
  };
}

/** Returns a preview, with the parts that the whole campaign comes to by the average of those shown. */
export function toPreview({ people, total }: CampaignAnswers["preview"]): z.output<typeof CampaignPreview> {
  const counted = people.flatMap(({ parts }) => (parts === null ? [] : [parts]));
  const sum = counted.reduce((all, parts) => all + parts, 0);
  return {
    people: people.map(({ parts, fromNumber, ...person }) => ({
      ...person,
      number_of_message_parts: parts,
      from_number: fromNumber,
    })),
    estimated_parts: counted.length === 0 ? 0 : Math.round((sum / counted.length) * total),
    total,
  };
}
