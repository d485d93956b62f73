import { areaCodeOf, isTollFree } from "./regions.ts";

/** What a message asks of the sender: no more, again, or who are you. */
export type OptKeyword = "stop" | "start" | "help";

const keywords: ReadonlyMap<string, OptKeyword> = new Map([
  ["STOP", "stop"],
  ["STOPALL", "stop"],
  ["UNSUBSCRIBE", "stop"],
  ["CANCEL", "stop"],
  ["END", "stop"],
  ["QUIT", "stop"],
  ["REVOKE", "stop"],
  ["OPTOUT", "stop"],
  ["START", "start"],
  ["YES", "start"],
  ["UNSTOP", "start"],
  ["HELP", "help"],
  ["INFO", "help"],
]);

/**
 * Carrier codes that say the recipient opted out of everything from us: Twilio 21610 (STOP), 30630 (consent), 63033 (channel opt-out).
 * Not 63014, where the person blocked one sender, nor 63050, which ends WhatsApp marketing alone.
 */
export const optOutCodes: ReadonlySet<string> = new Set(["21610", "30630", "63033"]);

/**
 * Returns what a message asks by Twilio's rules (support article 223134027): exactly one keyword, in any letter case, white space around it
 * ignored; punctuation, emoji, look-alike letters or a second word make it an ordinary message. A carrier's `OptOutType` wins.
 * On a toll-free number YES is an ordinary word, since only START and UNSTOP lift the network's block (article 360058144374).
 */
export function readOptKeyword(text: string | null, optOutType: string | null, tollFree = false): OptKeyword | null {
  const said = readOptOutType(optOutType);
  if (said !== null) return said;
  const word = text?.trim() ?? "";
  if (!/^[A-Za-z]{3,11}$/.test(word)) return null;
  const keyword = word.toUpperCase();
  return tollFree && keyword === "YES" ? null : (keywords.get(keyword) ?? null);
}

/** Returns what an inbound message asks, by the number that it was written to. */
export function keywordOf(message: { text: string | null; optOutType: string | null; to: string }): OptKeyword | null {
  return readOptKeyword(message.text, message.optOutType, isTollFree(areaCodeOf(message.to) ?? ""));
}

/** Says whether a message may be a wish or an answer, whatever number it was written to: a YES to a toll-free number lifts no block, and still is a yes. */
export function maySayWish(message: { text: string | null; optOutType: string | null }): boolean {
  const keyword = readOptKeyword(message.text, message.optOutType);
  return keyword === "stop" || keyword === "start";
}

function readOptOutType(optOutType: string | null): OptKeyword | null {
  switch (optOutType?.trim().toUpperCase()) {
    case "STOP":
      return "stop";
    case "START":
      return "start";
    case "HELP":
      return "help";
    default:
      return null;
  }
}
