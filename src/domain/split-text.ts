import { maxTextLength, textLength } from "./segments.ts";
import type { SenderChannel } from "./snapshot.ts";
import { breaksOf, type Unit } from "./text-breaks.ts";

/** The longest text that a request may hold, in the units of `textLength`: ten SMS at their longest. */
export const maxRequestedLength = 10 * maxTextLength;
/** Neither Apple nor BlueBubbles names a longest text; its clients cut at so many characters. */
const lineTextLength = 4000;
/** How many messages one request may come to. */
export const maxMessagesOfRequest = 50;

/** A cut at the end of a sentence is worth this share of a message; one before it would leave too short a piece. */
const worthOfSentence = 0.5;
/** So much behind the limit is looked at, so that what begins before it is seen whole. */
const lookAhead = 256;

/** Returns how long one message of this channel may be, and how long the pieces of a longer text are. */
export function textLimits(channel: SenderChannel): { whole: number; piece: number } {
  return channel === "imessage"
    ? { whole: maxRequestedLength, piece: lineTextLength }
    : { whole: maxTextLength, piece: maxTextLength };
}

/**
 * Returns a text as pieces of at most `limit` UTF-16 units, in order: cut at the end of a line or sentence where one is far enough on, else between words, else between characters
 * as a person sees them. A link is never cut. White space at a cut is left out, and nothing else. Null where a link or a character alone is longer than a message.
 */
export function splitText(text: string, limit: number = maxTextLength): string[] | null {
  const pieces: string[] = [];
  let rest = text.trim();
  while (textLength(rest) > limit) {
    const cut = findCut(rest, limit);
    if (cut === null) return null;
    pieces.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return rest === "" ? pieces : [...pieces, rest];
}

function findCut(text: string, limit: number): number | null {
  const links = linksOf(text, limit);
  const window = text.slice(0, limit + lookAhead);
  const ends = new Set(startsOf("grapheme", window));
  const isCut = (at: number) =>
    at > 0 && at <= limit && ends.has(at) && !links.some(([from, to]) => from < at && at < to);
  const last = (places: readonly number[], least: number) => places.findLast((at) => at >= least && isCut(at)) ?? null;
  const early = limit * worthOfSentence;
  const gaps = beginningsOf(/\s+/gu, window);
  return (
    last(beginningsOf(/\n+/gu, window), early) ??
    last(endsOfSentences(window), early) ??
    last(gaps, early) ??
    last(startsOf("word", window), early) ??
    last([...gaps, ...links.map(([from]) => from)].sort(inOrder), 1) ??
    last([...ends], 1)
  );
}

function inOrder(left: number, right: number): number {
  return left - right;
}

/** Links that begin within the limit, from where to where; they may end far behind it. A scheme is short, so that no text takes long to look through. */
function linksOf(text: string, limit: number): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (const match of text.matchAll(/(?:[a-z][a-z0-9+.-]{0,15}:\/\/|www\.)\S+/giu)) {
    if (match.index >= limit) break;
    found.push([match.index, match.index + match[0].length]);
  }
  return found;
}

function startsOf(unit: Unit, text: string): number[] {
  return Array.from(breaksOf(unit).segment(text), ({ index }) => index);
}

/** Where a sentence ends, before the white space that follows it: that is left out and needs no room. */
function endsOfSentences(text: string): number[] {
  return startsOf("sentence", text).map((at) => text.slice(0, at).trimEnd().length);
}

function beginningsOf(white: RegExp, text: string): number[] {
  return Array.from(text.matchAll(white), ({ index }) => index);
}
