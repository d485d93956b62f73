import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { timestamp } from "../../shapes/fields.ts";

const finding = z.looseObject({ ok: z.boolean(), detail: z.string().nullish() });

const Check = z
  .object({
    name: z.string(),
    ok: z.boolean(),
    detail: z.string(),
    help: z.string().nullable().meta({ description: "How to mend it; null where nothing is amiss." }),
  })
  .meta({ id: "Check" });

const unanswered = z.int().nullable().meta({ description: "null: the pool did not answer." });
const PoolStatus = z
  .object({
    api_key_id: z.string(),
    name: z.string(),
    waiting: unanswered,
    unknown: unanswered,
    owed: unanswered,
    ledger_bytes: unanswered,
    last_used_at: timestamp.nullable(),
    behind: z.boolean().meta({ description: "Its configuration is behind the directory." }),
  })
  .meta({ id: "PoolStatus" });

const MasterKeyNeed = z
  .object({
    id: z.string(),
    in_ring: z.boolean().meta({ description: "MASTER_KEYS has it." }),
    opens: z.boolean().meta({
      description:
        "It opens what was sealed under its name; else it is missing, or another key of the name stands there.",
    }),
    newest: z.boolean(),
    secrets: z.int().meta({ description: "Credentials and webhook secrets that it sealed." }),
    tokens: z.int().meta({ description: "Tokens of API keys that open, and whose checksum it made." }),
    callbacks_until: timestamp.nullable().meta({ description: "Until when callbacks under way need it." }),
  })
  .meta({ id: "MasterKeyNeed" });

const Status = z
  .looseObject({
    ok: z.boolean(),
    version: z.string(),
    directory: finding,
    migrations: finding,
    secrets: z.looseObject({ ok: z.boolean(), missing: z.array(z.string()) }),
    public_url: finding,
    undelivered_webhooks: z.int().meta({ description: "Deliveries that the pools of this page owe." }),
    pools_behind: z.int().meta({ description: "Pools whose configuration is behind the directory." }),
    master_keys: z
      .array(MasterKeyNeed)
      .meta({ description: "What still needs each master key; empty where the directory does not answer." }),
    checks: z.array(Check).meta({ description: "Everything worth a look when something is amiss." }),
    pools: z
      .array(PoolStatus)
      .meta({ description: "At most 40 in one call, of keys that are not revoked, in the order of their ids." }),
    next_after: z
      .string()
      .nullable()
      .meta({ description: "Pass it as `after` for the next pools; null: these are the last." }),
  })
  .meta({ id: "Status" });

export const getStatus = defineOperation({
  base: "admin",
  auth: "admin",
  tags: ["Health"],
  id: "getStatus",
  method: "get",
  path: "/status",
  query: z.object({ after: z.string().min(1).max(128).optional() }),
  summary: "Is everything in order",
  description: "Every check with its detail: directory, migrations, secrets, public URL, pools behind, webhooks owed.",
  answers: { 200: { description: "What is and what is not.", schema: Status } },
  errors: [],
});

export const statusOperations = [getStatus] as const;
