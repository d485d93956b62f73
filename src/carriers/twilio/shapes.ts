import * as z from "zod";
import type { MessageState } from "../carrier.ts";
import type { CarrierNumber } from "./account.ts";
import { carriedBy } from "./callback.ts";
import { readStatus } from "./status.ts";

/** A message id as Twilio gives it: `SM` or `MM` and 32 hex digits. */
export const messageSid = z.string().regex(/^(SM|MM)[0-9a-f]{32}$/);

/** What of a create answer decides. */
export const createdMessage = z.object({ sid: messageSid, from: z.string().nullish() });

/** An error body; every part may be missing. */
export const errorBody = z.object({
  code: z.union([z.number(), z.string()]).nullish().catch(null),
  message: z.string().nullish().catch(null),
});

const instant = z
  .string()
  .transform((text) => Date.parse(text))
  .refine(Number.isFinite);

/** What Twilio's list shows of a message. */
export type TwilioMessage = MessageState & {
  from: string | null;
  to: string;
  serviceId: string | null;
  text: string;
  /** Null where Twilio does not say. */
  mediaCount: number | null;
  createdAt: number;
  /** A person's message to us: between two numbers of one account, both sides of a message stand in the list. */
  inbound: boolean;
};

/** Twilio's message resource, read into our words. */
export const messageResource = z
  .object({
    sid: messageSid,
    from: z.string().nullish(),
    to: z.string().nullish(),
    body: z.string().nullish(),
    messaging_service_sid: z.string().nullish().catch(null),
    num_media: z.coerce.number().int().nullish().catch(null),
    direction: z.string().nullish().catch(null),
    date_created: instant,
    status: z.string(),
    error_code: z.union([z.number(), z.string()]).nullish(),
    error_message: z.string().nullish(),
  })
  .transform(
    (wire): TwilioMessage => ({
      providerId: wire.sid,
      from: wire.from ?? null,
      to: wire.to ?? "",
      serviceId: wire.messaging_service_sid || null,
      text: wire.body ?? "",
      mediaCount: wire.num_media ?? null,
      createdAt: wire.date_created,
      inbound: wire.direction === "inbound",
      status: readStatus(wire.status),
      errorCode: wire.error_code == null ? null : String(wire.error_code),
      errorMessage: wire.error_message ?? null,
      ...carriedBy(wire.from, wire.to),
    }),
  );

const word = z
  .string()
  .nullish()
  .transform((text) => text ?? "");

/** Twilio's incoming phone number resource, read into our words. */
export const numberResource = z
  .object({
    sid: z.string().regex(/^PN[0-9a-f]{32}$/),
    phone_number: z.string(),
    friendly_name: word,
    capabilities: z.object({
      sms: z.boolean().catch(false),
      mms: z.boolean().catch(false),
      voice: z.boolean().catch(false),
    }),
    sms_url: word,
    sms_method: word,
    sms_fallback_url: word,
    sms_fallback_method: word,
    sms_application_sid: word,
    voice_url: word,
    voice_method: word,
    voice_application_sid: word,
  })
  .transform(
    (wire): CarrierNumber => ({
      providerId: wire.sid,
      phoneNumber: wire.phone_number,
      friendlyName: wire.friendly_name,
      capabilities: wire.capabilities,
      webhooks: {
        smsUrl: wire.sms_url,
        smsMethod: wire.sms_method,
        smsFallbackUrl: wire.sms_fallback_url,
        smsFallbackMethod: wire.sms_fallback_method,
        smsApplicationSid: wire.sms_application_sid,
        voiceUrl: wire.voice_url,
        voiceMethod: wire.voice_method,
        voiceApplicationSid: wire.voice_application_sid,
      },
    }),
  );

/** The account resource; its `auth_token` is left behind on purpose. */
export const accountResource = z.object({ friendly_name: word, status: z.string(), type: word });

/** One page of messages, with the way to the next. */
export const messagePage = z
  .object({ messages: z.array(messageResource), next_page_uri: z.string().nullish() })
  .transform((wire) => ({ items: wire.messages, next: wire.next_page_uri ?? null }));

/** One page of incoming phone numbers, with the way to the next. */
export const numberPage = z
  .object({ incoming_phone_numbers: z.array(numberResource), next_page_uri: z.string().nullish() })
  .transform((wire) => ({ items: wire.incoming_phone_numbers, next: wire.next_page_uri ?? null }));
