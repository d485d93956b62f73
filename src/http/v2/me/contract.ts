import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { lineFailures, phoneNumber, planKind, segment, timestamp } from "../../shapes/fields.ts";

export const MeResponse = z
  .object({
    auth_type: z.enum(["api_key", "dashboard"]),
    valid: z.boolean(),
    user_id: z.string().nullable(),
    api_key: z.string(),
    organization_id: z.string(),
    organization: z.object({
      organization_id: z.string(),
      name: z.string(),
      country_code: z.string().nullable(),
      created_at: timestamp,
    }),
    metadata: z.record(z.string(), z.unknown()),
    integration_details: z.record(z.string(), z.unknown()).nullable(),
    devices: z.array(
      z.object({
        phone_number: z.string().nullable(),
        is_active: z.boolean(),
        last_active: timestamp.nullable(),
        plan_kind: planKind.nullable(),
        type: planKind.nullable().optional(),
      }),
    ),
    usage: z.object({
      inbound_messages: z.int(),
      outbound_messages: z.int(),
      last_message_sent: timestamp.nullable(),
    }),
    mode: z.enum(["live", "test"]).optional(),
    protocol: z.enum(["twilio", "blooio"]).nullable().optional(),
  })
  .meta({ id: "MeResponse" });

const LineCaps = z
  .object({
    per_second: z.number().nullable(),
    new_contacts_per_hour: z.int().nullable(),
    new_contacts_per_day: z.int().nullable(),
    unanswered: z.int().nullable(),
    new_contacts_last_hour: z.int(),
    new_contacts_last_day: z.int(),
  })
  .meta({
    id: "LineCaps",
    description: "An iMessage line's caps (null: none), and how many conversations it began lately.",
  });

export const NumbersResponse = z
  .object({
    numbers: z.array(
      z.object({
        phone_number: phoneNumber,
        is_active: z.boolean(),
        last_active: z.iso.datetime().nullable(),
        plan_kind: planKind.nullable(),
        type: planKind.nullable().optional().meta({ description: "The same as `plan_kind`." }),
        caps: LineCaps.nullish(),
      }),
    ),
  })
  .meta({ id: "NumbersResponse" });

const ContactCard = z
  .looseObject({
    phone_number: z.string().optional(),
    first_name: z.string().nullish(),
    last_name: z.string().nullish(),
    name: z.string().nullish(),
    avatar: z.string().nullish(),
    has_wallpaper: z.boolean().optional(),
    sharing: z.looseObject({}).optional(),
  })
  .meta({ id: "ContactCard" });

const switchNumber = z.union([z.literal(0), z.literal(1)], { error: "must be 0 or 1." });

const common = { base: "v2", auth: "api_key", tags: ["Me"] } as const;
const ofNumber = { ...common, params: z.object({ number: segment }) } as const;

export const getMe = defineOperation({
  ...common,
  id: "getMe",
  method: "get",
  path: "/me",
  summary: "The API key in use",
  description: "Its name, mode, organization, numbers, and how much it sent and received: a good first call.",
  answers: { 200: { description: "The key, its organization, its numbers and its traffic.", schema: MeResponse } },
  errors: [],
});

export const listNumbers = defineOperation({
  ...common,
  id: "listNumbers",
  method: "get",
  path: "/me/numbers",
  summary: "The numbers of this API key",
  description: "The numbers of the key's pool, and when each last spoke.",
  answers: { 200: { description: "The whole pool, in its order.", schema: NumbersResponse } },
  errors: [],
});

export const getMyContactCard = defineOperation({
  ...ofNumber,
  id: "getMyContactCard",
  method: "get",
  path: "/me/numbers/{number}/contact-card",
  summary: "A line's contact card",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: { 200: { description: "The card.", schema: ContactCard } },
  errors: [...lineFailures, "not_supported_on_twilio", "forbidden", "not_found"],
});

export const updateMyContactCard = defineOperation({
  ...ofNumber,
  id: "updateMyContactCard",
  method: "put",
  path: "/me/numbers/{number}/contact-card",
  summary: "Change a line's contact card",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  body: z.object({
    first_name: z.string().max(255).nullish(),
    last_name: z.string().max(255).nullish(),
    avatar: z.base64({ error: "must be base64." }).nullish(),
    sharing: z
      .object({
        enabled: z.boolean().optional(),
        audience: switchNumber.optional(),
        name_format: switchNumber.optional(),
      })
      .nullish(),
  }),
  answers: { 200: { description: "The card as it now stands.", schema: ContactCard } },
  errors: [...lineFailures, "not_supported_on_twilio", "forbidden", "not_found"],
});

export const requestCallForwarding = defineOperation({
  ...ofNumber,
  id: "requestCallForwarding",
  method: "post",
  path: "/me/numbers/{number}/call-forwarding",
  summary: "Ask for call forwarding",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  body: z.object({ forward_to: z.string().min(1).max(64) }),
  answers: {
    201: {
      description: "The ticket that was opened.",
      schema: z.object({
        success: z.boolean(),
        ticket_id: z.string(),
        status: z.string(),
        number: z.string(),
        forward_to: z.string(),
      }),
    },
  },
  errors: ["not_supported_on_twilio", "not_supported_on_line", "forbidden"],
});

export const meOperations = [getMe, listNumbers, getMyContactCard, updateMyContactCard, requestCallForwarding] as const;
