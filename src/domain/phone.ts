import { callingCodeOf, parseNumber, readCountry, withoutChannel } from "./calling-code.ts";
import { isEmail } from "./email.ts";
import { fail, ok, type Result } from "./failure.ts";
import { findStranger, unpaste } from "./pasted-number.ts";
import { personOf } from "./person.ts";
import { areaCodeOf, regionOf } from "./regions.ts";

export { callingCodeOf };

/**
 * Whom a message goes to. `chatId` is the one form in which everything is kept: `+…`, `whatsapp:+…`, or the id of a WhatsApp user who hides the number.
 * `address` is the writing that was given, where the person has two.
 */
export type Recipient = { chatId: string; address: string; channel: "sms" | "whatsapp" | "rcs" | "imessage" };

/** One of our own senders: `address` is `+…`, `whatsapp:+…`, a short code or an RCS agent's `rcs:…`; the last two have no `e164`. */
export type SenderAddress = { address: string; channel: "sms" | "whatsapp" | "rcs"; e164: string | null };

const longestInput = 64;

/** What nearly every number of North America is written like. libphonenumber reads each of these as itself and calls it possible: there it need not be asked. */
const northAmerican = /^\+1[2-9]\d{9}$/;

/** An RCS agent as Twilio names it: `rcs:` and the sender's id (twilio.com/docs/rcs/send-an-rcs-message). */
const rcsAgent = /^rcs:[A-Za-z][\w.-]{0,127}$/;

const whatsappUserId = /^whatsapp:[A-Z]{2}\.[A-Za-z0-9._-]{1,128}$/;

/**
 * Reads the percent-decoded chat id of a path: `+…`, a space in place of the `+`, `tel:+…`, `whatsapp:+…`, with or without ( ) - . and spaces,
 * a WhatsApp user id as it was received (`whatsapp:US.…`), or digits of `homeCountry` (ISO 3166) that can be read in one way only; needs a possible length, not a valid number. Errors say how to fix it.
 * `onLine`: an iMessage line also writes to an e-mail address and to a group by its id.
 */
export function readChatId(raw: string, homeCountry: string | null, onLine = false): Result<Recipient> {
  if (onLine) {
    const read = readLineChat(raw);
    if (read !== null) return read;
  }
  if (/^\s*grp_/.test(raw) || raw.includes(",")) return fail("groups_not_supported");
  if (raw.includes("@")) return fail("email_not_supported");
  if (whatsappUserId.test(raw)) return ok({ chatId: raw, address: raw, channel: "whatsapp" });
  const [, phone] = /^\s*rcs:(?!\s*[a-z])(.*)$/is.exec(raw) ?? [];
  const read = readAddress(phone ?? raw, homeCountry);
  if (!read.ok) return fail("invalid_chat_id", `The chat id is not usable: ${read.why}`, suggestionOf(read));
  // The person is the phone number, whichever of the two reaches it.
  const channel = phone === undefined ? read.channel : "rcs";
  return ok({ chatId: personOf(read.address), address: read.address, channel });
}

function readLineChat(raw: string): Result<Recipient> | null {
  const text = raw.trim();
  if (/^grp_[A-Za-z0-9]{1,128}$/.test(text)) return ok({ chatId: text, address: text, channel: "imessage" });
  if (!text.includes("@")) return null;
  const email = text.toLowerCase();
  if (isEmail(email)) return ok({ chatId: email, address: email, channel: "imessage" });
  return fail("invalid_chat_id", "The chat id is not a valid e-mail address.");
}

/** Reads a number of our own (`from_number`, admin API) by the rules of a chat id; a short code of 3 to 6 digits only where allowed. `what` is what an error calls it. */
export function readPhoneNumber(
  raw: string,
  homeCountry: string | null,
  allowShortCode = false,
  what = "The phone number",
): Result<SenderAddress> {
  const shortCode = raw.trim();
  if (allowShortCode && /^[1-9]\d{2,5}$/.test(shortCode)) return ok({ address: shortCode, channel: "sms", e164: null });
  if (allowShortCode && rcsAgent.test(shortCode)) return ok({ address: shortCode, channel: "rcs", e164: null });
  const read = readAddress(raw, homeCountry);
  if (!read.ok) return fail("invalid_request", `${what} is not usable: ${read.why}`, suggestionOf(read));
  return ok({ address: read.address, channel: read.channel, e164: withoutChannel(read.address) });
}

/** Reads the chat id of a conversation, as for a send. */
export function readConversationId(raw: string, homeCountry: string | null, onLine = false): Result<string> {
  const recipient = readChatId(raw, homeCountry, onLine);
  return recipient.ok ? ok(recipient.value.chatId) : recipient;
}

/**
 * Returns the country of an address (ISO 3166 alpha-2, Caribbean countries by their area codes; of a WhatsApp user id what it begins with), or null:
 * unassigned area codes, satellite and other codes that no country owns, and short codes.
 */
export function countryOf(address: string): string | null {
  const hidden = /^(?:whatsapp:)?([A-Z]{2})\./.exec(address)?.[1];
  if (hidden !== undefined) return hidden;
  const region = regionOf(areaCodeOf(address) ?? "");
  if (region !== null) return region.country;
  const number = parseNumber(withoutChannel(address), null);
  if (number === null) return null;
  if (number.country !== undefined) return number.country;
  return number.countryCallingCode === "1" ? null : (number.getPossibleCountries()[0] ?? null);
}

