import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { timestamp } from "../../shapes/fields.ts";
import { channelType, channelTypeSought, id, item, listQuery, page, V4Capabilities, v4 } from "../shapes.ts";

const status = z.enum(["active", "suspended"]);

const statusSought = z.enum([...status.options, "pending_verification", "banned", "deprecated"]);

const V4Channel = z
  .object({
    id: z.string(),
    type: channelType,
    address: z.string(),
    display_address: z.string(),
    status: status.meta({ description: "`suspended`: paused, or its line is down." }),
    capabilities: V4Capabilities,
    created_at: timestamp,
  })
  .meta({ id: "V4Channel" });

const ofChannel = {
  ...v4,
  method: "get",
  params: z.object({ channel: id }),
  errors: ["not_found", "ambiguous_from"],
} as const;

export const listV4Channels = defineOperation({
  ...v4,
  id: "listV4Channels",
  method: "get",
  path: "/channels",
  summary: "List channels",
  description: "A channel is one of the key's numbers; its id stays the same wherever the number goes.",
  query: z.object({ ...listQuery, type: channelTypeSought.optional(), status: statusSought.optional() }),
  answers: { 200: page(V4Channel, "One page of channels, in the pool's order.") },
  errors: [],
});

export const getV4Channel = defineOperation({
  ...ofChannel,
  id: "getV4Channel",
  path: "/channels/{channel}",
  summary: "Read a channel",
  description: "By its id, or by its number (`%2B` for the plus).",
  answers: { 200: item(V4Channel, "The channel.") },
});

export const getV4ChannelCapabilities = defineOperation({
  ...ofChannel,
  id: "getV4ChannelCapabilities",
  path: "/channels/{channel}/capabilities",
  summary: "What a channel can do",
  description: "By which protocols it speaks, what it can carry, and what keeps a message back.",
  answers: {
    200: item(
      z.object({ channel_id: z.string(), type: channelType, capabilities: V4Capabilities }),
      "The capabilities.",
    ),
  },
});

export const v4ChannelOperations = [listV4Channels, getV4Channel, getV4ChannelCapabilities] as const;
