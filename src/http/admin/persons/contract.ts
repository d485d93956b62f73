import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { segment, timestamp } from "../../shapes/fields.ts";
import { pageQuery } from "../../shapes/paging.ts";
import { keyProtocol } from "../api-keys/contract.ts";
import { AdminMessageSummary } from "../messages/schemas.ts";

const Person = z
  .object({
    contact: z.string(),
    name: z.string().nullable(),
    keys: z
      .array(
        z.object({
          api_key_id: z.string(),
          name: z.string(),
          mode: z.enum(["live", "test"]),
          protocol: keyProtocol.nullable(),
          messages: z.int(),
          last_message_time: timestamp.nullable(),
        }),
      )
      .meta({ description: "The keys that have written with this person." }),
    messages: z.array(AdminMessageSummary.extend({ api_key_id: z.string() })).meta({
      description: "Over all these keys, the newest first.",
    }),
    keys_left_out: z.int().meta({ description: "At most 40 keys are asked in one call." }),
  })
  .meta({ id: "Person" });

export const readPerson = defineOperation({
  base: "admin",
  auth: "admin",
  tags: ["Organizations"],
  id: "readPerson",
  method: "get",
  path: "/organizations/{organizationId}/contacts/{contactId}",
  summary: "See one person over every network",
  description: "Who wrote with them, by Twilio and by iMessage, and what was said, in one order.",
  params: z.object({ organizationId: segment, contactId: segment }),
  query: z.object({ limit: pageQuery.limit }),
  answers: { 200: { description: "The person.", schema: Person } },
  errors: ["not_found"],
});

export const personOperations = [readPerson] as const;
