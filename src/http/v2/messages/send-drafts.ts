import type * as z from "zod";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import {
  type Attachment,
  type BubblePart,
  type Draft,
  messageEffects,
  type SendExtras,
} from "../../../domain/message.ts";
import { textLength } from "../../../domain/segments.ts";
import { maxRequestedLength } from "../../../domain/split-text.ts";
import { linksOf } from "./link-preview.ts";
import { messageFieldNames, type SendMessageRequest } from "./send-request.ts";

type Body = z.output<typeof SendMessageRequest>;

const textBesideParts = "A text beside parts is one string, and no part has link_preview: else send it by itself.";
const replyOfMany = "reply_to goes with one message, not with a list: send the reply by itself.";

const filled = (given: { length: number } | null | undefined) => given != null && given.length > 0;

/** Returns the messages that a body asks for, in order: one for each entry of a text array, or each link of parts that are to be previewed; attachments with the first. */
export function toDrafts(to: string, body: Body, headerNumber: string | undefined): Result<Draft[]> {
  const links = linksOf(body);
  if (!links.ok) return links;
  const isList = links.value !== null || Array.isArray(body.text);
  if (isList && filled(body.parts) && filled(body.text)) return fail("invalid_request", textBesideParts);
  if (isList && body.reply_to != null) return fail("reply_target_not_supported", replyOfMany);
  const texts = links.value ?? textsOf(body);
  if (texts.some((text) => text !== null && textLength(text) > maxRequestedLength)) return fail("text_too_long");
  const files = links.value === null ? partFiles(body) : [];
  const attachments = [...(body.attachments ?? []), ...files].map(toAttachment);
  if (attachments.length > 10) return fail("invalid_attachment");
  return ok(
    texts.map((text, index) => ({
      to,
      channel: "sms",
      text,
      attachments: index === 0 ? attachments : [],
      fromNumber:
        [body.from_number, body.fromNumber, headerNumber].find((given) => (given ?? "").trim() !== "") ?? null,
      metadata: body.metadata ?? null,
      sendAt: body.send_at ?? null,
      extras: { ...extrasOf(body), ...(index === 0 ? lineExtrasOf(body) : {}) },
    })),
  );
}

/** Returns what makes two bodies the same request: the fields that are read, but sender and recipient, which the pool compares in its own form. */
export function whatIsAsked(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    messageFieldNames
      .filter((name) => name !== "from_number" && name !== "fromNumber" && body[name] !== undefined)
      .map((name) => [name, body[name]]),
  );
}

/** `parts` is one iMessage bubble; on SMS its texts follow each other in one message. */
function textsOf(body: Body): (string | null)[] {
  if (Array.isArray(body.text)) return body.text;
  const parts = (body.parts ?? []).flatMap((part) => (part.text === undefined ? [] : [part.text]));
  const text = [body.text ?? "", ...parts].filter((piece) => piece !== "").join("\n");
  return [text === "" ? null : text];
}

function partFiles(body: Body): string[] {
  return (body.parts ?? []).flatMap((part) => (part.url === undefined ? [] : [part.url]));
}

/** Returns an attachment as it is kept. */
export function toAttachment(given: string | { url: string; name?: string | null | undefined }): Attachment {
  if (typeof given === "string") return { url: given, name: null, mimeType: null, size: null };
  return { url: given.url, name: given.name ?? null, mimeType: null, size: null };
}

function extrasOf(body: Body): SendExtras {
  return {
    ...(body.content_sid == null ? {} : { contentSid: body.content_sid }),
    ...(body.content_variables == null ? {} : { contentVariables: body.content_variables }),
    ...(body.messaging_service_sid == null ? {} : { messagingServiceSid: body.messaging_service_sid }),
    ...(body.validity_period == null ? {} : { validityPeriodSeconds: body.validity_period }),
    ...(body.smart_encoded == null ? {} : { smartEncoded: body.smart_encoded }),
    ...(body.content_retention == null ? {} : { contentRetention: body.content_retention }),
    ...(body.urgent == null ? {} : { urgent: body.urgent }),
    ...(body.shorten_links == null ? {} : { shortenLinks: body.shorten_links }),
  };
}

/** What only an iMessage line does; the pool leaves it out, or refuses it, on a Twilio key. */
function lineExtrasOf(body: Body): SendExtras {
  const effect = messageEffects.find((known) => known === body.effect?.trim().toLowerCase().replace(/[\s_]/g, "-"));
  const parts = body.parts?.some(({ link_preview }) => link_preview != null) ? [] : bubbleOf(body);
  const { reply_to: reply } = body;
  return {
    ...(effect === undefined ? {} : { effect }),
    ...(parts.length === 0 ? {} : { parts }),
    ...(body.use_typing_indicator === true ? { typingFirst: true } : {}),
    ...(body.share_contact === true ? { shareContact: true } : {}),
    ...(reply == null
      ? {}
      : {
          replyTo: {
            messageId: reply.message_id ?? null,
            providerId: reply.guid ?? "",
            partIndex: reply.part_index,
          },
        }),
  };
}

/** The parts of one bubble; a text beside them stands before, attachments after. */
function bubbleOf({ text, attachments, parts }: Body): BubblePart[] {
  if (parts == null || parts.length === 0) return [];
  const own = parts.map(({ text: words, mention, url, name }): BubblePart => {
    if (url !== undefined) return { url, ...(name === undefined ? {} : { name }) };
    return { text: words ?? "", ...(mention === undefined ? {} : { mention }) };
  });
  const files = (attachments ?? []).map((given) => (typeof given === "string" ? { url: given } : { url: given.url }));
  return [...(typeof text === "string" && text !== "" ? [{ text }] : []), ...own, ...files];
}
