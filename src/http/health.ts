import * as z from "zod";
import { defineOperation } from "./operation.ts";

export const getHealth = defineOperation({
  base: "root",
  auth: "none",
  tags: ["Health"],
  id: "getHealth",
  method: "get",
  path: "/healthz",
  summary: "Is it up",
  description: "Touches no storage.",
  answers: { 200: { description: "It is.", schema: z.object({ status: z.literal("ok"), version: z.string() }) } },
  errors: ["setup_incomplete", "method_not_allowed"],
});
