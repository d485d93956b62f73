import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { pageQuery } from "../../shapes/paging.ts";
import { WebhookEventPayload } from "../../webhooks/schemas.ts";

const EventsPage = z
  .object({
    events: z.array(WebhookEventPayload),
    next_after: z
      .string()
      .nullable()
      .meta({ description: "Give it as `after` to read on; null before the first event." }),
  })
  .meta({ id: "EventsPage" });

export const listEvents = defineOperation({
  base: "v2",
  auth: "api_key",
  tags: ["Events"],
  id: "listEvents",
  method: "get",
  path: "/events",
  summary: "Read events in order",
  description: "The pull side of webhooks: the same payloads, ids and order as the pushes.",
  query: z.object({
    after: z.string().min(1).max(128).optional().meta({
      description: "The `next_after` of the page before, or `latest`: no events, and where to go on from now.",
    }),
    limit: pageQuery.limit,
  }),
  answers: { 200: { description: "What happened after `after`, oldest first.", schema: EventsPage } },
  errors: ["cursor_expired"],
});

export const eventOperations = [listEvents] as const;
