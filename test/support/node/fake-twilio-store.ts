import { randomBytes } from "node:crypto";

export type FakeNumber = {
  phoneNumber: string;
  sms?: boolean;
  mms?: boolean;
  voice?: boolean;
  smsUrl?: string;
  smsApplicationSid?: string;
};

export type FakeMessage = {
  sid: string;
  direction: "inbound" | "outbound-api";
  to: string;
  from: string | null;
  body: string;
  mediaUrls: string[];
  status: string;
  errorCode: number | null;
  createdAt: number;
  statusCallback: string | null;
  messagingServiceSid: string | null;
};

export type NumberRecord = {
  sid: string;
  phoneNumber: string;
  sms: boolean;
  mms: boolean;
  fields: Record<string, string>;
};

/** Returns a fresh id: two letters and 32 hex digits. */
export function newSid(prefix: string): string {
  return prefix + randomBytes(16).toString("hex");
}

/** Returns the record of a number as an account that just bought it would hold it. */
export function makeNumber(number: FakeNumber): NumberRecord {
  const { phoneNumber, sms = true, mms = true, smsUrl = "", smsApplicationSid = "" } = number;
  const fields = {
    friendly_name: phoneNumber,
    sms_url: smsUrl,
    sms_method: "POST",
    sms_fallback_url: "",
    sms_fallback_method: "POST",
    sms_application_sid: smsApplicationSid,
    status_callback: "",
    status_callback_method: "POST",
    voice_url: "",
    voice_method: "POST",
    voice_fallback_url: "",
    voice_application_sid: "",
  };
  return { sid: newSid("PN"), phoneNumber, sms, mms, fields };
}

/** Returns a message in the shape of Twilio's message resource. */
export function renderMessage(accountSid: string, message: FakeMessage) {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}`;
  const date = new Date(message.createdAt).toUTCString().replace("GMT", "+0000");
  const waiting = message.status === "queued" || message.status === "accepted";
  return {
    account_sid: accountSid,
    api_version: "2010-04-01",
    body: message.body,
    date_created: date,
    date_sent: waiting ? null : date,
    date_updated: date,
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : "See the error code.",
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: String(message.mediaUrls.length),
    num_segments: "1",
    price: null,
    price_unit: null,
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

/** Returns a number in the shape of Twilio's incoming phone number resource. */
export function renderNumber(accountSid: string, number: NumberRecord) {
  return {
    sid: number.sid,
    account_sid: accountSid,
    phone_number: number.phoneNumber,
    ...number.fields,
    capabilities: { voice: true, sms: number.sms, mms: number.mms, fax: false },
    origin: "twilio",
    beta: false,
    status: "in-use",
    type: "local",
    api_version: "2010-04-01",
    uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${number.sid}.json`,
  };
}

/** Returns one page of a list in Twilio's envelope; the next page's address carries the query on. */
export function renderPage<T>(path: string, query: URLSearchParams, key: string, items: T[]) {
  const size = Number(query.get("PageSize") ?? "50");
  const page = Number(query.get("Page") ?? "0");
  const start = page * size;
  const at = (number: number) => {
    const next = new URLSearchParams(query);
    next.set("PageSize", String(size));
    next.set("Page", String(number));
    if (number > 0) next.set("PageToken", `PA${number}`);
    return `${path}?${next}`;
  };
  return {
    [key]: items.slice(start, start + size),
    page,
    page_size: size,
    start,
    end: Math.max(Math.min(start + size, items.length) - 1, 0),
    uri: at(page),
    first_page_uri: at(0),
    previous_page_uri: page > 0 ? at(page - 1) : null,
    next_page_uri: start + size < items.length ? at(page + 1) : null,
  };
}
