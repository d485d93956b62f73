import * as z from "zod";
import { mostPeople } from "../../domain/campaigns/campaign.ts";
import { mostFields } from "../../domain/campaigns/columns.ts";
import { confirmDays, confirmWords } from "../../domain/campaigns/confirm.ts";
import { fieldName } from "../../domain/campaigns/template.ts";
import { givenTime, timestamp, wholeNumber } from "../shapes/fields.ts";
import { QuietHours } from "../shapes/quiet-hours.ts";
import { messageFields } from "../v2/messages/send-request.ts";

const count = z.int();
const counts = z.record(z.string(), count);

const columns = z
  .record(z.string().regex(fieldName, { error: "must be small letters, digits and _." }), z.string().min(1).max(200))
  .refine((map) => Object.hasOwn(map, "phone") && Object.keys(map).length <= mostFields + 1, {
    error: `must name the column of the phone, and at most ${mostFields} others.`,
  })
  .nullable()
  .meta({
    description: "Which column of the file is which field, by its heading: `phone` and the fields of the text.",
  });

const text = z
  .string()
  .max(10_000)
  .meta({ description: "With fields: `{first_name}`, or `{first_name|there}` where the field may be empty." });

export const DoubleOptIn = z
  .strictObject({
    text: text
      .min(1)
      .meta({ description: "The question, for example: Reply YES to hear from us. With fields as the text." }),
    words: z
      .array(z.string().trim().min(1).max(confirmWords.longest))
      .min(1)
      .max(confirmWords.atMost)
      .nullish()
      .meta({ description: "Which answers are a yes, each alone; YES in many languages unless set." }),
    days: wholeNumber()
      .min(confirmDays.least)
      .max(confirmDays.most)
      .optional()
      .meta({ description: "For how many days an answer counts; 7 unless set." }),
  })
  .meta({
    id: "DoubleOptIn",
    description: "A question that comes first: the campaign's message follows to those alone who say yes.",
  });

const fields = {
  text: text.nullish(),
  attachments: messageFields.attachments,
  shorten_links: z.boolean().nullish(),
  from_number: messageFields.from_number,
  pace_per_minute: wholeNumber()
    .min(1)
    .max(60_000)
    .nullish()
    .meta({ description: "Messages a minute at most; without it, as fast as the numbers may." }),
  per_minute: wholeNumber().min(1).max(60_000).nullish().meta({ description: "The same as `pace_per_minute`." }),
  start_at: givenTime.nullish().meta({
    description: "When it begins once it is started (as `send_at`), at most 35 days ahead; at once unless set.",
  }),
  only_if: z
    .strictObject({
      replied_within_months: wholeNumber().min(1).max(120).optional().meta({
        description: "Leaves out who was first written to so many months ago and has not answered since.",
      }),
    })
    .nullish()
    .meta({ description: "The same as `skip_without_reply_months`." }),
  columns: columns.optional(),
  skip_without_reply_months: wholeNumber()
    .min(1)
    .max(120)
    .nullish()
    .meta({ description: "Leaves out who was first written to so many months ago and has not answered since." }),
  double_opt_in: DoubleOptIn.nullish(),
  quiet_hours: QuietHours.nullish().meta({ description: "Besides those of the key." }),
  urgent: z.boolean().nullish().meta({ description: "true: it waits for no quiet hours." }),
};

const paceTwice = { path: ["per_minute"], error: "says the same as pace_per_minute: give one of them." };
function saysPaceOnce({
  pace_per_minute: pace,
  per_minute: other,
}: {
  pace_per_minute?: unknown;
  per_minute?: unknown;
}) {
  return pace === undefined || other === undefined;
}

const silenceTwice = { path: ["only_if"], error: "says the same as skip_without_reply_months: give one of them." };
function saysSilenceOnce({
  skip_without_reply_months: months,
  only_if: other,
}: {
  skip_without_reply_months?: unknown;
  only_if?: unknown;
}) {
  return months === undefined || other === undefined;
}

const name = z.string().trim().min(1).max(100);
export const CampaignRequest = z
  .object({ name, ...fields })
  .strict()
  .refine(saysPaceOnce, paceTwice)
  .refine(saysSilenceOnce, silenceTwice)
  .meta({ id: "CampaignRequest" });
export const CampaignChange = z
  .object({ name: name.optional(), ...fields })
  .strict()
  .refine(saysPaceOnce, paceTwice)
  .refine(saysSilenceOnce, silenceTwice)
  .meta({ id: "CampaignChange" });

const state = z.enum(["draft", "scheduled", "running", "paused", "completed", "cancelled"]);

