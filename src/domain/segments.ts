import { SegmentedMessage } from "sms-segments-calculator";

/** The longest text Twilio takes, in the units of `textLength`; more is error 21617. */
export const maxTextLength = 1600;

export type Encoding = "GSM-7" | "UCS-2";

/** `smartEncoded` replaces look-alike characters as Twilio's SmartEncoded does; `undivided` is for MMS and WhatsApp, which are one part however long. */
export type SegmentOptions = { smartEncoded?: boolean; undivided?: boolean };

/** Characters that GSM-7 writes in one unit each, of those that ASCII has: what is written of them alone needs no calculator. */
const plain = /^[\n !"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-z]*$/;
const unitsAlone = 160;
const unitsTogether = 153;

/** Returns how many parts a text is sent in and their encoding, by Twilio's own calculator; no text at all (media only) is one part. */
export function countSegments(
  text: string | null,
  options: SegmentOptions = {},
): { segments: number; encoding: Encoding } {
  if (text === null || plain.test(text)) return { segments: countPlain(text ?? "", options), encoding: "GSM-7" };
  const message = new SegmentedMessage(text, "auto", options.smartEncoded === true);
  return {
    segments: options.undivided === true ? 1 : message.segmentsCount,
    encoding: message.encodingName,
  };
}

function countPlain(text: string, options: SegmentOptions): number {
  return options.undivided === true || text.length <= unitsAlone ? 1 : Math.ceil(text.length / unitsTogether);
}

/** Returns a text's length in UTF-16 code units (an emoji is two or more, € is one): the strictest reading of Twilio's "characters", so that none is refused there. */
export function textLength(text: string): number {
  return text.length;
}

/** Returns a text as Twilio's Smart Encoding sends it: look-alike characters replaced by those of GSM-7, by Twilio's own table. */
export function smartEncode(text: string): string {
  return plain.test(text) ? text : new SegmentedMessage(text, "auto", true).graphemes.join("");
}
