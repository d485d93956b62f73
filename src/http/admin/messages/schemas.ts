import * as z from "zod";
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
