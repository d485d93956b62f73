const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secretLength = 6;

/** What a short link's code says: whose it is, which one it is, and the secret that makes it unguessable. */
export type LinkCode = { pool: number; n: number; secret: string };

/** How long a short link leads to where it was sent to (90 days), in milliseconds. */
export const linkLifeMs = 90 * 24 * 60 * 60 * 1000;

/** Returns the code of a link, for example `2-1aXb34zQ`: as short as its numbers allow, because every character of an SMS costs. */
export function formatLinkCode({ pool, n, secret }: LinkCode): string {
  return `${toBase62(pool)}-${toBase62(n)}${secret}`;
}

/** Returns what a code says, or null for anything that no link of ours can look like. */
export function parseLinkCode(code: string): LinkCode | null {
  const [, pool, n, secret] = /^([0-9A-Za-z]{1,7})-([0-9A-Za-z]{1,8}?)([0-9A-Za-z]{6})$/.exec(code) ?? [];
  if (pool === undefined || n === undefined || secret === undefined) return null;
  return { pool: fromBase62(pool), n: fromBase62(n), secret };
}

/** Returns the secret of a link from random base62 digits. */
export function linkSecret(digits: string): string {
  return digits.slice(-secretLength);
}

/** Returns the http and https URLs of a text in order, each once; the punctuation that ends a sentence is not part of them. */
export function findUrls(text: string): string[] {
  const found = (text.match(/https?:\/\/[^\s<>"“”]+/giu) ?? []).map(trimEnd).filter((url) => URL.canParse(url));
  return [...new Set(found)];
}

/** Returns the text with every URL of it replaced by what `shorten` makes of it. */
export function replaceUrls(text: string, shorten: (url: string) => string): string {
  const short = new Map(findUrls(text).map((url) => [url, shorten(url)]));
  return text.replace(/https?:\/\/[^\s<>"“”]+/giu, (raw) => {
    const url = trimEnd(raw);
    return (short.get(url) ?? url) + raw.slice(url.length);
  });
}

const ending = ".,;:!?'’…])}";
const openingOf: Partial<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** A closing bracket belongs to the URL only when it was opened in it. Each is counted once, for a text may be nothing but brackets. */
function trimEnd(raw: string): string {
  const unopened = new Map<string, number>();
  let end = raw.length;
  for (; ending.includes(raw.charAt(end - 1)); end -= 1) {
    const last = raw.charAt(end - 1);
    const opening = openingOf[last];
    if (opening === undefined) continue;
    const left = unopened.get(last) ?? raw.split(last).length - raw.split(opening).length;
    if (left <= 0) break;
    unopened.set(last, left - 1);
  }
  return raw.slice(0, end);
}

function toBase62(value: number): string {
  let rest = value;
  let digits = "";
  do {
    digits = alphabet.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  } while (rest > 0);
  return digits;
}

function fromBase62(digits: string): number {
  let value = 0;
  for (const digit of digits) value = value * 62 + alphabet.indexOf(digit);
  return value;
}
