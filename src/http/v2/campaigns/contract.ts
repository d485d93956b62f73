import * as z from "zod";
import { Campaign, CampaignChange, CampaignDetail, CampaignPreview, CampaignRequest } from "../../campaigns/schemas.ts";
import { defineOperation } from "../../operation.ts";
import { DeleteResponse } from "../../shapes/envelope.ts";
import { address, givenTime, segment, wholeNumber } from "../../shapes/fields.ts";
import { Pagination, pageQuery } from "../../shapes/paging.ts";
import { sendFailures } from "../messages/contract.ts";

const common = { base: "v2", auth: "api_key", tags: ["Campaigns"] } as const;
const ofCampaign = { ...common, params: z.object({ campaignId: segment }) } as const;
const asItStands = { 200: { description: "The campaign as it now stands.", schema: Campaign } } as const;
const steered = ["not_found", "campaign_state_conflict"] as const;
const listed = [
  ...steered,
  "campaign_audience_invalid",
  "campaign_audience_replaced",
  "campaign_audience_too_large",
] as const;
const planned = ["missing_content", "invalid_attachment", "from_number_not_owned"] as const;

export const listCampaigns = defineOperation({
  ...common,
  id: "listCampaigns",
  method: "get",
  path: "/campaigns",
  summary: "List campaigns",
  description: "Newest first, each with its numbers.",
  query: z.object(pageQuery),
  answers: {
    200: {
      description: "One page of campaigns.",
      schema: z.object({ campaigns: z.array(CampaignDetail), pagination: Pagination }),
    },
  },
  errors: [],
});

export const createCampaign = defineOperation({
  ...common,
  id: "createCampaign",
  method: "post",
  path: "/campaigns",
  summary: "Create a campaign",
  description: "A draft: nothing is sent before it is started.",
  body: CampaignRequest,
  answers: { 201: { description: "The draft.", schema: Campaign } },
  errors: [...planned, "campaign_limit_reached"],
});

export const getCampaign = defineOperation({
  ...ofCampaign,
  id: "getCampaign",
  method: "get",
  path: "/campaigns/{campaignId}",
  summary: "Read a campaign",
  description: "With its progress, and numbers by status, error, clicks, replies and opt-outs.",
  answers: { 200: { description: "The campaign.", schema: CampaignDetail } },
  errors: ["not_found"],
});

export const updateCampaign = defineOperation({
  ...ofCampaign,
  id: "updateCampaign",
  method: "patch",
  path: "/campaigns/{campaignId}",
  summary: "Change a campaign",
  description: "Once it has started, `name` and `pace_per_minute` alone.",
  body: CampaignChange,
  answers: asItStands,
  errors: [...planned, "not_found", "campaign_not_editable"],
});

export const deleteCampaign = defineOperation({
  ...ofCampaign,
  id: "deleteCampaign",
  method: "delete",
  path: "/campaigns/{campaignId}",
  summary: "Delete a draft",
  description: "With its list. A campaign that has started is kept.",
  answers: { 200: { description: "When it was deleted.", schema: DeleteResponse } },
  errors: steered,
});

export const uploadCampaignAudience = defineOperation({
  ...ofCampaign,
  id: "uploadCampaignAudience",
  method: "put",
  path: "/campaigns/{campaignId}/audience",
  summary: "Give a campaign its list",
  description:
    "CSV in UTF-8 with a line of headings, at most 100000 rows: commas, semicolons or tabs, quotes as spreadsheets write them. Each row is judged at once; `audience.rejected` says how many are left out and why, and the results say which. Replaces the list before.",
  file: { type: "text/csv", maxBytes: 32 * 1024 * 1024 },
  answers: asItStands,
  errors: [...listed, "campaign_columns_unknown", "invalid_request"],
});

