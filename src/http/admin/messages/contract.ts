import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { apiKeyParams } from "../api-keys/contract.ts";
import { AdminMessage } from "../trying/contract.ts";

export const readAdminMessage = defineOperation({
  base: "admin",
  auth: "admin",
  tags: ["Pools"],
  id: "readAdminMessage",
  method: "get",
  path: "/api-keys/{apiKeyId}/messages/{messageId}",
  summary: "Read a message, and why its sender was chosen",
  description: "With the carrier's id, every candidate, and the words for why each was chosen or passed over.",
  params: z.object({ ...apiKeyParams.shape, messageId: z.string().min(1).max(128) }),
  answers: { 200: { description: "The message.", schema: AdminMessage } },
  errors: ["not_found"],
});

export const adminMessageOperations = [readAdminMessage] as const;
