import * as z from "zod";
import { AddedRecipients, PreviewRows, Recipients } from "../../campaigns/schemas.ts";
import { defineOperation, type Operation } from "../../operation.ts";
import * as own from "../../v2/campaigns/contract.ts";
import { apiKeyParams } from "../api-keys/contract.ts";

type KeyShape = typeof apiKeyParams.shape;
type ParamsOf<O> = O extends { params: z.ZodObject<infer Shape> } ? KeyShape & Shape : KeyShape;
type OfKey<O extends Operation, Id extends string> = Omit<
  O,
  "id" | "base" | "auth" | "path" | "params" | "tags" | "errors"
> & {
  id: Id;
  base: "admin";
  auth: "admin";
  path: string;
  params: z.ZodObject<ParamsOf<O>>;
  tags: readonly string[];
  errors: Operation["errors"];
};

/** A call of the key's own, from the admin's side: the same but for whose key it is. */
function ofKey<O extends Operation, const Id extends string>(operation: O, id: Id): OfKey<O, Id> {
  const shape = { ...apiKeyParams.shape, ...operation.params?.shape } as unknown as ParamsOf<O>;
  const params = z.object(shape) as z.ZodObject<ParamsOf<O>>;
  const path = `/api-keys/{apiKeyId}${operation.path}`;
  const errors = [...new Set([...operation.errors, "not_found" as const])];
  return { ...operation, id, base: "admin", auth: "admin", path, params, tags: ["Key campaigns"], errors };
}

export const listKeyCampaigns = ofKey(own.listCampaigns, "listKeyCampaigns");
export const createKeyCampaign = ofKey(own.createCampaign, "createKeyCampaign");
export const getKeyCampaign = ofKey(own.getCampaign, "getKeyCampaign");
export const updateKeyCampaign = ofKey(own.updateCampaign, "updateKeyCampaign");
export const deleteKeyCampaign = ofKey(own.deleteCampaign, "deleteKeyCampaign");
export const uploadKeyCampaignAudience = ofKey(own.uploadCampaignAudience, "uploadKeyCampaignAudience");
export const tagKeyCampaignAudience = ofKey(own.tagCampaignAudience, "tagKeyCampaignAudience");
export const previewKeyCampaign = ofKey(own.previewCampaign, "previewKeyCampaign");
export const testKeyCampaign = ofKey(own.testCampaign, "testKeyCampaign");
export const startKeyCampaign = ofKey(own.startCampaign, "startKeyCampaign");
export const pauseKeyCampaign = ofKey(own.pauseCampaign, "pauseKeyCampaign");
export const resumeKeyCampaign = ofKey(own.resumeCampaign, "resumeKeyCampaign");
export const cancelKeyCampaign = ofKey(own.cancelCampaign, "cancelKeyCampaign");
export const getKeyCampaignResults = ofKey(own.getCampaignResults, "getKeyCampaignResults");

const ofOne = "/api-keys/{apiKeyId}/campaigns/{campaignId}";
const ofKeyCampaign = {
  base: "admin",
  auth: "admin",
  tags: ["Key campaigns"],
  params: getKeyCampaign.params,
} as const;

export const addKeyCampaignRecipients = defineOperation({
  ...ofKeyCampaign,
  id: "addKeyCampaignRecipients",
  method: "post",
  path: `${ofOne}/recipients`,
  summary: "Add people to a campaign's list",
  description:
    "CSV in UTF-8 with a line of headings (`text/csv`, at most 5 MiB a call; its other columns are fields), or JSON. Call it again for more: nobody who is in the list already is added twice. A call that is refused adds nobody.",
  query: z.object({
    to: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: "The heading of the file's column of numbers; by its usual names unless set." }),
  }),
  file: { type: "text/csv", maxBytes: 5 * 1024 * 1024, orJson: Recipients },
  answers: { 200: { description: "Who was added, and who is left out and why.", schema: AddedRecipients } },
  errors: [...own.uploadCampaignAudience.errors, "campaign_not_ready", "invalid_json", "not_found"],
});

export const previewKeyCampaignRows = defineOperation({
  ...ofKeyCampaign,
  id: "previewKeyCampaignRows",
  method: "post",
  path: `${ofOne}/preview`,
  summary: "Preview a campaign's first ten",
  description:
    "What would be sent to whom, from which number and in how many parts, and what the whole list comes to. Nothing is sent.",
  answers: { 200: { description: "The first ten who wait.", schema: PreviewRows } },
  errors: ["not_found"],
});

export const getKeyCampaignResultsFile = defineOperation({
  ...ofKeyCampaign,
  id: "getKeyCampaignResultsFile",
  method: "get",
  path: `${ofOne}/results.csv`,
  summary: "What became of everybody, as a file",
  description: own.getCampaignResults.description,
  answers: own.getCampaignResults.answers,
  errors: ["not_found"],
});

export const keyCampaignOperations = [
  listKeyCampaigns,
  createKeyCampaign,
  getKeyCampaign,
  updateKeyCampaign,
  deleteKeyCampaign,
  uploadKeyCampaignAudience,
  tagKeyCampaignAudience,
  previewKeyCampaign,
  testKeyCampaign,
  startKeyCampaign,
  pauseKeyCampaign,
  resumeKeyCampaign,
  cancelKeyCampaign,
  getKeyCampaignResults,
] as const;

/** What the admin has besides what the key itself has. */
export const keyCampaignExtras = [addKeyCampaignRecipients, previewKeyCampaignRows, getKeyCampaignResultsFile] as const;
