import type * as z from "zod";
import type { CampaignAnswers, CampaignPlan, CampaignView } from "../../domain/campaigns/campaign.ts";
import { confirmDays } from "../../domain/campaigns/confirm.ts";
import { meaningOf } from "../../flows/campaigns/error-words.ts";
import { toAttachment } from "../v2/messages/send-drafts.ts";
import type { Campaign, CampaignChange, CampaignDetail, CampaignPreview, PreviewRows } from "./schemas.ts";

type Body = z.output<typeof CampaignChange>;

const wireNames = {
  name: "name",
  text: "text",
  attachments: "attachments",
  shortenLinks: "shorten_links",
  fromNumber: "from_number",
  pacePerMinute: ["pace_per_minute", "per_minute"],
  columns: "columns",
  skipSilentMonths: ["skip_without_reply_months", "only_if"],
  confirm: "double_opt_in",
  quietHours: "quiet_hours",
  urgent: "urgent",
} as const satisfies Record<keyof CampaignPlan, keyof Body | readonly (keyof Body)[]>;

/** Returns what a body asks of a campaign: only what it names; null is what it is without it. */
export function toPlan(body: Body): Partial<CampaignPlan> {
  const plan: CampaignPlan = {
    name: body.name ?? "",
    text: (body.text ?? "").trim() === "" ? null : (body.text ?? null),
    attachments: (body.attachments ?? []).map(toAttachment),
    shortenLinks: body.shorten_links ?? false,
    fromNumber: body.from_number || null,
    pacePerMinute: body.pace_per_minute ?? body.per_minute ?? null,
    columns: body.columns ?? null,
    skipSilentMonths: body.skip_without_reply_months ?? body.only_if?.replied_within_months ?? null,
    confirm: toConfirm(body.double_opt_in),
    quietHours: body.quiet_hours ?? null,
    urgent: body.urgent ?? false,
  };
  const given = Object.entries(wireNames).filter(([, wire]) => [wire].flat().some((name) => body[name] !== undefined));
  return Object.fromEntries(given.map(([name]) => [name, plan[name as keyof CampaignPlan]]));
}

function toConfirm(asked: Body["double_opt_in"]): CampaignPlan["confirm"] {
  return asked == null
    ? null
    : { text: asked.text, words: asked.words ?? null, days: asked.days ?? confirmDays.unless };
}

/** Returns a campaign as answers show it. */
export function toCampaign(campaign: CampaignView): z.output<typeof Campaign> {
  const { heldBy } = campaign;
  return {
    campaign_id: campaign.id,
    name: campaign.name,
    state: campaign.state,
    status: campaign.state,
    text: campaign.text,
    attachments: campaign.attachments.map(({ url }) => url),
    shorten_links: campaign.shortenLinks,
    from_number: campaign.fromNumber,
    pace_per_minute: campaign.pacePerMinute,
    per_minute: campaign.pacePerMinute,
    columns: campaign.columns === null ? null : { ...campaign.columns },
    skip_without_reply_months: campaign.skipSilentMonths,
    double_opt_in: campaign.confirm ?? null,
    quiet_hours: campaign.quietHours ?? null,
    urgent: campaign.urgent ?? false,
    audience: toAudience(campaign.audience),
    // A pool of the release before asks nobody.
    progress: { ...campaign.progress, asked: campaign.progress.asked ?? 0 },
    held_by: heldBy,
    created_at: campaign.createdAt,
    start_at: campaign.startAt,
    started_at: campaign.startedAt,
    ended_at: campaign.endedAt,
    finishes_at: campaign.finishesAt ?? null,
  };
}

function toAudience({ parts: _, rejected, ...audience }: CampaignView["audience"]) {
  return { ...audience, rejected: rejected as Record<string, number> };
}

/** Returns a campaign with its numbers. */
export function toDetail(campaign: CampaignAnswers["read"]): z.output<typeof CampaignDetail> {
  const { statuses, optedOut, ...numbers } = campaign.numbers;
  return {
    ...toCampaign(campaign),
    counts: toCounts(campaign),
    errors: toErrors(campaign.numbers),
    numbers: { ...numbers, statuses: statuses as Record<string, number>, opted_out: optedOut },
  };
}

function toCounts({ audience, progress, numbers: { statuses, clicked, replied, optedOut } }: CampaignAnswers["read"]) {
  const sum = (...names: (keyof typeof statuses)[]) => names.reduce((all, name) => all + (statuses[name] ?? 0), 0);
  return {
    total: audience.rows - progress.rejected,
    waiting: progress.waiting + (progress.asked ?? 0) + sum("scheduled", "queued", "sending"),
    sent: sum("sent", "delivered", "read", "undelivered"),
    delivered: sum("delivered", "read"),
    failed: sum("failed", "undelivered") + progress.refused,
    opted_out: optedOut,
    replied,
    clicked_by_people: clicked,
  };
}

/** The most frequent first. */
function toErrors({ errors, refusals }: CampaignAnswers["read"]["numbers"]) {
  const counts = new Map(Object.entries(errors));
  for (const [code, count] of Object.entries(refusals)) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts]
    .map(([code, count]) => ({ code, count, meaning: meaningOf(code) }))
    .sort((one, other) => other.count - one.count);
}

/** Returns a preview by rows, with what the whole list comes to. */
export function toPreviewRows(
  { people, ...rest }: CampaignAnswers["preview"],
  { progress }: Pick<CampaignView, "progress">,
): z.output<typeof PreviewRows> {
  const { estimated_parts, question_parts = 0 } = toPreview({ people, ...rest });
  return {
    rows: people.map(({ to, fromNumber, text, parts }) => ({ to, from_number: fromNumber, text, parts })),
    totals: { recipients: rest.total, parts: estimated_parts + question_parts, rejected: progress.rejected },
  };
}

/** Returns a preview, with the parts that everybody in the list comes to; of a list of before they were counted, by the average of those shown. */
export function toPreview({
  people,
  total,
  parts: whole,
}: CampaignAnswers["preview"]): z.output<typeof CampaignPreview> {
  const counted = people.flatMap(({ parts }) => (parts === null ? [] : [parts]));
  const sum = counted.reduce((all, parts) => all + parts, 0);
  const average = counted.length === 0 ? 0 : Math.round((sum / counted.length) * total);
  return {
    people: people.map(({ parts, fromNumber, question, ...person }) => ({
      ...person,
      ...(question == null ? {} : { question }),
      number_of_message_parts: parts,
      from_number: fromNumber,
    })),
    estimated_parts: whole?.text ?? average,
    ...(whole === undefined || whole.question === 0 ? {} : { question_parts: whole.question }),
    total,
  };
}
