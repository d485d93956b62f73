import type { Carrier, CarrierResult } from "../carrier.ts";

/** Opened credentials of one Twilio account, for the length of one call. */
export type Login = {
  accountSid: string;
  apiKeySid: string | null;
  apiKeySecret: string | null;
  authToken: string | null;
  region: string | null;
  edge: string | null;
};

/** One of the account's numbers with the webhooks that stand at Twilio now. */
export type CarrierNumber = {
  providerId: string;
  phoneNumber: string;
  friendlyName: string;
  capabilities: { sms: boolean; mms: boolean; voice: boolean };
  webhooks: NumberWebhooks;
};
/** One of the account's RCS agents, and where what people write to it goes. */
export type CarrierAgent = { address: string; name: string; callbackUrl: string };

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

/** A Twilio account: a carrier, and its numbers with their webhooks, which are Twilio's own way of handing messages over. */
export type TwilioAccount = Carrier & {
  /** All numbers of the account, every page followed. */
  listNumbers(): Promise<CarrierResult<CarrierNumber[]>>;
  /** One of the account's numbers by its exact phone number; null when the account does not have it. */
  findNumber(phoneNumber: string): Promise<CarrierResult<CarrierNumber | null>>;
  /** Sets (and clears, with empty strings) a number's webhooks. */
  updateNumber(providerId: string, webhooks: Partial<NumberWebhooks>): Promise<CarrierResult<CarrierNumber>>;
  /** The account's RCS agents, which stand in no list of numbers. */
  listAgents(): Promise<CarrierResult<CarrierAgent[]>>;
  /** Numbers, by their provider ids, whose inbound messages another part of the account takes before their webhook; with its name. */
  findSwallowed(): Promise<CarrierResult<Map<string, string>>>;
};