export const tagCampaignAudience = defineOperation({
  ...ofCampaign,
  id: "tagCampaignAudience",
  method: "post",
  path: "/campaigns/{campaignId}/audience/tag",
  summary: "Make a tag a campaign's list",
  description: "Everybody who has the tag now, with the fields `name` and `first_name`. Replaces the list before.",
  body: z.object({ tag: z.string().min(1).max(64) }).strict(),
  answers: asItStands,
  errors: listed,
});

export const previewCampaign = defineOperation({
  ...ofCampaign,
  id: "previewCampaign",
  method: "get",
  path: "/campaigns/{campaignId}/preview",
  summary: "Preview a campaign",
  description: "What would be sent to whom, from which number and in how many parts. Nothing is sent.",
  query: z.object({
    limit: wholeNumber().min(1).max(50).default(10).meta({ description: "How many people to show." }),
    offset: pageQuery.offset,
  }),
  answers: { 200: { description: "People in the order of the list.", schema: CampaignPreview } },
  errors: ["not_found"],
});

export const testCampaign = defineOperation({
  ...ofCampaign,
  id: "testCampaign",
  method: "post",
  path: "/campaigns/{campaignId}/test",
  summary: "Send a campaign to yourself",
  description: "One message with the fields of the first who waits. It counts for nobody.",
  body: z.object({ to: address }).strict(),
  answers: {
    202: {
      description: "Accepted, and durably so.",
      schema: z.object({
        message_id: z.string(),
        from_number: z.string(),
        text: z.string().nullable(),
        number_of_message_parts: z.int(),
      }),
    },
  },
  errors: [...sendFailures, "not_found", "campaign_not_ready"],
});

export const startCampaign = defineOperation({
  ...ofCampaign,
  id: "startCampaign",
  method: "post",
  path: "/campaigns/{campaignId}/start",
  summary: "Start a campaign",
  description:
    "Now, at `send_at` (epoch milliseconds or ISO 8601, at most 35 days ahead), or at the `start_at` that it was made with. To start twice is one start: the second is answered how it stands; another time is refused.",
  body: z.object({ send_at: givenTime.nullish() }).strict(),
  bodyOptional: true,
  answers: asItStands,
  errors: [...steered, "campaign_not_ready", "api_key_paused"],
});

export const pauseCampaign = defineOperation({
  ...ofCampaign,
  id: "pauseCampaign",
  method: "post",
  path: "/campaigns/{campaignId}/pause",
  summary: "Pause a campaign",
  description: "Nobody more is written to until it is resumed.",
  answers: asItStands,
  errors: steered,
});

export const resumeCampaign = defineOperation({
  ...ofCampaign,
  id: "resumeCampaign",
  method: "post",
  path: "/campaigns/{campaignId}/resume",
  summary: "Resume a campaign",
  description: "It goes on where it stood, or waits for its time.",
  answers: asItStands,
  errors: steered,
});

export const cancelCampaign = defineOperation({
  ...ofCampaign,
  id: "cancelCampaign",
  method: "post",
  path: "/campaigns/{campaignId}/cancel",
  summary: "Cancel a campaign",
  description:
    "For good: who waits is not written to, and what waits to leave is cancelled. One that is completed can be cancelled as long as something of it waits.",
  answers: asItStands,
  errors: steered,
});

export const getCampaignResults = defineOperation({
  ...ofCampaign,
  id: "getCampaignResults",
  method: "get",
  path: "/campaigns/{campaignId}/results",
  summary: "What became of everybody",
  description:
    "CSV, a line for each row of the list: rejected and why, waiting, refused in its turn and why, or its message with status, error, clicks, reply and opt-out. Values that a spreadsheet would run begin with an apostrophe.",
  answers: { 200: { description: "The lines.", schema: z.string(), media: "text/csv" } },
  errors: ["not_found"],
});

export const campaignOperations = [
  listCampaigns,
  createCampaign,
  getCampaign,
  updateCampaign,
  deleteCampaign,
  uploadCampaignAudience,
  tagCampaignAudience,
  previewCampaign,
  testCampaign,
  startCampaign,
  pauseCampaign,
  resumeCampaign,
  cancelCampaign,
  getCampaignResults,
] as const;
