import * as z from "zod";
import { coded } from "../../complaint.ts";
import { defineOperation } from "../../operation.ts";
import { phoneNumber, segment, timestamp } from "../../shapes/fields.ts";
import { Pagination, pageQuery } from "../../shapes/paging.ts";
import { ManagedNumber } from "../numbers/contract.ts";
import { givenName } from "../organizations/contract.ts";

const syncFields = {
  direction: z.enum(["inbound", "outbound", "both"]),
  channels: z.array(z.enum(["sms", "whatsapp", "voice"])).max(3),
  events: z.enum(["messages", "statuses", "both"]),
  media: z.boolean(),
};

const Sync = z.strictObject({
  direction: syncFields.direction.default("both"),
  channels: syncFields.channels.default(["sms", "whatsapp"]),
  events: syncFields.events.default("both"),
  media: syncFields.media.default(true),
});

const SyncAnswer = z.object(syncFields).meta({ id: "Sync" });

export const Integration = z
  .object({
    integration_id: z.string(),
    organization_id: z.string(),
    name: z.string(),
    account_sid: z.string(),
    sandbox: z.boolean().meta({ description: "The built-in account, which never touches the network." }),
    authentication: z.enum(["api_key", "auth_token"]),
    api_key_sid: z.string().nullish(),
    has_auth_token: z.boolean(),
    webhooks_verified: z.boolean(),
    region: z.string().nullable(),
    edge: z.string().nullable(),
    messaging_service_sid: z.string().nullish(),
    voice_forward: z.string().nullish(),
    sync: SyncAnswer,
    inbound_url: z.string().meta({ description: "To paste by hand where Twilio lists no number." }),
    status_url: z.string(),
    status: z.enum(["connected", "unhealthy"]),
    warnings: z.array(z.string()),
    created_at: timestamp,
  })
  .meta({ id: "Integration" });

const sid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), { error: `must be ${prefix} and 32 hex digits.` });
const secret = z.string().min(1).max(256).meta({ writeOnly: true });
const place = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, { error: "must be a Twilio region or edge, for example ie1 or dublin." });

const credentials = {
  api_key_sid: sid("SK").optional(),
  api_key_secret: secret.optional(),
  auth_token: secret.optional(),
  region: place.nullish(),
  edge: place.nullish(),
  messaging_service_sid: sid("MG").nullish(),
  voice_forward: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, { error: "must be a phone number in E.164 form." })
    .nullish()
    .meta({ description: "Where inbound calls are forwarded; null: they are answered and ended." }),
};

const pairHolds = (given: { api_key_sid?: string | undefined; api_key_secret?: string | undefined }): boolean =>
  (given.api_key_sid === undefined) === (given.api_key_secret === undefined);
const pairRule = { error: "Give api_key_sid and api_key_secret together." };

const common = { base: "admin", auth: "admin", tags: ["Twilio accounts"] } as const;
const ofIntegration = { ...common, params: z.object({ integrationId: segment }) } as const;
const twilioFailures = ["twilio_authentication_failed", "twilio_refused", "twilio_unavailable"] as const;

export const createIntegration = defineOperation({
  ...common,
  id: "createTwilioIntegration",
  method: "post",
  path: "/integrations/twilio",
  summary: "Connect a Twilio account",
  description: "The API key pair (preferred) or the auth token alone. Credentials are tried before anything is stored.",
  body: z
    .strictObject({
      organization_id: z.string().min(1).max(128).optional(),
      name: givenName.optional(),
      account_sid: sid("AC"),
      ...credentials,
      sync: Sync.optional(),
    })
    .refine(pairHolds, pairRule)
    .refine((given) => given.api_key_sid !== undefined || given.auth_token !== undefined, {
      error: "Give api_key_sid and api_key_secret, or auth_token.",
    }),
  answers: { 201: { description: "The account, connected.", schema: Integration } },
  errors: ["not_found", "already_exists", ...twilioFailures],
});

export const listIntegrations = defineOperation({
  ...common,
  id: "listTwilioIntegrations",
  method: "get",
  path: "/integrations/twilio",
  summary: "List Twilio accounts",
  description: "With how each account fares; never with its credentials.",
  query: z.object({ ...pageQuery, organization_id: z.string().max(128).optional() }),
  answers: {
    200: {
      description: "One page of accounts.",
      schema: z.object({ integrations: z.array(Integration), pagination: Pagination }),
    },
  },
  errors: [],
});

export const getIntegration = defineOperation({
  ...ofIntegration,
  id: "getTwilioIntegration",
  method: "get",
  path: "/integrations/twilio/{integrationId}",
  summary: "Read a Twilio account",
  description: "How it fares, its switches, and the URLs to paste where a webhook is set by hand.",
  answers: { 200: { description: "The account.", schema: Integration } },
  errors: ["not_found"],
});

