import { deliveryReportFor } from "../../domain/delivery-report.ts";
import { countryOf } from "../../domain/phone.ts";
import { type Answer, courses, endIn, proceedNormally, replyWith, type Script, type Step } from "./script.ts";

/** Every recipient with a course of its own. The first five are Twilio's own (twilio.com/docs/iam/test-credentials); the rest are ours. A `whatsapp:` or `rcs:` before them changes nothing. */
export const magicRecipients: Readonly<Record<string, Script>> = {
  "+15005550001": refuse(21211, "invalid phone number", "The 'To' number {to} is not a valid phone number."),
  "+15005550002": refuse(21612, "no route", "The 'To' phone number {to} is not currently reachable."),
  "+15005550003": refuse(21408, "country not enabled", "Permission to send an SMS to {to} is not enabled."),
  "+15005550004": refuse(21610, "opted out", "Attempt to send to unsubscribed recipient"),
  "+15005550009": refuse(21614, "no mobile number", "To number: {to}, is not a mobile number"),
  "+15005551606": refuse(21606, "sender cannot write there", "The 'From' number cannot send to this 'To' number."),
  "+15005551611": refuse(21611, "sender's queue is full", "The 'From' number has exceeded its message queue."),
  "+15005553003": take("undelivered with 30003: the handset cannot be reached", endIn("undelivered", 30003)),
  "+15005553005": take("undelivered with 30005: the handset is unknown", endIn("undelivered", 30005)),
  "+15005553006": take("undelivered with 30006: a landline", endIn("undelivered", 30006)),
  "+15005553007": take("undelivered with 30007: filtered as spam", endIn("undelivered", 30007)),
  "+15005553008": take("failed with 30008: an unknown error", endIn("failed", 30008)),
  "+15005553016": take("failed with 63016: WhatsApp's 24 hour window is closed", endIn("failed", 63016)),
  "+15005553036": take("undelivered with 63036: the phone has no RCS", endIn("undelivered", 63036)),
  "+15005554001": take("delivered late, after six seconds", courses.late),
  "+15005554002": take("every callback more than once", courses.doubled),
  "+15005554003": take("callbacks in the wrong order: delivered, sent, sending", courses.shuffled),
  "+15005554004": take("sent, and no delivery report ever", courses.unreported),
  "+15005554005": {
    meaning: "the first callback comes before the answer to the send",
    answer: { kind: "take_slowly", afterMs: 400 },
    steps: courses.early,
  },
  "+15005554290": odd("429 with Retry-After 1 once, then taken", { kind: "wait", times: 1, retryAfterSeconds: 1 }),
  "+15005554291": odd("429 without Retry-After twice, then taken", { kind: "wait", times: 2, retryAfterSeconds: null }),
  "+15005555001": odd("500, but taken: callbacks settle it", { kind: "break", status: 500, taken: true }),
  "+15005555002": odd("500, and not taken", { kind: "break", status: 500, taken: false }),
  "+15005555003": odd("silence for 25 s, but taken", { kind: "silence", forMs: 25_000, taken: true }),
  "+15005555004": {
    meaning: "500, but taken, and no callback ever: only the carrier's list settles it",
    answer: { kind: "break", status: 500, taken: true },
    steps: courses.untold,
  },
  "+15005555005": odd("201 without a message id, but taken", { kind: "take_without_sid" }),
  "+15005556001": take("delivered, then answers “Hello back”", replyWith("Hello back")),
  "+15005556002": take("delivered, then answers STOP; sending again is refused with 21610", replyWith("STOP")),
  "+15005556003": take("delivered, then answers START", replyWith("START")),
  "+15005556004": take("delivered, then answers HELP", replyWith("HELP")),
  "+15005556005": take("delivered, then answers with a picture", replyWith("Look at this", 1)),
  "+15005556006": take("delivered, then read (WhatsApp, RCS)", courses.read),
};

/** Senders that Twilio's own test credentials refuse, with their codes. */
export const magicSenders: Readonly<Record<string, { code: number; message: string }>> = {
  "+15005550001": { code: 21212, message: "The 'From' number +15005550001 is not a valid phone number." },
  "+15005550007": { code: 21606, message: "The 'From' number +15005550007 cannot send messages." },
  "+15005550008": { code: 21611, message: "The 'From' number +15005550008 has exceeded its message queue." },
};

const channelPrefix = /^(?:whatsapp|rcs):/;

/** Returns the course of a message to `to`, the ordinary one where the table has none: delivered, or sent for good where operators send no reports. */
export function findScript(to: string): Script {
  const known = magicRecipients[to.replace(channelPrefix, "")];
  if (known !== undefined) return known;
  const answer: Answer = { kind: "take" };
  const silent = !channelPrefix.test(to) && deliveryReportFor(countryOf(to)) === "not_expected";
  return silent
    ? { meaning: "sent: no delivery report comes from this country", answer, steps: courses.unreported }
    : { meaning: "delivered", answer, steps: proceedNormally };
}

export type SandboxNumber = { phoneNumber: string; name: string; mms: boolean };

const blockSize = 50;
/** Where no magic recipient stands: +1500555 0100 to 0999, 2000 to 2999 and 7000 to 9999. */
const ordinary = [
  { first: 100, count: 900 },
  { first: 2000, count: 1000 },
  { first: 7000, count: 3000 },
];
const blocks = ordinary.reduce((sum, range) => sum + range.count, 0) / blockSize;

/**
 * Returns the numbers of a sandbox account: 50 that no other of the first 98 accounts has, the last of them without pictures.
 * The first account also has Twilio's own +15005550006, before them, and the senders that are always refused, after them.
 */
export function sandboxNumbersOf(block: number): SandboxNumber[] {
  const numbers = Array.from({ length: blockSize }, (_, index): SandboxNumber => {
    const phoneNumber = ordinaryNumber((block % blocks) * blockSize + index);
    const mms = index < blockSize - 1;
    return { phoneNumber, name: mms ? `Sandbox ${index + 1}` : "Sandbox, SMS only", mms };
  });
  if (block !== 0) return numbers;
  const refused = Object.entries(magicSenders).map(([phoneNumber, { code }]) => ({
    phoneNumber,
    name: `Sandbox, every send refused with ${code}`,
    mms: true,
  }));
  return [{ phoneNumber: "+15005550006", name: "Sandbox", mms: true }, ...numbers, ...refused];
}

function ordinaryNumber(index: number): string {
  let rest = index;
  for (const { first, count } of ordinary) {
    if (rest < count) return `+1500555${String(first + rest).padStart(4, "0")}`;
    rest -= count;
  }
  throw new RangeError("The sandbox has no such number.");
}

/** Tells whether an address is a WhatsApp sender of the sandbox: `whatsapp:+15005550020` to `…29`. */
export function isSandboxWhatsApp(address: string): boolean {
  return /^whatsapp:\+1500555002\d$/.test(address);
}

/** Tells whether an address is an RCS agent of the sandbox: `rcs:sandbox` and what else it is called. */
export function isSandboxAgent(address: string): boolean {
  return /^rcs:sandbox\w*$/i.test(address);
}

function take(meaning: string, steps: Step[]): Script {
  return { meaning, answer: { kind: "take" }, steps };
}

function odd(meaning: string, answer: Answer): Script {
  return { meaning, answer, steps: proceedNormally };
}

function refuse(code: number, meaning: string, message: string): Script {
  const answer: Answer = { kind: "refuse", status: 400, code, message };
  return { meaning: `refused with ${code}: ${meaning}`, answer, steps: [] };
}