/** `suggestion` is the number that was likely meant, where one is. */
type Refusal = { ok: false; why: string; suggestion?: string };
type Reading = { ok: true; address: string; channel: "sms" | "whatsapp" } | Refusal;

function suggestionOf({ suggestion }: Refusal): { suggestion: string } | undefined {
  return suggestion === undefined ? undefined : { suggestion };
}

function readAddress(given: string, homeCountry: string | null): Reading {
  if (northAmerican.test(given)) return accept(given);
  const raw = given.length > longestInput ? given : unpaste(given);
  if (raw.trim() === "") return refuse("it is empty. Write it in E.164 form, for example +15551234567.");
  if (raw.length > longestInput) return refuse(`it is longer than ${longestInput} characters.`);
  if (raw.includes("%")) return refuse("it is still percent-encoded. Encode the + once, as %2B.");
  const whatsapp = /^\s*whatsapp:/i.test(raw);
  const number = raw.replace(/^\s*(?:whatsapp|tel):/i, "");
  const marked = /^[ +]/.test(number) && /\d/.test(number);
  const misfit = whyNoNumber(number);
  if (misfit !== null) return refuse(misfit);
  const digits = number.replace(/\D/g, "");
  const read = marked ? readInternational(digits, whatsapp) : readNational(digits, homeCountry);
  if (!read.ok || !whatsapp) return read;
  return { ok: true, address: `whatsapp:${read.address}`, channel: "whatsapp" };
}

/** What people paste for a number, ids of ours among it, and what to write instead; null where it may be one. */
function whyNoNumber(number: string): string | null {
  const [, id] = /^\s*(con|grp)_/.exec(number) ?? [];
  if (id === "grp") return "it is a group's id, which is no contact.";
  if (id === "con") return "it is a contact_id. Write the contact's identifier: a phone number or email address.";
  const stranger = findStranger(number);
  return stranger === null
    ? null
    : `it holds ${stranger}, which has no place in a phone number. Write + and digits, for example +15551234567.`;
}

/** Calls a number canonical when libphonenumber reads it as itself; a trunk prefix as in +44 (0)7911 is dropped on the way. */
function readInternational(digits: string, whatsapp: boolean): Reading {
  const abroad = withoutPrefix(digits, whatsapp);
  if (abroad !== null) return suggest(`it begins with a prefix for calls abroad. Write ${abroad}.`, abroad);
  if (!/^[1-9]/.test(digits)) return refuse("no calling code begins with 0. Write for example +15551234567.");
  if (digits.length > 15)
    return refuse("it has more than 15 digits. Write one phone number, for example +15551234567.");
  if (whatsapp && isRetiredMexicanMobile(digits)) return accept(`+${digits}`);
  const number = parseNumber(`+${digits}`, null);
  if (number === null)
    return refuse("its calling code does not exist. Write + and the calling code first, for example +15551234567.");
  if (!number.isPossible())
    return refuse(
      `a number of calling code ${number.countryCallingCode} does not have ${digits.length} digits. Write the whole of it, for example +15551234567.`,
    );
  const again = parseNumber(number.number, null);
  if (again?.number !== number.number)
    return refuse("its digits after the calling code begin with a trunk prefix. Leave it out.");
  return accept(number.number);
}

/** Reads digits without a +: taken when only the home country's reading is left, refused when a calling code may stand first. */
function readNational(digits: string, homeCountry: string | null): Reading {
  const abroad = readInternational(digits, false);
  const valid = abroad.ok && parseNumber(abroad.address, null)?.isValid() === true ? abroad.address : null;
  const home = readCountry(homeCountry) === null ? null : parseNumber(digits, homeCountry);
  const national = home?.isPossible() === true ? readInternational(home.number.slice(1), false) : null;
  if (national?.ok !== true) {
    const dialled = withoutPrefix(digits, false);
    if (dialled !== null) return suggest(`it begins with a prefix for calls abroad. Write ${dialled}.`, dialled);
    const why = "it has no + and calling code. Write";
    return valid === null ? refuse(`${why} for example +15551234567.`) : suggest(`${why} ${valid}.`, valid);
  }
  if (valid !== null && valid !== national.address) {
    return refuse(`without a + it could be ${national.address} or ${valid}. Write the one you mean with its +.`);
  }
  return national;
}

/** WhatsApp still reports Mexican mobiles as +52 1 and ten digits, a form that the numbering plan dropped in 2019. */
function isRetiredMexicanMobile(digits: string): boolean {
  return /^521\d{10}$/.test(digits);
}

/** Returns the number behind 00 or 011, with its plus, where it is one. */
function withoutPrefix(digits: string, whatsapp: boolean): string | null {
  const rest = /^(?:00|011)([1-9]\d+)$/.exec(digits)?.[1];
  if (rest === undefined) return null;
  const read = readInternational(rest, whatsapp);
  return read.ok ? read.address : null;
}

function suggest(why: string, suggestion: string): Reading {
  return { ok: false, why, suggestion };
}

function accept(address: string): Reading {
  return { ok: true, address, channel: "sms" };
}

function refuse(why: string): Reading {
  return { ok: false, why };
}
