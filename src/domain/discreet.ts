/** Fields of a log line that others wrote, or that quote what others wrote. */
const free = ["error", "message", "stack", "because"];
const anyMail = /[^\s"'`<>()@]+@[^\s"'`<>()@]+/gu;
const anyQuote = /"[^"\n]*"|'[^'\n]*'|`[^`\n]*`/gu;
/** Seven digits or more, in any script, with what people write between them. */
const anyNumber = /[+＋]?\p{Nd}(?:(?:%20|[\s().\-–/ ])*\p{Nd}){6,}/gu;

/** Ids that hold an address (`channel-ids.ts`). */
const anyAddressId = /(?<![A-Za-z0-9])(ch|chat|ct|cid)_[tbrw]?[pwx][0-9a-z]{3,}/g;

/** Returns a log line's fields without what may name a person: e-mail addresses, numbers in any writing, and whatever stands in quotes in a text that others wrote. */
export function discreet(entry: Record<string, unknown>): Record<string, unknown> {
  let said = entry;
  for (const name of free) {
    const value = entry[name];
    if (typeof value === "string") said = { ...said, [name]: hidePeople(value) };
  }
  return said;
}

/** Returns a text in which e-mail addresses, numbers of seven digits or more and quotations are dots, and so are ids that hold an address. */
export function hidePeople(text: string): string {
  return text.replace(anyAddressId, "$1_…").replace(anyMail, "…@…").replace(anyQuote, '"…"').replace(anyNumber, "…");
}

/** Returns a caller's own id of a request for a log line: one that is nothing but a number, or holds an address, could be a person's. */
export function hideNumericId(id: string): string {
  return /[A-Za-z]/.test(id) ? id.replace(anyAddressId, "$1_…") : `…${id.slice(-4)}`;
}
