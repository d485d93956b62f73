import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { planKind, timestamp } from "../../shapes/fields.ts";
import { channelType, item, v4 } from "../shapes.ts";

const V4Me = z
  .object({
    api_key_id: z.string(),
    api_key_name: z.string(),
    priority_id: z.string(),
    mode: z.enum(["live", "test"]),
    protocol: z.enum(["twilio", "blooio"]).nullable(),
    organization_id: z.string(),
    organization: z.object({
      organization_id: z.string(),
      name: z.string(),
      country_code: z.string().nullable(),
      created_at: timestamp,
    }),
    usage: z.object({ inbound_messages: z.int(), outbound_messages: z.int(), last_message_sent: timestamp.nullable() }),
  })
  .meta({ id: "V4Me" });

const V4Number = z
  .object({
    phone_number: z.string(),
    channel_id: z.string(),
    channel_type: channelType,
    is_active: z.boolean(),
    last_active: timestamp.nullable(),
    type: planKind,
  })
  .meta({ id: "V4Number" });

export const getV4Me = defineOperation({
  ...v4,
  id: "getV4Me",
  method: "get",
  path: "/me",
  summary: "The API key in use",
  description: "Its organization, what kind of numbers it holds, and how much it sent and received.",
  answers: { 200: item(V4Me, "The key.") },
  errors: [],
});

export const listV4Numbers = defineOperation({
  ...v4,
  id: "listV4Numbers",
  method: "get",
  path: "/me/numbers",
  summary: "The numbers of this API key",
  description: "The whole pool in its order, each number with the channel that it is.",
  answers: { 200: { description: "The numbers.", schema: z.object({ data: z.array(V4Number) }) } },
  errors: [],
});

export const v4MeOperations = [getV4Me, listV4Numbers] as const;