export const updateIntegration = defineOperation({
  ...ofIntegration,
  id: "updateTwilioIntegration",
  method: "patch",
  path: "/integrations/twilio/{integrationId}",
  summary: "Change a Twilio account",
  description: "A replaced auth token goes on verifying webhooks for 24 hours.",
  body: z
    .strictObject({ name: givenName.optional(), ...credentials, sync: z.strictObject(syncFields).partial().optional() })
    .refine(pairHolds, pairRule),
  answers: { 200: { description: "The account as it now stands.", schema: Integration } },
  errors: ["not_found", "publish_failed", ...twilioFailures],
});

export const deleteIntegration = defineOperation({
  ...ofIntegration,
  id: "deleteTwilioIntegration",
  method: "delete",
  path: "/integrations/twilio/{integrationId}",
  summary: "Disconnect a Twilio account",
  description:
    "Releases its numbers, restores their webhooks at Twilio, and forgets the credentials. Says which webhooks could not be restored.",
  answers: {
    200: {
      description: "When it was disconnected.",
      schema: z.object({
        success: z.boolean(),
        deleted_at: timestamp,
        webhooks_not_restored: z
          .array(z.string())
          .meta({ description: "Numbers whose former webhooks could not be set again at Twilio." }),
      }),
    },
  },
  errors: ["not_found", "forbidden", "publish_failed"],
});

export const testIntegration = defineOperation({
  ...ofIntegration,
  id: "testTwilioIntegration",
  method: "post",
  path: "/integrations/twilio/{integrationId}/test",
  summary: "Test a Twilio account",
  description: "One answer per capability; `ok` is about credentials, numbers and messages.",
  answers: {
    200: {
      description: "What works and what does not.",
      schema: z.object({
        ok: z.boolean(),
        checks: z.array(
          z.object({
            name: z.enum(["credentials", "numbers", "messages", "webhook_signature", "webhook_urls"]),
            ok: z.boolean(),
            detail: z.string(),
          }),
        ),
      }),
    },
  },
  errors: ["not_found"],
});

export const listAvailableNumbers = defineOperation({
  ...ofIntegration,
  id: "listAvailableNumbers",
  method: "get",
  path: "/integrations/twilio/{integrationId}/available-numbers",
  summary: "List an account's phone numbers",
  description: "What the account holds at Twilio, which of it is imported, and whether its webhooks still lead here.",
  answers: {
    200: {
      description: "All of them; every page of Twilio is followed.",
      schema: z.object({
        numbers: z.array(
          z.object({
            phone_number: phoneNumber,
            friendly_name: z.string(),
            capabilities: z.object({ sms: z.boolean(), mms: z.boolean(), voice: z.boolean() }),
            imported: z.boolean(),
            webhook_ok: z.boolean(),
          }),
        ),
      }),
    },
  },
  errors: ["not_found", ...twilioFailures],
});

export const importNumbers = defineOperation({
  ...ofIntegration,
  id: "importNumbers",
  method: "post",
  path: "/integrations/twilio/{integrationId}/import",
  summary: "Import phone numbers",
  description: "Sets each number's webhooks at Twilio and remembers what stood there; importing again repairs.",
  body: z.strictObject({
    phone_numbers: z
      .array(z.string().min(1).max(64))
      .min(1)
      .refine(
        (list) => list.length <= 50,
        coded("bulk_limit_exceeded", "At most 50 phone numbers per request: split the list."),
      )
      .meta({ maxItems: 50 }),
  }),
  answers: {
    200: {
      description: "One result for each number, in order.",
      schema: z.object({
        results: z.array(
          z.object({
            phone_number: z.string(),
            status: z.enum(["imported", "reconfigured", "failed"]),
            code: z.string().optional(),
            message: z.string().optional(),
            warnings: z.array(z.string()).optional(),
          }),
        ),
      }),
    },
  },
  errors: ["not_found", "bulk_limit_exceeded", "publish_failed", ...twilioFailures],
});

export const addSender = defineOperation({
  ...ofIntegration,
  id: "addSender",
  method: "post",
  path: "/integrations/twilio/{integrationId}/senders",
  summary: "Add a sender that Twilio does not list",
  description:
    "A WhatsApp sender, an RCS agent, or a number that the account's list does not show. Give an agent its `messaging_service_sid` (`PATCH /numbers/{phoneNumber}`), and what cannot go by RCS goes by SMS.",
  body: z.strictObject({
    address: z.string().regex(/^(?:whatsapp:\+[1-9]\d{6,14}|rcs:[A-Za-z][\w.-]{0,127}|\d{3,8})$/, {
      error: "must be whatsapp: and a number in E.164 form, rcs: and an agent's id, or a short code.",
    }),
  }),
  answers: { 201: { description: "The sender.", schema: ManagedNumber } },
  errors: ["not_found", "already_exists"],
});

export const integrationOperations = [
  createIntegration,
  listIntegrations,
  getIntegration,
  updateIntegration,
  deleteIntegration,
  testIntegration,
  listAvailableNumbers,
  importNumbers,
  addSender,
] as const;
