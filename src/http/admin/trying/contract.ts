import * as z from "zod";
import { coded } from "../../complaint.ts";
import { defineOperation } from "../../operation.ts";
import { chatIdFailures } from "../../shapes/fields.ts";
import { apiKeyParams } from "../api-keys/contract.ts";
import { AdminMessage } from "../messages/schemas.ts";

const address = z.string().min(1).max(64);
const textOrElse = (words?: string) =>
  z
    .string()
    .refine((given) => given.length <= 1600, coded("text_too_long", words))
    .meta({ maxLength: 1600 });
const common = { base: "admin", auth: "admin", tags: ["Trying it"] } as const;

export const sendTestMessage = defineOperation({
  ...common,
  params: apiKeyParams,
  id: "sendTestMessage",
  method: "post",
  path: "/api-keys/{apiKeyId}/test-message",
  summary: "Send a test message",
  description: "By the same path as every message; answers once it is final, or after 10 seconds.",
  body: z.strictObject({ to: address, text: textOrElse().min(1).optional(), from_number: address.nullish() }),
  answers: { 200: { description: "The message.", schema: AdminMessage } },
  errors: [
    "not_found",
    ...chatIdFailures,
    "text_too_long",
    "from_number_not_owned",
    "inbound_only_no_prior_inbound",
    "api_key_paused",
    "recipient_opted_out",
    "country_not_allowed",
    "daily_cap_reached",
    "send_limit_reached",
    "capability_missing",
    "no_numbers_assigned",
    "no_active_number",
  ],
});

export const composeSandboxInbound = defineOperation({
  ...common,
  id: "composeSandboxInbound",
  method: "post",
  path: "/sandbox/inbound",
  summary: "Compose an inbound message from the sandbox",
  description: "As if a person had written to a sandbox number: signed, received and told like a real one.",
  body: z.strictObject({
    from: address,
    to: address,
    text: textOrElse("What a person writes is 1600 characters at most: shorten it.").default(""),
    media: z
      .array(z.url({ error: "must be a URL." }).max(2048))
      .max(10)
      .optional(),
  }),
  answers: {
    200: {
      description: "The message is on its way through the Worker's own door.",
      schema: z.looseObject({ success: z.boolean(), message_sid: z.string().optional() }),
    },
  },
  errors: ["not_found", "forbidden", "text_too_long"],
});

export const tryingOperations = [sendTestMessage, composeSandboxInbound] as const;
