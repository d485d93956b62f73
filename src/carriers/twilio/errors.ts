import dictionary from "./error-dictionary.json" with { type: "json" };

/** Who or what a code blames; Twilio gives no such classes, these are ours. */
export type ErrorClass =
  | "account"
  | "auth"
  | "channel"
  | "compliance"
  | "config"
  | "content"
  | "destination"
  | "input"
  | "media"
  | "optout"
  | "rate"
  | "sender"
  | "transient"
  | "unknown"
  | "warn";

/** A Twilio code in words. `retry` says, for a person, whether and when sending again makes sense. */
export type ErrorDescription = {
  code: string;
  name: string;
  meaning: string;
  class: ErrorClass;
  retry: string;
  docsUrl: string;
};

type Entry = { name: string; meaning: string; class: string; retry: string };

const classes: ReadonlySet<string> = new Set<ErrorClass>([
  "account",
  "auth",
  "channel",
  "compliance",
  "config",
  "content",
  "destination",
  "input",
  "media",
  "optout",
  "rate",
  "sender",
  "transient",
  "unknown",
  "warn",
]);
const entries: ReadonlyMap<string, Entry> = new Map(Object.entries(dictionary.errors));

/** Returns what a Twilio error code means (twilio.com/docs/api/errors), with our own name for it; null for no code or one we do not know. */
export function describeError(code: string | number | null): ErrorDescription | null {
  if (code === null) return null;
  const key = String(code);
  const entry = entries.get(key);
  if (entry === undefined || !isErrorClass(entry.class)) return null;
  return { ...entry, code: key, class: entry.class, docsUrl: `https://www.twilio.com/docs/api/errors/${key}` };
}

/** Says whether a code blames our sender number. */
export function isNumberFault(code: string | number | null): boolean {
  return describeError(code)?.class === "sender";
}

/** Says whether a code blames what was sent: the text, template or media. */
export function isContentFault(code: string | number | null): boolean {
  const kind = describeError(code)?.class;
  return kind === "content" || kind === "media";
}

/** Says whether a code blames the recipient: not reachable, not able, or not willing. */
export function isRecipientFault(code: string | number | null): boolean {
  const kind = describeError(code)?.class;
  return kind === "destination" || kind === "optout";
}

/** Says whether a code means that too much was sent. */
export function isRateFault(code: string | number | null): boolean {
  return describeError(code)?.class === "rate";
}

function isErrorClass(kind: string): kind is ErrorClass {
  return classes.has(kind);
}
