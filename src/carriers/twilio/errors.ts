import type { FaultClass } from "../../domain/fault.ts";
import dictionary from "./error-dictionary.json" with { type: "json" };

/**
 * A Twilio code in words. `title` is what Twilio's own dictionary calls it, null where we do not know that; `meaning` and `retry` are ours, for a
 * person: what happened, and whether and when sending again makes sense.
 */
export type ErrorDescription = {
  code: string;
  name: string;
  title: string | null;
  meaning: string;
  class: FaultClass;
  retry: string;
  docsUrl: string;
};

type Entry = { name: string; title: string | null; meaning: string; class: string; retry: string };

const classes: ReadonlySet<string> = new Set<FaultClass>([
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
  if (entry === undefined || !isFaultClass(entry.class)) return null;
  return { ...entry, code: key, class: entry.class, docsUrl: `https://www.twilio.com/docs/api/errors/${key}` };
}

function isFaultClass(kind: string): kind is FaultClass {
  return classes.has(kind);
}
