import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { segment } from "../../shapes/fields.ts";
import { id, item, listQuery, page, V4Event, v4 } from "../shapes.ts";

export const listV4Events = defineOperation({
  ...v4,
  id: "listV4Events",
  method: "get",
  path: "/events",
  summary: "List events",
  description: "Newest first, for 30 days. A page that is narrowed may be short; go on while `has_more`.",
  query: z.object({
    ...listQuery,
    type: z.string().min(1).max(64).optional().meta({ description: "A name, or a wildcard such as `message.*`." }),
    chat_id: id.optional(),
    message_id: segment.optional(),
  }),
  answers: { 200: page(V4Event, "One page of events.") },
  errors: ["not_found"],
});

export const getV4Event = defineOperation({
  ...v4,
  params: z.object({ eventId: segment }),
  id: "getV4Event",
  method: "get",
  path: "/events/{eventId}",
  summary: "Read an event",
  description: "By the id that webhooks tell, and that v2 has too.",
  answers: { 200: item(V4Event, "The event.") },
  errors: ["not_found"],
});

export const v4EventOperations = [listV4Events, getV4Event] as const;
