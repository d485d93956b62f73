/** What every network behind us gives. Only the outside's own failures are in here; the pool decides what they mean. */

import type { MessageStatus, SendExtras } from "../domain/message.ts";
import type { Outcome } from "../domain/outcome.ts";

/** Opened credentials of one account, for the length of one call. */
export type Login = {
  accountSid: string;
  apiKeySid: string | null;
  apiKeySecret: string | null;
  authToken: string | null;
  region: string | null;
  edge: string | null;
};

/** A message as it leaves: addresses in the carrier's own form, media as public URLs, our callback with pool and message in its query. */
export type Outgoing = {
  to: string;
  from: string;
  text: string | null;
  mediaUrls: string[];
  statusCallback: string;
  extras: SendExtras;
};

/** What the carrier knows of one message it took. */
export type CarrierMessage = {
  providerId: string;
  from: string | null;
  to: string;
  text: string;
  createdAt: number;
  /** Null when the carrier used a word that we do not know. */
  status: MessageStatus | null;
  errorCode: string | null;
  errorMessage: string | null;
};

/** One of the account's numbers with the webhooks that stand at the carrier now. */
export type CarrierNumber = {
  providerId: string;
  phoneNumber: string;
  friendlyName: string;
  capabilities: { sms: boolean; mms: boolean; voice: boolean };
  webhooks: NumberWebhooks;
};
export type NumberWebhooks = {
  smsUrl: string;
  smsMethod: string;
  smsFallbackUrl: string;
  smsFallbackMethod: string;
  smsApplicationSid: string;
  voiceUrl: string;
  voiceMethod: string;
  voiceApplicationSid: string;
};

/** An answer that is no success: the HTTP status (null when none came), the carrier's code and words. */
export type Refusal = { status: number | null; code: string | null; message: string };
export type CarrierResult<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export type Carrier = {
  /** Sends once, never repeats by itself; answers accepted, refused, wait (429) or unknown. Never throws. */
  send(login: Login, outgoing: Outgoing): Promise<Outcome>;
  /** The account's newest messages from one sender to one recipient, created at or after `since`; every page followed. */
  list(
    login: Login,
    query: { to: string; from: string | null; since: number },
  ): Promise<CarrierResult<CarrierMessage[]>>;
  /** One message as the carrier knows it. */
  fetchMessage(login: Login, providerId: string): Promise<CarrierResult<CarrierMessage>>;
  /** All numbers of the account, every page followed. */
  listNumbers(login: Login): Promise<CarrierResult<CarrierNumber[]>>;
  /** One of the account's numbers by its exact phone number; null when the account does not have it. */
  findNumber(login: Login, phoneNumber: string): Promise<CarrierResult<CarrierNumber | null>>;
  /** Sets (and clears, with empty strings) a number's webhooks. */
  updateNumber(
    login: Login,
    providerId: string,
    webhooks: Partial<NumberWebhooks>,
  ): Promise<CarrierResult<CarrierNumber>>;
  /** Numbers, by their provider ids, whose inbound messages another part of the account takes before their webhook; with its name. */
  findSwallowed(login: Login): Promise<CarrierResult<Map<string, string>>>;
  /** Opens one file of an inbound message; the body is the caller's to read or cancel. */
  openMedia(login: Login, media: { messageSid: string; mediaSid: string }): Promise<CarrierResult<Response>>;
  /** Tries the login against one capability: credentials, numbers, or messages. */
  probe(login: Login, capability: "credentials" | "numbers" | "messages"): Promise<CarrierResult<{ detail: string }>>;
};
