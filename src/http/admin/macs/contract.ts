import * as z from "zod";
import { lineAbilities } from "../../../domain/line.ts";
import { defineOperation } from "../../operation.ts";
import { segment, timestamp } from "../../shapes/fields.ts";
import { Pagination, pageQuery } from "../../shapes/paging.ts";
import { Integration } from "../integrations/contract.ts";
import { givenName } from "../organizations/contract.ts";

const able = z.union([z.boolean(), z.literal("unknown")]);

export const MacIntegration = z
  .object({
    integration_id: z.string(),
    organization_id: z.string(),
    name: z.string(),
    url: z.string(),
    sandbox: z.boolean().meta({ description: "The Mac that exists only inside the gateway." }),
    status: z.enum(["connected", "unhealthy"]),
    server_version: z.string().nullable(),
    macos_version: z.string().nullable(),
    private_api: z.boolean(),
    helper_connected: z.boolean(),
    proxy: z.string().nullable(),
    aliases: z.array(z.string()).meta({ description: "The addresses that its Apple ID can be written to." }),
    active_alias: z.string().nullable().meta({ description: "The one from which it starts conversations." }),
    capabilities: z
      .record(z.string(), able)
      .meta({ description: `What its lines can do: ${lineAbilities.join(", ")}.` }),
    last_seen: timestamp.nullable().meta({ description: "When it last answered a look." }),
    warnings: z.array(z.string()),
    created_at: timestamp,
  })
  .meta({ id: "MacIntegration" });

const kind = z.enum(["twilio", "bluebubbles", "sandbox"]);
const AnyIntegration = z
  .union([
    Integration.extend({ kind: z.enum(["twilio", "sandbox"]) }),
    MacIntegration.extend({ kind: z.literal("bluebubbles") }),
  ])
  .meta({ id: "AnyIntegration" });

const url = z
  .string()
  .max(2048)
  .refine((given) => /^https?:$/.test(URL.parse(given.trim())?.protocol ?? ""), {
    error: "must be the http or https address of BlueBubbles Server.",
  });
const password = z.string().min(1).max(1024).meta({ writeOnly: true });

const common = { base: "admin", auth: "admin", tags: ["iMessage lines"] } as const;
const ofMac = { ...common, params: z.object({ integrationId: segment }) } as const;
const macFailures = ["bluebubbles_unreachable", "bluebubbles_authentication_failed"] as const;

export const listAllIntegrations = defineOperation({
  ...common,
  id: "listIntegrations",
  method: "get",
  path: "/integrations",
  summary: "List what is connected",
  description: "Twilio accounts, Macs and sandboxes, each with its `kind`.",
  query: z.object({ ...pageQuery, organization_id: z.string().max(128).optional(), kind: kind.optional() }),
  answers: {
    200: {
      description: "One page.",
      schema: z.object({ integrations: z.array(AnyIntegration), pagination: Pagination }),
    },
  },
  errors: [],
});

export const createMac = defineOperation({
  ...common,
  id: "createMacIntegration",
  method: "post",
  path: "/integrations/bluebubbles",
  summary: "Connect a Mac",
  description:
    "A Mac that runs BlueBubbles Server. URL and password are tried before anything is stored. https://mac.sandbox.invalid with the password sandbox is the sandbox's.",
  body: z.strictObject({
    organization_id: z.string().min(1).max(128).optional(),
    name: givenName.optional(),
    url,
    password,
  }),
  answers: { 201: { description: "The Mac, connected.", schema: MacIntegration } },
  errors: ["not_found", "already_exists", "publish_failed", ...macFailures],
});

export const listMacs = defineOperation({
  ...common,
  id: "listMacIntegrations",
  method: "get",
  path: "/integrations/bluebubbles",
  summary: "List Macs",
  description: "With what each can do and how it fares; never with its password.",
  query: z.object({ ...pageQuery, organization_id: z.string().max(128).optional() }),
  answers: {
    200: {
      description: "One page of Macs.",
      schema: z.object({ integrations: z.array(MacIntegration), pagination: Pagination }),
    },
  },
  errors: [],
});

export const getMac = defineOperation({
  ...ofMac,
  id: "getMacIntegration",
  method: "get",
  path: "/integrations/bluebubbles/{integrationId}",
  summary: "Read a Mac",
  description: "What its lines can do, and how it fares.",
  answers: { 200: { description: "The Mac.", schema: MacIntegration } },
  errors: ["not_found"],
});

export const updateMac = defineOperation({
  ...ofMac,
  id: "updateMacIntegration",
  method: "patch",
  path: "/integrations/bluebubbles/{integrationId}",
  summary: "Change a Mac",
  description: "A new URL or password is tried before it is stored.",
  body: z.strictObject({ name: givenName.optional(), url: url.optional(), password: password.optional() }),
  answers: { 200: { description: "The Mac as it now stands.", schema: MacIntegration } },
  errors: ["not_found", "publish_failed", ...macFailures],
});

export const deleteMac = defineOperation({
  ...ofMac,
  id: "deleteMacIntegration",
  method: "delete",
  path: "/integrations/bluebubbles/{integrationId}",
  summary: "Disconnect a Mac",
  description: "Removes its lines, takes our webhook down at the Mac, and forgets the password.",
  answers: {
    200: {
      description: "When it was disconnected.",
      schema: z.object({
        success: z.boolean(),
        deleted_at: timestamp,
        webhook_removed: z
          .boolean()
          .meta({ description: "false: the Mac did not answer, and still calls here in vain." }),
      }),
    },
  },
  errors: ["not_found", "publish_failed"],
});

export const testMacIntegration = defineOperation({
  ...ofMac,
  id: "testMacIntegration",
  method: "post",
  path: "/integrations/bluebubbles/{integrationId}/test",
  summary: "Test a Mac",
  description:
    "One answer for each thing that must be right; `ok` is about the connection, the Private API and the account.",
  answers: {
    200: {
      description: "What works and what does not.",
      schema: z.object({
        ok: z.boolean(),
        checks: z.array(
          z.object({
            name: z.enum(["connection", "private_api", "account", "lines", "bell", "clock"]),
            ok: z.boolean(),
            detail: z.string(),
          }),
        ),
      }),
    },
  },
  errors: ["not_found"],
});

export const macOperations = [
  listAllIntegrations,
  createMac,
  listMacs,
  getMac,
  updateMac,
  deleteMac,
  testMacIntegration,
] as const;
