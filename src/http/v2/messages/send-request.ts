import * as z from "zod";
import { failureMessages } from "../../../domain/failure.ts";
import { messageEffects } from "../../../domain/message.ts";
import { findHostFault, lacksScheme } from "../../../domain/public-host.ts";
import { maxRequestedLength } from "../../../domain/split-text.ts";
import { coded } from "../../complaint.ts";
import { givenTime } from "../../shapes/fields.ts";
import { sparsely } from "../../validate.ts";
import { explainMissingContent, isBlank } from "./misnamed.ts";

const maxAttachments = 10;
const maxMetadataBytes = 1024;

const effects = [...messageEffects, "none"] as const;

const oneText = z
  .string()
  .refine((text) => text.length <= maxRequestedLength, {
    error: `The text is longer than ${maxRequestedLength} characters: split it into several requests.`,
    params: { code: "text_too_long" },
  })
  .meta({
    maxLength: maxRequestedLength,
    description:
      "At most 1600 characters by Twilio; more where the API key has `split_long_texts` (it is then sent as several messages, in order) or the sender is an iMessage line.",
  });

const attachmentUrl = z
  .string()
  .refine((url) => findAttachmentFault(url) === null, {
    error: (issue) => findAttachmentFault(String(issue.input)) ?? failureMessages.invalid_attachment,
    params: { code: "invalid_attachment" },
  })
  .meta({ format: "uri" });

const attachment = z.union([attachmentUrl, z.object({ url: attachmentUrl, name: z.string().max(255).nullish() })], {
  error: "must be an https URL, or an object with url and name.",
});

const effect = z
  .string()
  .refine((name) => effects.some((known) => known === name.trim().toLowerCase().replace(/[\s_]/g, "-")), {
    error: `must be one of ${effects.join(", ")}.`,
  })
  .meta({ enum: [...effects], description: "In any case, with dash or space. Dropped on SMS." });

const linkPreview = z
  .object({ image_url: z.url({ error: "must be a URL." }).optional(), title: z.string().max(200).optional() })
  .meta({ id: "LinkPreview" });

const part = z
  .object({
    text: z.string().optional(),
    mention: z.string().optional(),
    url: attachmentUrl.optional(),
    name: z.string().optional(),
    link_preview: linkPreview.nullish(),
  })
  .refine((given) => (given.text === undefined) !== (given.url === undefined), {
    error: "must have either text or url.",
  });

const replyTo = z
  .object({
    message_id: z.string().max(128).optional(),
    guid: z.string().max(128).optional(),
    part_index: z.int().min(0).default(0),
  })
  .meta({ id: "ReplyToRequest" });

const metadata = z
  .record(z.string(), z.unknown(), { error: "must be an object." })
  .refine((given) => new TextEncoder().encode(JSON.stringify(given)).byteLength <= maxMetadataBytes, {
    error: `must be at most ${maxMetadataBytes} bytes of JSON.`,
  })
  .meta({ description: "At most 1 KB of JSON; comes back in the message and its events." });

const sendAt = givenTime.meta({ description: "When to send: epoch milliseconds or ISO 8601, at most 35 days ahead." });

const variablesForm = "must be an object, or a string that holds a JSON object.";
const contentVariables = z
  .union(
    [
      z.string().refine(isJsonObject, { error: variablesForm }),
      z.record(z.string(), z.unknown()).transform((given) => JSON.stringify(given)),
    ],
    {
      error: variablesForm,
    },
  )
  .meta({ description: "The template's variables, as an object or as its JSON." });

/** An empty sender is none: form builders send the field with nothing in it. */
const sender = z.string().max(64);

