import type { StoredMessage, StoredNumber } from "./store.ts";

const apiVersion = "2010-04-01";

/** Returns a message in the shape of Twilio's message resource. */
export function renderMessage(accountSid: string, message: StoredMessage) {
  const uri = `/${apiVersion}/Accounts/${accountSid}/Messages/${message.sid}`;
  return {
    account_sid: accountSid,
    api_version: apiVersion,
    body: message.body,
    date_created: formatDate(message.createdAt),
    date_sent: message.sentAt === null ? null : formatDate(message.sentAt),
    date_updated: formatDate(message.sentAt ?? message.createdAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: null,
    from: message.sender,
    messaging_service_sid: message.messagingServiceSid,
    num_media: String(message.media.length),
    num_segments: String(countSegments(message.body)),
    price: null,
    price_unit: "USD",
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.recipient,
    uri: `${uri}.json`,
  };
}

/** The webhook fields of a number, as they are before anybody sets them. */
export const blankWebhooks: Readonly<Record<string, string>> = {
  sms_url: "",
  sms_method: "POST",
  sms_fallback_url: "",
  sms_fallback_method: "POST",
  sms_application_sid: "",
  status_callback: "",
  status_callback_method: "POST",
  voice_url: "",
  voice_method: "POST",
  voice_fallback_url: "",
  voice_fallback_method: "POST",
  voice_application_sid: "",
};

/** Returns a number in the shape of Twilio's incoming phone number resource. */
export function renderNumber(accountSid: string, number: StoredNumber) {
  return {
    sid: number.sid,
    account_sid: accountSid,
    phone_number: number.phoneNumber,
    friendly_name: number.friendlyName,
    ...blankWebhooks,
    ...number.webhooks,
    capabilities: { voice: true, sms: true, mms: number.mms, fax: false },
    origin: "twilio",
    beta: false,
    status: "in-use",
    api_version: apiVersion,
    uri: `/${apiVersion}/Accounts/${accountSid}/IncomingPhoneNumbers/${number.sid}.json`,
  };
}

/** Returns Twilio's list envelope around one page; `more` says that another follows. */
export function renderPage(url: URL, key: string, items: unknown[], { more }: { more: boolean }) {
  const { page, size } = readPaging(url);
  const at = (number: number) => {
    const query = new URLSearchParams(url.search);
    query.set("PageSize", String(size));
    query.set("Page", String(number));
    return `${url.pathname}?${query}`;
  };
  return {
    [key]: items,
    page,
    page_size: size,
    start: page * size,
    end: page * size + Math.max(items.length - 1, 0),
    uri: at(page),
    first_page_uri: at(0),
    previous_page_uri: page > 0 ? at(page - 1) : null,
    next_page_uri: more ? at(page + 1) : null,
  };
}

/** Returns the page that a list call asks for: 50 items by default, 1,000 at most. */
export function readPaging(url: URL): { page: number; size: number } {
  const read = (name: string, fallback: number) =>
    Math.trunc(Number(url.searchParams.get(name) ?? fallback)) || fallback;
  const size = Math.min(Math.max(read("PageSize", 50), 1), 1000);
  return { page: Math.max(read("Page", 0), 0), size };
}

/** Returns roughly how many segments a text takes. */
export function countSegments(text: string): number {
  return text.length <= 160 ? 1 : Math.ceil(text.length / 153);
}

function formatDate(at: number): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}
