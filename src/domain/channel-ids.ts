import { fail, type Refusal } from "./failure.ts";
import { base32Digits } from "./ids.ts";

/** A conversation as channels see it: one of our senders, and the person or group at its other end. */
export type Pair = { number: string; person: string };

/** The kinds of channel of the v4 contract, as far as our senders are of them. */
export const channelTypes = ["twilio", "whatsapp_business", "rcs_business", "blooio"] as const;
export type ChannelType = (typeof channelTypes)[number];

const kindLetters: Record<ChannelType, string> = {
  twilio: "t",
  whatsapp_business: "w",
  rcs_business: "r",
  blooio: "b",
};

const phoneForm = /^(whatsapp:)?\+([1-9]\d{0,14})$/;
const phoneDigits = 10;
const lengthDigits = 2;
const longestAddress = 32 ** lengthDigits - 1;

/** Returns the id of the channel that one of our senders is. */
export function channelId(address: string): string {
  return `ch_${encode(address)}`;
}

/** Refuses a number that is an SMS and a WhatsApp sender: `ambiguous_from`, with the ids of both. */
export function failAmbiguous(number: string): Refusal {
  const message = `${number} is an SMS and a WhatsApp sender of this API key: name the one that is meant by its channel id.`;
  return fail("ambiguous_from", message, { channels: [number, `whatsapp:${number}`].map(channelId) });
}

/** Returns the id of what is said between a sender and a person. */
export function conversationId({ number, person }: Pair): string {
  return `chat_${encode(number)}${encode(person)}`;
}

/** Returns the id of a contact, by the address under which it became known. */
export function contactId(address: string): string {
  return `ct_${encode(address)}`;
}

/** Returns the id of an address of a contact on a kind of channel. */
export function identityId(type: ChannelType, address: string): string {
  return `cid_${kindLetters[type]}${encode(address)}`;
}

/** Returns the id of what is delivered of an event to a webhook, whatever the number of attempts. */
export function deliveryId(eventId: string, webhookId: string): string {
  return `wdel_${eventId.slice("evt_".length)}${webhookId.slice("wh_".length)}`;
}

/** Returns the id of a key's one priority, which is its pool. */
export function priorityId(keyId: string): string {
  return `priority_${keyId.slice("key_".length)}`;
}

/** Returns the sender that a channel's id holds, or null for what is none: an id that does not read back to itself is unknown. */
export function readChannelId(id: string): string | null {
  return readAddresses("ch_", id)?.[0] ?? null;
}

/** Returns what a chat's id holds, or null for what is none. */
export function readConversation(id: string): Pair | null {
  const [number, person, ...more] = readAddresses("chat_", id) ?? [];
  return number === undefined || person === undefined || more.length > 0 ? null : { number, person };
}

/** Returns the address that a contact's id holds, or null for what is none. */
export function readContactId(id: string): string | null {
  return readAddresses("ct_", id)?.[0] ?? null;
}

/** Returns the event and the webhook that a delivery's id names, or null for what has not its form. */
export function readDeliveryId(id: string): { eventId: string; webhookId: string } | null {
  const [, event, webhook] = /^wdel_([0-9A-Za-z]{19})([0-9A-Za-z]+)$/.exec(id) ?? [];
  return event === undefined || webhook === undefined ? null : { eventId: `evt_${event}`, webhookId: `wh_${webhook}` };
}

/** An address is a letter and its digits: `p` and `w` for phone numbers, of one length, so that two can follow each other; `x` with its length for all else. */
function encode(address: string): string {
  const [, whatsapp, digits] = phoneForm.exec(address) ?? [];
  if (digits !== undefined) return (whatsapp === undefined ? "p" : "w") + toDigits(Number(digits), phoneDigits);
  const bytes = new TextEncoder().encode(address);
  if (bytes.length > longestAddress) throw new Error("An address is longer than any network's.");
  return `x${toDigits(bytes.length, lengthDigits)}${packBytes(bytes)}`;
}

function readAddresses(prefix: string, id: string): string[] | null {
  if (!id.startsWith(prefix)) return null;
  const found: string[] = [];
  let rest = id.slice(prefix.length);
  while (rest !== "") {
    const read = readFirst(rest);
    if (read === null || encode(read.address) !== rest.slice(0, read.length)) return null;
    found.push(read.address);
    rest = rest.slice(read.length);
  }
  return prefix === "chat_" || found.length === 1 ? found : null;
}

function readFirst(text: string): { address: string; length: number } | null {
  const kind = text.charAt(0);
  if (kind === "p" || kind === "w") {
    const number = fromDigits(text.slice(1, 1 + phoneDigits));
    return { address: `${kind === "w" ? "whatsapp:" : ""}+${number}`, length: 1 + phoneDigits };
  }
  const start = 1 + lengthDigits;
  const size = fromDigits(text.slice(1, start));
  const end = start + Math.ceil((size * 8) / 5);
  if (kind !== "x" || !(size > 0) || text.length < end) return null;
  return { address: unpackText(text.slice(start, end), size), length: end };
}

function toDigits(value: number, length: number): string {
  let rest = value;
  let digits = "";
  for (let index = 0; index < length; index += 1) {
    digits = base32Digits.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  return digits;
}

/** What is no digit makes it NaN, which no address reads back to. */
function fromDigits(digits: string): number {
  return [...digits].reduce((value, digit) => {
    const worth = base32Digits.indexOf(digit);
    return worth < 0 ? Number.NaN : value * 32 + worth;
  }, 0);
}

function packBytes(bytes: Uint8Array): string {
  let digits = "";
  for (let at = 0; at < bytes.length; at += 5) {
    const group = Array.from({ length: 5 }, (_, index) => bytes[at + index] ?? 0);
    const value = group.reduce((sum, byte) => sum * 256 + byte, 0);
    digits += toDigits(value, 8);
  }
  return digits.slice(0, Math.ceil((bytes.length * 8) / 5));
}

function unpackText(digits: string, size: number): string {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 5) {
    const place = (at / 5) * 8;
    let rest = fromDigits(digits.slice(place, place + 8).padEnd(8, "0"));
    for (let index = 4; index >= 0; index -= 1) {
      if (at + index < size) bytes[at + index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return new TextDecoder().decode(bytes);
}
