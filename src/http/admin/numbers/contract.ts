import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { planKind, segment, timestamp } from "../../shapes/fields.ts";
import { keyProtocol } from "../api-keys/contract.ts";
import { givenName } from "../organizations/contract.ts";

const count = z.int().min(0);

export const Health = z
  .looseObject({
    status: z.enum(["healthy", "unhealthy", "unknown"]),
    reason: z.string().nullish(),
    since: timestamp.nullish(),
    faults_7d: z
      .object({ number: count, content: count, recipient: count, other: count })
      .nullish()
      .meta({ description: "Failed messages of the last seven days, by whose fault it was." }),
  })
  .meta({ id: "Health" });

const rate = z.number().positive().max(1000);

const cap = (what: string) => z.int().min(1).max(100_000).nullable().optional().meta({ description: what });
const capFields = {
  per_second: rate.nullable().optional().meta({ description: "Messages a second." }),
  new_contacts_per_hour: cap("People without an exchange in 30 days who are written to in a rolling hour."),
  new_contacts_per_day: cap("The same in a rolling day."),
  unanswered: cap("Messages to one person since they last wrote."),
};
export const Caps = z.strictObject(capFields);
export const CapsAnswer = z
  .object({
    per_second: z.number().nullable(),
    new_contacts_per_hour: z.int().nullable(),
    new_contacts_per_day: z.int().nullable(),
    unanswered: z.int().nullable(),
  })
  .meta({ id: "Caps", description: "What keeps a line's Apple ID alive; null: no cap." });

export const ManagedNumber = z
  .object({
    phone_number: z.string(),
    name: z.string().nullish().meta({ description: "What people here call it." }),
    protocol: keyProtocol,
    channel: z.enum(["sms", "whatsapp", "rcs", "imessage"]),
    integration_id: z.string().nullable(),
    api_key_id: z.string().nullable(),
    position: z.int().nullable(),
    weight: z.int(),
    type: planKind,
    messages_per_second: z.number().nullable(),
    messaging_service_sid: z.string().nullish(),
    is_active: z.boolean(),
    capabilities: z.looseObject({
      sms: z.boolean(),
      mms: z.boolean(),
      voice: z.boolean(),
      whatsapp: z.boolean().optional(),
      rcs: z.boolean().optional(),
    }),
    caps: CapsAnswer.nullish().meta({ description: "An iMessage line's." }),
    health: Health.nullable(),
    last_active: timestamp
      .nullish()
      .meta({ description: "When a message last left it or came to it; null: never, or no key holds it." }),
    created_at: timestamp,
  })
  .meta({ id: "ManagedNumber" });

/** What may be said of a number when it is registered or changed. */
const settings = {
  api_key_id: z.string().min(1).max(128).nullish().meta({ description: "The key that holds it; null releases it." }),
  position: z.int().min(0).max(100_000).optional(),
  weight: z.int().min(0).max(1000).optional(),
  type: planKind.optional(),
  messages_per_second: rate.nullish().meta({ description: "null: unlimited." }),
  messaging_service_sid: z
    .string()
    .regex(/^MG[0-9a-fA-F]{32}$/, { error: "must be MG and 32 hex digits." })
    .nullish()
    .meta({ description: "The Messaging Service of this number's 10DLC registration; null: the account's." }),
  is_active: z.boolean().optional(),
  name: givenName.optional(),
  caps: Caps.optional().meta({ description: "Of an iMessage line; null: no cap." }),
};

const common = { base: "admin", auth: "admin", tags: ["Numbers"] } as const;
const ofNumber = { ...common, params: z.object({ number: segment }) } as const;
const conflicts = ["api_key_protocol_conflict", "api_key_mode_conflict", "publish_failed"] as const;

export const listManagedNumbers = defineOperation({
  ...common,
  id: "listManagedNumbers",
  method: "get",
  path: "/numbers",
  summary: "List numbers",
  description: "Every number with its key, health and reason; filter by key, account or neither.",
  query: z.object({
    api_key_id: z.string().max(128).optional(),
    integration_id: z.string().max(128).optional(),
    unassigned: z.boolean().optional(),
  }),
  answers: { 200: { description: "All that match.", schema: z.object({ numbers: z.array(ManagedNumber) }) } },
  errors: [],
});

export const updateManagedNumber = defineOperation({
  ...ofNumber,
  id: "updateManagedNumber",
  method: "patch",
  path: "/numbers/{number}",
  summary: "Change or assign a number",
  description: "Assigning moves it: it never belongs to two keys.",
  body: z.strictObject(settings),
  answers: { 200: { description: "The number as it now stands.", schema: ManagedNumber } },
  errors: ["not_found", ...conflicts],
});

export const deleteManagedNumber = defineOperation({
  ...ofNumber,
  id: "deleteManagedNumber",
  method: "delete",
  path: "/numbers/{number}",
  summary: "Release a number",
  description: "Restores the webhooks that stood at Twilio before the import.",
  answers: {
    200: {
      description: "It is released.",
      schema: z.object({
        success: z.boolean(),
        deleted_at: timestamp,
        webhooks_restored: z
          .boolean()
          .optional()
          .meta({ description: "Whether all of them stand again: what a person changed meanwhile stays theirs." }),
      }),
    },
  },
  errors: ["not_found", "publish_failed", "twilio_authentication_failed", "twilio_refused", "twilio_unavailable"],
});

export const createManagedNumber = defineOperation({
  ...common,
  id: "createManagedNumber",
  method: "post",
  path: "/numbers",
  summary: "Register an iMessage line",
  description:
    "One Apple ID is one line, `dedicated`: the address from which its Mac starts conversations. Its further addresses are `inbound`: they answer where they were written to.",
  body: z.strictObject({
    phone_number: z
      .string()
      .min(1)
      .max(254)
      .meta({ description: "A phone number in E.164 form, or an e-mail address." }),
    integration_id: z.string().min(1).max(128),
    protocol: z.literal("blooio", { error: "must be blooio: Twilio numbers are imported." }),
    ...settings,
  }),
  answers: { 201: { description: "The number.", schema: ManagedNumber } },
  errors: ["already_exists", "not_found", "bluebubbles_unreachable", "bluebubbles_authentication_failed", ...conflicts],
});

export const numberOperations = [
  listManagedNumbers,
  updateManagedNumber,
  deleteManagedNumber,
  createManagedNumber,
] as const;
