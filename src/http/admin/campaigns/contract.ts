import * as z from "zod";
import type { Operation } from "../../operation.ts";
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
