import * as z from "zod";
import { deliveryReport, direction, protocol, timestamp } from "../../shapes/fields.ts";
import { Pagination } from "../../shapes/paging.ts";
import { ContactSummary } from "../chats/contract.ts";

/** The contract's words for a message's state; what is being sent reads `queued`. */
export const messageStatus = z.enum([
  "pending",
  "queued",
  "sent",
  "delivered",
  "failed",
  "cancellation_requested",
  "cancelled",
]);

const Reaction = z
  .object({ reaction: z.string(), is_added: z.boolean(), time_sent: timestamp, sender: z.string().nullable() })
  .meta({ id: "Reaction" });

const ReplyToInfo = z
  .object({ message_id: z.string().nullable(), guid: z.string().nullable(), part_index: z.int().min(0) })
  .meta({ id: "ReplyToInfo" });

const warning = z
  .string()
  .meta({ description: "What was not read though it seems meant, such as `from` for `from_number`." });

const quietUntil = timestamp
  .optional()
  .meta({ description: "Until when it waits for the end of its key's quiet hours; only while it does." });

const progress = {
  time_sent: timestamp,
  time_delivered: timestamp.nullable(),
  status: messageStatus.nullable(),
  protocol,
  error: z.string().nullable(),
  error_code: z.string().nullish().meta({ description: "Twilio's code, as a string." }),
  error_name: z.string().nullish().meta({ description: "Our name for the code." }),
  error_meaning: z.string().nullish(),
  retry: z.string().nullish().meta({ description: "Whether sending again makes sense, in words." }),
};

const content = {
  internal_id: z.string().nullable().meta({ description: "Our number of the conversation." }),
  text: z.string().nullable(),
  attachments: z.array(z.looseObject({})),
  sender: z.string().nullable(),
  reactions: z.array(Reaction),
  reply_to: ReplyToInfo.nullish(),
  profile_name: z.string().nullish().meta({ description: "WhatsApp alone, like the six fields after it." }),
  external_user_id: z.string().nullish().meta({ description: "What WhatsApp calls a person who may hide the number." }),
  kind: z.string().nullish().meta({
    description: "What the message is, also where it has no text: `button`, `list`, `location`, `unsupported` …",
  }),
  button: z
    .looseObject({})
    .nullish()
    .meta({ description: "`text`, `payload` and `type` of the button that was pressed." }),
  list: z
    .looseObject({})
    .nullish()
    .meta({ description: "`id`, `title` and `description` of the row that was chosen." }),
  location: z.looseObject({}).nullish().meta({ description: "`latitude`, `longitude`, `address` and `label`." }),
  referral: z
    .looseObject({})
    .nullish()
    .meta({ description: "The advertisement that the person came from: `source_url`, `source_id`, `headline` …" }),
};

const additions = {
  metadata: z.record(z.string(), z.unknown()).nullish(),
  number_of_message_parts: z.int().optional(),
  encoding: z.enum(["GSM-7", "UCS-2"]).nullish(),
  delivery_report: deliveryReport.nullish(),
  outcome_unknown: z.boolean().optional().meta({ description: "True while it is not known whether Twilio took it." }),
  send_at: timestamp.nullish(),
  quiet_until: quietUntil,
  sent_at: timestamp.nullish(),
  read_at: timestamp.nullish(),
  clicks: z
    .object({ raw: z.int(), human: z.int() })
    .nullish()
    .meta({ description: "How often its short links were followed, and how often by people." }),
};

export const Message = z
  .object({
    message_id: z.string(),
    chat_id: z.string().optional(),
    direction,
    external_id: z.string().meta({ description: "The same as `chat_id`." }),
    contact: ContactSummary.nullish(),
    ...content,
    ...progress,
    ...additions,
  })
  .meta({ id: "Message" });

export const messageDetailShape = {
  message_id: z.string(),
  chat_id: z.string(),
  direction,
  contact: ContactSummary.nullable(),
  ...content,
  ...progress,
  ...additions,
};

export const MessageDetail = z.object(messageDetailShape).meta({ id: "MessageDetail" });

export const MessageStatus = z
  .object({
    message_id: z.string(),
    chat_id: z.string(),
    direction,
    ...progress,
    delivery_report: deliveryReport.nullish(),
    outcome_unknown: z.boolean().optional(),
    quiet_until: quietUntil,
  })
  .meta({ id: "MessageStatus" });

export const MessagesPage = z
  .object({ chat_id: z.string(), messages: z.array(Message), pagination: Pagination })
  .meta({ id: "MessagesPage" });

export const SendMessageResponse = z
  .object({
    message_id: z.string().meta({ description: "The first message's id." }),
    message_ids: z.array(z.string()).optional(),
    count: z.int().optional(),
    status: z.enum(["queued", "failed"]),
    from_number: z.string().optional().meta({ description: "The number that speaks." }),
    group_id: z.string().optional(),
    group_created: z.boolean().optional(),
    participants: z.array(z.string()).optional(),
    parent_unresolved: z.boolean().optional(),
    quiet_until: quietUntil,
    warning: warning.optional(),
  })
  .meta({ id: "SendMessageResponse" });

export const CancelResponse = z
  .object({ message_id: z.string(), cancelled: z.boolean(), status: messageStatus, message: z.string().optional() })
  .meta({ id: "CancelResponse" });

export const BulkResponse = z
  .object({
    results: z.array(
      z.object({
        index: z.int(),
        status: z.enum(["queued", "failed"]),
        message_id: z.string().optional(),
        message_ids: z.array(z.string()).optional(),
        from_number: z.string().optional(),
        group_id: z.string().optional(),
        group_created: z.boolean().optional(),
        participants: z.array(z.string()).optional(),
        code: z.string().optional(),
        message: z.string().optional(),
        quiet_until: quietUntil,
        warning: warning.optional(),
      }),
    ),
  })
  .meta({ id: "BulkResponse" });
