import * as z from "zod";
import { Candidates } from "../../admin/pools/contract.ts";
import { direction, protocol, timestamp } from "../../shapes/fields.ts";
import { channelType } from "../shapes.ts";

const status = z
  .enum(["queued", "sent", "delivered", "read", "failed", "cancelled", "received"])
  .meta({ description: "`cancelled` is ours: v2 can cancel what has not left." });

const error = z
  .object({
    code: z.string(),
    message: z.string(),
    name: z.string().nullish(),
    retry: z.string().nullish().meta({ description: "Whether sending again makes sense, in words." }),
  })
  .nullable();

const V4Routing = z
  .object({
    mode: z.enum(["explicit", "priority"]),
    channel_type: channelType.optional(),
    number: z.string().optional(),
    priority_id: z.string(),
    reason: z.string().nullable(),
    considered: Candidates.meta({
      description: "The numbers that were looked at, and why each was taken or not; of a sent message at most eight.",
    }),
    note: z.string().nullable(),
  })
  .meta({ id: "V4Routing" });

const place = { chat_id: z.string(), channel_id: z.string(), channel_type: channelType, protocol };

export const V4Message = z
  .object({
    id: z.string(),
    ...place,
    direction,
    type: z.string().meta({ description: "`text`, `media`, `template`, or what an inbound message is beside that." }),
    text: z.string().nullable(),
    attachments: z.array(z.looseObject({})),
    status,
    provider_message_id: z.string().nullable(),
    reply_to_message_id: z.string().nullable(),
    error,
    routing: V4Routing.nullable(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: "V4Message" });

export const V4MessageStatus = z
  .object({ id: z.string(), status, protocol, error, created_at: timestamp, updated_at: timestamp })
  .meta({ id: "V4MessageStatus" });

export const V4MessageEvent = z
  .object({
    id: z.string(),
    message_id: z.string(),
    kind: z.string(),
    occurred_at: timestamp,
    metadata: z.looseObject({}),
  })
  .meta({ id: "V4MessageEvent" });

export const V4SendResult = z
  .object({
    id: z.string().optional(),
    message_ids: z.array(z.string()).optional().meta({ description: "Where a long text became several messages." }),
    to: z.string().optional().meta({ description: "Whom this result is about, where there are several." }),
    chat_id: z.string().optional(),
    channel_id: z.string().optional(),
    channel_type: channelType.optional(),
    protocol: protocol.optional(),
    from: z.string().optional(),
    direction,
    type: z.string(),
    status,
    group_id: z.string().optional(),
    error,
    dry_run: z.boolean().optional(),
    would_send: z.boolean().optional(),
    preview: z
      .object({
        parts: z.int().nullable(),
        encoding: z.enum(["GSM-7", "UCS-2"]).nullable(),
        quiet_until: timestamp.nullable(),
      })
      .optional(),
    warning: z.string().optional(),
    routing: V4Routing.optional(),
  })
  .meta({ id: "V4SendResult" });

export const V4FanOut = z
  .object({
    data: z.array(V4SendResult),
    fan_out: z.literal(true),
    sent: z.int(),
    failed: z.int(),
    dry_run: z.boolean().optional(),
  })
  .meta({ id: "V4FanOut" });
