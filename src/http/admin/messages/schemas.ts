import * as z from "zod";
import { timelineKinds } from "../../../domain/timeline.ts";
import { waitReasons } from "../../../domain/waiting.ts";
import { timestamp } from "../../shapes/fields.ts";
import { Pagination } from "../../shapes/paging.ts";
import { messageDetailShape } from "../../v2/messages/schemas.ts";
import { Candidates } from "../pools/contract.ts";

const inside = {
  provider_id: z.string().nullish().meta({ description: "The carrier's id." }),
  internal_status: z.string().optional().meta({ description: "The state inside, finer than `status`." }),
};

/** A message as its operator finds it in a list. */
export const AdminMessageSummary = z.object({ ...messageDetailShape, ...inside }).meta({ id: "AdminMessageSummary" });

export const FoundMessages = z
  .object({
    messages: z.array(AdminMessageSummary).meta({ description: "Newest first." }),
    next_before: z
      .string()
      .nullable()
      .meta({ description: "Pass it as `before` to go on, also where nothing was found yet; null: nothing is left." }),
    searched_until: timestamp.nullable().meta({
      format: "int64",
      description: "Down to when was searched, in epoch milliseconds; null: to the end.",
    }),
    next_after: z.string().meta({ description: "Pass it as `after` to get what comes later." }),
  })
  .meta({ id: "FoundMessages" });

export const AdminMessagesPage = z
  .object({ chat_id: z.string(), messages: z.array(AdminMessageSummary), pagination: Pagination })
  .meta({ id: "AdminMessagesPage" });

/** A message as its operator reads it: the contract's detail, the state inside, and why its sender was chosen. */
export const AdminMessage = z
  .looseObject({
    ...messageDetailShape,
    ...inside,
    carrier_detail: z
      .looseObject({})
      .nullish()
      .meta({ description: "What the carrier said beside it: all parameters of an inbound message as they came." }),
    trace: z.object({ reason: z.string(), considered: Candidates, note: z.string().nullable() }).nullish(),
  })
  .meta({ id: "AdminMessage" });

const StoryAttempt = z
  .object({
    webhook_id: z.string(),
    attempt: z.int(),
    at: timestamp,
    state: z
      .enum(["delivered", "failed", "waiting"])
      .meta({ description: "`waiting`: not made yet; `at` is when it is due." }),
    status: z.int().nullable().meta({ description: "The receiver's HTTP status; null where no answer came." }),
    error: z.string().nullable(),
    duration_ms: z.int().nullable(),
  })
  .meta({ id: "StoryAttempt" });

const NextStep = z
  .object({
    at: timestamp.nullable().meta({ description: "When it happens; null: when a person mends what holds it." }),
    until: timestamp
      .nullable()
      .meta({ description: "When it ends as failed at the latest if nothing changes; null: it does not wait." }),
    why: z.enum(waitReasons).nullable().meta({ description: "Why it waits; null: it does not." }),
    words: z.string().meta({ description: "Both, as a sentence for a person." }),
  })
  .meta({ id: "NextStep", description: "What happens next; null once the carrier has the message or it has ended." });

/** A message with everything that happened to it. */
export const MessageStory = z
  .looseObject({
    ...AdminMessage.shape,
    timeline: z
      .array(
        z.object({
          at: timestamp,
          kind: z.enum(timelineKinds),
          words: z.string().meta({ description: "What happened, as a sentence for a person." }),
          event_id: z.string().optional().meta({ description: "The event that told webhooks of it." }),
          attempts: z.array(StoryAttempt).optional(),
        }),
      )
      .meta({ description: "Oldest first." }),
    next: NextStep.nullable(),
  })
  .meta({ id: "MessageStory" });
