import { smartEncode } from "../../domain/segments.ts";
import type { Sought } from "../carrier.ts";
import type { TwilioMessage } from "./shapes.ts";

/** Whether a listed message is the sought one by what it says: surely, perhaps (what could tell was taken away or rewritten), or it is another. */
export type Likeness = "same" | "maybe" | "other";

/** What a trial account puts before every text (support article 223183188). */
const trialPrefix = /^sent from your twilio trial account\s*-\s*/i;
const link = /\bhttps?:\/\/\S+/gi;
/** A redacted text shows nothing, marks, or the word itself. */
const redacted = /^[\s*#_.•█x-]*$|^\W*redacted\W*$/i;

/**
 * Compares by sender or service, number of media, and text as it may have become: a trial account's prefix, Smart Encoding, line ends, Unicode's composed form,
 * padding; a Messaging Service's shortened links, converted media and added words; a template's own text; a text that was discarded or redacted.
 */
export function compareMessages(sought: Sought, listed: TwilioMessage): Likeness {
  const service = listed.serviceId ?? sought.extras.messagingServiceSid ?? null;
  const verdicts = [
    compareSenders(sought, listed),
    compareMedia(sought, listed, service !== null),
    compareTexts(sought, listed.text, service !== null),
  ];
  if (verdicts.includes("other")) return "other";
  return verdicts.includes("maybe") ? "maybe" : "same";
}

/** Says whether another number sent a listed message, for whatever key or system: then it cannot be the sought one, whatever it says. */
export function isOfAnother(sought: Sought, listed: TwilioMessage): boolean {
  return compareSenders(sought, listed) === "other";
}

/** A service has not picked a sender yet, or picked one of its own. */
function compareSenders(sought: Sought, { from, serviceId }: TwilioMessage): Likeness {
  if (from === null || from === sought.from) return "same";
  return serviceId !== null && serviceId === sought.extras.messagingServiceSid ? "maybe" : "other";
}

/** A template brings media of its own; a service turns media into links and long texts into media. */
function compareMedia(sought: Sought, { mediaCount }: TwilioMessage, inService: boolean): Likeness {
  if (mediaCount === null || mediaCount === sought.mediaUrls.length || sought.extras.contentSid !== undefined) {
    return "same";
  }
  return inService ? "maybe" : "other";
}

function compareTexts({ text, extras }: Sought, listed: string, inService: boolean): Likeness {
  if (extras.contentSid !== undefined) return "maybe";
  const sent = plain(text ?? "");
  const kept = plain(listed);
  if (kept === sent || plain(listed.trim().replace(trialPrefix, "")) === sent) return "same";
  if (redacted.test(kept)) return "maybe";
  return inService ? compareRewritten(sent, plain(kept.replace(trialPrefix, ""))) : "other";
}

function compareRewritten(sent: string, kept: string): Likeness {
  if (sent.replace(link, "") !== sent && sent.replace(link, "<link>") === kept.replace(link, "<link>")) return "same";
  const [ours, theirs] = [core(sent), core(kept)];
  if (ours === "" || theirs === "") return ours === theirs ? "maybe" : "other";
  return theirs.startsWith(ours) || theirs.endsWith(ours) || ours.startsWith(theirs) ? "maybe" : "other";
}

/** One form for all that is the same to a reader. */
function plain(text: string): string {
  return smartEncode(text.normalize("NFC")).normalize("NFC").replace(/\s+/g, " ").trim();
}

function core(text: string): string {
  return text
    .replace(link, "")
    .replace(/[^\p{L}\p{N}]+/gu, "")
    .toLowerCase();
}
