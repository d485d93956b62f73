import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { timestamp } from "../../shapes/fields.ts";
import { Pagination, pageQuery } from "../../shapes/paging.ts";

const Session = z
  .object({
    created_at: timestamp,
    seen_at: timestamp.meta({
      format: "int64",
      description: "When it was last used, to within five minutes, in epoch milliseconds.",
    }),
    expires_at: timestamp.meta({
      format: "int64",
      description: "When it ends if it is not used again, in epoch milliseconds.",
    }),
    current: z.boolean().meta({ description: "It is the one by which this call came." }),
  })
  .meta({ id: "Session" });

const common = { base: "admin", auth: "admin", tags: ["Sessions"] } as const;

export const listSessions = defineOperation({
  ...common,
  id: "listSessions",
  method: "get",
  path: "/sessions",
  summary: "List who is signed in to the dashboard",
  description: "Every browser's session that still opens, the last used first. One says when it was used, not by whom.",
  query: z.object(pageQuery),
  answers: {
    200: {
      description: "One page of sessions.",
      schema: z.object({ sessions: z.array(Session), pagination: Pagination }),
    },
  },
  errors: [],
});

export const endSessions = defineOperation({
  ...common,
  id: "endSessions",
  method: "delete",
  path: "/sessions",
  summary: "Sign every browser out of the dashboard",
  description: "Also the one that asks. The admin token and API keys work on.",
  answers: {
    200: {
      description: "All have ended.",
      schema: z.object({
        success: z.boolean(),
        ended: z.int().meta({ description: "How many sessions were open." }),
      }),
    },
  },
  errors: [],
});

export const sessionOperations = [listSessions, endSessions] as const;
