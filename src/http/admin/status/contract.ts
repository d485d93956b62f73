import * as z from "zod";
import { defineOperation } from "../../operation.ts";

const finding = z.looseObject({ ok: z.boolean(), detail: z.string().nullish() });

const Status = z
  .looseObject({
    ok: z.boolean(),
    version: z.string(),
    directory: finding,
    migrations: finding,
    secrets: z.looseObject({ ok: z.boolean(), missing: z.array(z.string()) }),
    public_url: finding,
    undelivered_webhooks: z.int(),
    pools_behind: z.int().meta({ description: "Pools whose configuration is behind the directory." }),
  })
  .meta({ id: "Status" });

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

export const getStatus = defineOperation({
  base: "admin",
  auth: "admin",
  tags: ["Health"],
  id: "getStatus",
  method: "get",
  path: "/status",
  summary: "Is everything in order",
  description: "Every check with its detail: directory, migrations, secrets, public URL, pools behind, webhooks owed.",
  answers: { 200: { description: "What is and what is not.", schema: Status } },
  errors: [],
});

export const healthOperations = [getHealth, getStatus] as const;