const shape = {
  campaign_id: z.string(),
  name: z.string(),
  state,
  status: state.meta({ description: "The same as `state`." }),
  text: z.string().nullable(),
  attachments: z.array(z.string()),
  shorten_links: z.boolean(),
  from_number: z.string().nullable(),
  pace_per_minute: count.nullable(),
  per_minute: count.nullable(),
  columns: z.record(z.string(), z.string()).nullable(),
  skip_without_reply_months: count.nullable(),
  double_opt_in: z.object({ text: z.string(), words: z.array(z.string()).nullable(), days: count }).nullish(),
  quiet_hours: QuietHours.nullish(),
  urgent: z.boolean().optional(),
  audience: z.object({
    state: z.enum(["none", "loading", "checking", "ready"]),
    tag: z.string().nullable(),
    fields: z.array(z.string()),
    rows: count,
    rejected: counts.meta({ description: "How many rows are left out, by why." }),
  }),
  progress: z.object({
    waiting: count,
    asked: count.optional().meta({ description: "Were asked first and have not answered." }),
    taken: count,
    refused: count,
    rejected: count,
  }),
  held_by: z
    .object({ code: z.string(), message: z.string(), until: timestamp.nullable() })
    .nullable()
    .meta({ description: "What keeps it from going on now." }),
  created_at: timestamp,
  start_at: timestamp.nullable(),
  started_at: timestamp.nullable(),
  ended_at: timestamp.nullable(),
  finishes_at: timestamp.nullable().meta({
    description:
      "About when the last will have been written to; when it ended, once it has; null where nobody can say.",
  }),
};

export const Campaign = z.object(shape).meta({ id: "Campaign" });
export const CampaignDetail = z
  .object({
    ...shape,
    counts: z
      .object({
        total: count,
        waiting: count,
        sent: count,
        delivered: count,
        failed: count,
        opted_out: count,
        replied: count,
        clicked_by_people: count,
      })
      .meta({
        description:
          "`total` is everybody who was not rejected; `sent` is what the carrier took, whatever came of it then; `failed` what was refused, by us or later.",
      }),
    errors: z.array(z.object({ code: z.string(), count, meaning: z.string() })),
    numbers: z.object({
      statuses: counts,
      errors: counts,
      refusals: counts,
      parts: count,
      clicked: count.meta({ description: "People who followed a link; what looks like a machine is not counted." }),
      replied: count,
      opted_out: count,
    }),
  })
  .meta({ id: "CampaignDetail" });

export const CampaignPreview = z
  .object({
    people: z.array(
      z.object({
        line: count,
        to: z.string(),
        text: z.string().nullable(),
        question: z.string().optional(),
        number_of_message_parts: count.nullable(),
        encoding: z.string().nullable(),
        from_number: z.string().nullable(),
        reason: z.string().nullable().meta({ description: "Why it would not be sent." }),
      }),
    ),
    estimated_parts: count.meta({ description: "Parts that everybody in the list comes to who was not rejected." }),
    question_parts: count.optional().meta({ description: "Those of the question that comes first." }),
    total: count.meta({ description: "How many wait." }),
  })
  .meta({ id: "CampaignPreview" });

const text100 = z.string().max(100);
export const Recipients = z
  .union(
    [
      z.strictObject({
        recipients: z
          .array(z.strictObject({ to: text100, fields: z.record(z.string(), z.string()).optional() }))
          .min(1)
          .max(mostPeople),
      }),
      z.strictObject({ tag: z.string().min(1).max(64) }),
    ],
    { error: 'must be {"recipients": [{"to": "+14155550123", "fields": {}}]}, all of it texts, or {"tag": "…"}.' },
  )
  .meta({ id: "Recipients", description: "People with the fields of the text, or everybody who has a tag now." });

export const AddedRecipients = z
  .object({
    added: count.meta({ description: "How many of these will be written to." }),
    rejected: z
      .array(z.object({ line: count, to: z.string(), code: z.string(), message: z.string() }))
      .meta({ description: "Who is left out and why, the first 1,000 of them; the results name all." }),
    rejected_total: count,
    total: count.meta({ description: "How many will be written to, those of earlier calls among them." }),
  })
  .meta({ id: "AddedRecipients" });

export const PreviewRows = z
  .object({
    rows: z.array(
      z.object({
        to: z.string(),
        from_number: z.string().nullable(),
        text: z.string().nullable(),
        parts: count.nullable(),
      }),
    ),
    totals: z.object({ recipients: count, parts: count, rejected: count }),
  })
  .meta({ id: "PreviewRows" });
