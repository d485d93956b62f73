import { fail, ok, type Result } from "../../domain/failure.ts";
import type { MessageStatus } from "../../domain/message.ts";
import type { Channel } from "../../domain/snapshot.ts";
import { readStatus } from "./status.ts";
import { readWhatsapp, type WhatsappFacts } from "./whatsapp.ts";

/** A decoded form, in the order and with the repetitions in which it arrived. */
export type FormParams = readonly (readonly [string, string])[];

/** A person's message as Twilio hands it over. Addresses stand in Twilio's own form; a WhatsApp sender may be no phone number. */
export type InboundReport = {
  providerId: string;
  accountSid: string;
  from: string;
  to: string;
  text: string;
  media: { url: string; contentType: string | null }[];
  channel: Channel;
  optOutType: "STOP" | "START" | "HELP" | null;
  numSegments: number;
  profileName: string | null;
  /** The SID of the message that is answered, or reacted to. */
  replyTo: string | null;
  raw: Record<string, string>;
} & WhatsappFacts;

/** What Twilio reports of a message that we sent; `status` is null for a word that we do not know. */
export type StatusReport = {
  providerId: string;
  accountSid: string;
  from: string | null;
  to: string | null;
  status: MessageStatus | null;
  rawStatus: string;
  errorCode: string | null;
  errorMessage: string | null;
  /** What carried it, where that shows: an RCS agent's service may have fallen back to SMS. */
  channel?: Channel;
  channelDetail: { eventType: string | null; statusMessage: string | null; deliveredAtCarrier: string | null };
  raw: Record<string, string>;
};

const maxMedia = 10;
const decisive =
  /^(AccountSid|MessageSid|SmsSid|To|From|Body|NumMedia|Media(Url|ContentType)\d+|OptOutType|MessageStatus|SmsStatus|ErrorCode|OriginalRepliedMessageSid)$/;
const sidPattern = /^[A-Z]{2}[0-9a-f]{32}$/;

/** Reads an inbound message's form; a failure says which parameter is missing, doubled or malformed. Source: twilio.com/docs/messaging/guides/webhook-request. */
export function readInbound(params: FormParams): Result<InboundReport> {
  const form = readForm(params);
  if (!form.ok) return form;
  const { raw, providerId, accountSid } = form.value;
  const { From: from, To: to } = raw;
  if (!from || !to) return fail("invalid_request", `${from ? "To" : "From"} is missing.`);
  const channel = readChannel(from, to);
  return ok({
    providerId,
    accountSid,
    from,
    to,
    text: raw.Body ?? "",
    media: readMedia(raw),
    channel,
    optOutType: readOptOut(raw.OptOutType),
    numSegments: readCount(raw.NumSegments, 255) || 1,
    profileName: raw.ProfileName || null,
    ...readWhatsapp(raw),
    replyTo: raw.OriginalRepliedMessageSid || null,
    raw,
  });
}

/** Reads a status callback's form; words and codes that we do not know are kept as they came or dropped to null, never refused. Source: twilio.com/docs/messaging/guides/track-outbound-message-status. */
export function readStatusReport(params: FormParams): Result<StatusReport> {
  const form = readForm(params);
  if (!form.ok) return form;
  const { raw, providerId, accountSid } = form.value;
  const rawStatus = raw.MessageStatus ?? raw.SmsStatus ?? "";
  const errorCode = raw.ErrorCode ?? "";
  return ok({
    providerId,
    accountSid,
    from: raw.From || null,
    to: raw.To || null,
    status: readStatus(rawStatus),
    rawStatus,
    errorCode: /^[1-9]\d{0,5}$/.test(errorCode) ? errorCode : null,
    errorMessage: raw.ErrorMessage || raw.ChannelStatusMessage || null,
    ...carriedBy(raw.From, raw.To),
    channelDetail: {
      eventType: raw.EventType || null,
      statusMessage: raw.ChannelStatusMessage || null,
      deliveredAtCarrier: raw.RawDlrDoneDate || null,
    },
    raw,
  });
}

type Form = { raw: Record<string, string>; providerId: string; accountSid: string };

function readForm(params: FormParams): Result<Form> {
  const first = new Map<string, string>();
  for (const [name, value] of params) {
    if (!first.has(name)) first.set(name, value);
    else if (decisive.test(name)) return fail("invalid_request", `${name} is given twice.`);
  }
  const raw = Object.fromEntries(first);
  const providerId = first.get("MessageSid") ?? first.get("SmsSid") ?? "";
  if (!sidPattern.test(providerId)) return fail("invalid_request", "MessageSid is missing or malformed.");
  const accountSid = first.get("AccountSid") ?? "";
  if (!sidPattern.test(accountSid)) return fail("invalid_request", "AccountSid is missing or malformed.");
  return ok({ raw, providerId, accountSid });
}

/** A channel that we cannot speak (Messenger, and what Twilio adds later) is `unknown`: the addresses themselves say which it is. */
function readChannel(from: string, to: string): Channel {
  const prefixes = [from, to].map((address) => /^([a-z]+):/.exec(address)?.[1] ?? "");
  if (prefixes.every((prefix) => prefix === "")) return "sms";
  if (prefixes.every((prefix) => prefix === "whatsapp")) return "whatsapp";
  return prefixes.includes("rcs") ? "rcs" : "unknown";
}

/** Returns what carried a message, by the addresses that it has at last; nothing while its service has picked no sender. */
export function carriedBy(from: string | null | undefined, to: string | null | undefined): { channel?: Channel } {
  if (!from) return {};
  if (from.startsWith("rcs:") || to?.startsWith("rcs:") === true) return { channel: "rcs" };
  return from.includes(":") ? {} : { channel: "sms" };
}

function readMedia(raw: Record<string, string>): InboundReport["media"] {
  const media: InboundReport["media"] = [];
  for (let index = 0; index < readCount(raw.NumMedia, maxMedia); index += 1) {
    const url = raw[`MediaUrl${index}`];
    if (url) media.push({ url, contentType: raw[`MediaContentType${index}`] || null });
  }
  return media;
}

function readCount(text: string | undefined, max: number): number {
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), max) : 0;
}

function readOptOut(word: string | undefined): InboundReport["optOutType"] {
  return word === "STOP" || word === "START" || word === "HELP" ? word : null;
}
