import * as z from "zod";
import { channelTypes } from "../../domain/channel-ids.ts";
import { timestamp } from "../shapes/fields.ts";
import { pageQuery } from "../shapes/paging.ts";

/** What every call of v4 shares. */
export const v4 = { base: "v4", auth: "api_key", tags: ["v4 (beta)"] } as const;

export const channelType = z.enum(channelTypes).meta({ id: "V4ChannelType" });

/** What a list may be narrowed to: also the contract's kinds that no sender of ours is of, which find nothing. */
export const channelTypeSought = z.enum([...channelTypes, "whatsapp", "amb"]);

/** An id of v4 in a path or body; what is no id is unknown, so that it is answered like one that nobody has. */
export const id = z.string().min(1).max(2048);

/** The query of a list: where it goes on is nobody's business but ours. */
export const listQuery = {
  limit: pageQuery.limit,
  cursor: z.string().min(1).max(64).optional().meta({ description: "The `next_cursor` of the page before." }),
};

/** Returns the answer that holds one thing. */
export function item<S extends z.ZodType>(schema: S, description: string) {
  return { description, schema: z.object({ data: schema }) };
}

const more = { has_more: z.boolean(), next_cursor: z.string().nullable() };

/** Returns the answer that holds one page of a list. */
export function page<S extends z.ZodType>(schema: S, description: string) {
  return { description, schema: z.object({ data: z.array(schema), ...more }) };
}

/** What a deletion answers. */
export const deleted = item(z.object({ id: z.string(), deleted: z.literal(true) }), "It is gone.");

export const V4Capabilities = z
  .object({
    protocols: z.array(z.string()),
    content: z.array(z.string()),
    actions: z.array(z.string()),
    interactive: z.array(z.string()),
    gates: z.array(z.string()).meta({ description: "`reply_only`, `24h_window`: what keeps a message back." }),
  })
  .meta({ id: "V4Capabilities" });

export const V4Event = z
  .object({
    id: z.string(),
    type: z.string(),
    message_id: z.string().nullable(),
    chat_id: z.string().nullable(),
    channel_type: channelType.nullable(),
    occurred_at: timestamp,
    data: z.looseObject({}).meta({ description: "The event as v2 tells it." }),
  })
  .meta({ id: "V4Event" });

/** Returns one page as its answer: `next` is where the list goes on, null at its end. */
export function toPage<T>(data: T[], next: string | null) {
  return { data, has_more: next !== null, next_cursor: next };
}
