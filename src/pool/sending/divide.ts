import { fail, ok, type Result } from "../../domain/failure.ts";
import type { SendExtras } from "../../domain/message.ts";
import { textLength } from "../../domain/segments.ts";
import type { SenderNumber } from "../../domain/snapshot.ts";
import { maxMessagesOfRequest, splitText, textLimits } from "../../domain/split-text.ts";
import type { Desk } from "../desk.ts";
import type { LinkedDraft } from "../telling/links.ts";

/**
 * Returns the drafts with every long text as several, in order, where their key asks for that (`split_long_texts`); what one message of the number cannot hold and is not cut is `text_too_long`.
 * Attachments, and what a line does once, go with the first piece, a short link with the one it stands in. A template and a bubble of parts have no text to divide.
 */
export function divideDrafts(desk: Desk, drafts: LinkedDraft[], { channel }: SenderNumber): Result<LinkedDraft[]> {
  const limits = textLimits(channel);
  if (!drafts.some((draft) => isLonger(draft, limits.piece))) return ok(drafts);
  const splits = desk.snapshot.apiKey.splitLongTexts === true;
  const pieces = drafts.map((draft) => (splits ? divide(draft, limits.piece) : null) ?? [draft]);
  const divided = pieces.flat();
  if (divided.some((draft) => isLonger(draft, limits.whole))) {
    return fail("text_too_long", splits ? uncuttable : undefined);
  }
  if (divided.length <= maxMessagesOfRequest) return ok(divided);
  const message = `The text comes to ${divided.length} messages, and one request to ${maxMessagesOfRequest} at most: split it into several requests.`;
  return fail("text_too_long", message, { messages: divided.length, limit: maxMessagesOfRequest });
}

const uncuttable =
  "The text is longer than 1600 characters and cannot be split: a link in it is too long for one message, or it goes with a template.";

function isLonger({ text }: LinkedDraft, limit: number): boolean {
  return text !== null && textLength(text) > limit;
}

function divide(draft: LinkedDraft, limit: number): LinkedDraft[] | null {
  if (!isLonger(draft, limit)) return null;
  const whole = draft.extras.contentSid !== undefined || draft.extras.parts !== undefined;
  const pieces = whole ? null : splitText(draft.text ?? "", limit);
  if (pieces === null) return null;
  let links = draft.links;
  return pieces.map((text, index) => {
    const own = links.filter(({ short }) => text.includes(short));
    links = links.filter((link) => !own.includes(link));
    const alone = { ...draft, text, links: own };
    return index === 0 ? alone : { ...alone, attachments: [], extras: withoutFirsts(draft.extras) };
  });
}

/** What a line does once for a request belongs to its first message. */
function withoutFirsts({ effect: _, replyTo: __, typingFirst: ___, shareContact: ____, ...extras }: SendExtras) {
  return extras;
}