/** What may be asked of one message. Null is read as left out; unknown fields are passed over. */
export const messageFields = {
  text: z
    .union([oneText, z.array(oneText).max(50)], { error: "must be a string, or a list of strings." })
    .nullish()
    .meta({ description: "A list makes one message of each entry, in order." }),
  attachments: z
    .array(attachment)
    .refine((list) => list.length <= maxAttachments, coded("invalid_attachment"))
    .nullish()
    .meta({ description: "Public https URLs, at most 10." }),
  from_number: sender.nullish().meta({ description: "One of this key's numbers; else the pool chooses." }),
  fromNumber: sender.nullish().meta({ deprecated: true, description: "The older name of `from_number`." }),
  metadata: metadata.nullish(),
  send_at: sendAt.nullish(),
  shorten_links: z.boolean().nullish(),
  reply_line: z
    .string()
    .min(1)
    .max(254)
    .nullish()
    .meta({ description: "An iMessage line of your organization: it is written where the text says {reply_line}." }),
  urgent: z.boolean().nullish().meta({ description: "Leaves also in the quiet hours of its API key." }),
  content_sid: z
    .string()
    .regex(/^HX[0-9a-fA-F]{32}$/, { error: "must be HX and 32 hex digits." })
    .nullish()
    .meta({ description: "An approved template." }),
  content_variables: contentVariables.nullish(),
  messaging_service_sid: z
    .string()
    .regex(/^MG[0-9a-fA-F]{32}$/, { error: "must be MG and 32 hex digits." })
    .nullish()
    .meta({ description: "Sent beside the number that the pool chose." }),
  validity_period: z.int().min(1).max(36_000).nullish().meta({ description: "Seconds." }),
  smart_encoded: z.boolean().nullish(),
  content_retention: z.enum(["retain", "discard"]).nullish(),
  use_typing_indicator: z.boolean().nullish(),
  share_contact: z.boolean().nullish(),
  parts: z.array(part).max(50).nullish(),
  link_preview: linkPreview.nullish(),
  effect: effect.nullish(),
  reply_to: replyTo
    .nullish()
    .meta({ description: "The message to answer inline, by id or guid. Not on a Twilio key." }),
};

type Content = {
  text?: string | string[] | null | undefined;
  attachments?: unknown[] | null | undefined;
  content_sid?: string | null | undefined;
  parts?: { text?: string | undefined }[] | null | undefined;
};

/** Says whether a body has anything to send. */
export function hasContent({ text, attachments, content_sid, parts }: Content): boolean {
  if (Array.isArray(text)) return text.length > 0 && !text.some(isBlank);
  const filled = (list: unknown[] | null | undefined) => list !== undefined && list !== null && list.length > 0;
  return (
    !isBlank(text ?? "") ||
    filled(attachments) ||
    (content_sid ?? "") !== "" ||
    parts?.some(({ text }) => text === undefined || !isBlank(text)) === true
  );
}

/** How a body without anything to send is refused. */
export const contentRule = {
  error: (issue: { input?: unknown }) => explainMissingContent(issue.input),
  params: { code: "missing_content" },
} as const;

const recordFields = {
  ...messageFields,
  chat_id: z.string().min(1).max(512),
  idempotency_key: idempotencyKey().nullish(),
};

/** A message as the document shows it. */
export const SendMessageRequest = z
  .object(messageFields)
  .refine(hasContent, contentRule)
  .meta({ id: "SendMessageRequest" });

const makeBody = (fields: z.core.$ZodLooseShape) =>
  z.looseObject(fields as typeof messageFields).refine(hasContent, contentRule);

/** A message as it is read: unknown fields are kept, so that a misnamed one can be told. */
export const SendMessageBody = makeBody(messageFields);

/** Returns a message as it is read, or the failure that names the first thing wrong with it: what `SendMessageBody` says. */
export const checkMessageBody = sparsely(messageFields, makeBody);

/** One record of a bulk request: a message, who gets it, and an idempotency key of its own. */
export const BulkRecord = z.object(recordFields).refine(hasContent, contentRule).meta({ id: "BulkRecord" });

/** A record as it is read: unknown fields are kept, so that a misnamed one can be told. */
export const BulkRecordBody = z.looseObject(recordFields).refine(hasContent, contentRule);

/** The fields of a message that are read, by name. */
export const messageFieldNames = Object.keys(messageFields);

/** Returns the schema of an idempotency key: 1 to 255 visible ASCII characters. */
export function idempotencyKey() {
  return z
    .string()
    .refine((key) => /^[\x21-\x7e]{1,255}$/.test(key), coded("invalid_idempotency_key"))
    .meta({ minLength: 1, maxLength: 255 });
}

/** The carrier fetches attachments from outside, so a private host could never be reached. */
function findAttachmentFault(url: string): string | null {
  if (url.length > 2048) return "The attachment's URL is longer than 2048 characters: shorten it.";
  const parsed = URL.parse(url);
  if (parsed === null) {
    return lacksScheme(url)
      ? "The attachment's URL is not valid: https:// is missing in front."
      : "The attachment's URL is not valid: write it in full, for example https://example.com/picture.jpg.";
  }
  if (parsed.protocol !== "https:") return "The attachment's URL must begin with https://.";
  return findHostFault("The attachment's URL", parsed.hostname, false);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
