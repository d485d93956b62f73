const digit = /\p{Nd}/u;

/**
 * Returns a number as it was meant when it comes from a document, a chat or another keyboard: invisible characters are dropped, and the digits, dashes,
 * spaces, dots and brackets of other scripts become ASCII's. A blank at the front stays: there it is a plus that a URL has lost.
 */
export function unpaste(raw: string): string {
  const visible = raw.replace(/[\p{Cf}\p{Variation_Selector}]/gu, "").replace(/^[^\S ]+|\s+$/gu, "");
  return Array.from(visible, toAscii).join("");
}

/** Returns the first character of a number that has no place in it, as a sentence's part that names it, or null. */
export function findStranger(number: string): string | null {
  for (const [index, character] of Array.from(number.trimStart()).entries()) {
    if (character === "+" && index > 0) return "a + that does not stand at the front";
    if (!/[\d ()+.-]/.test(character)) return nameOf(character);
  }
  return null;
}

function toAscii(character: string): string {
  if (character <= "\u007f") return character;
  if (digit.test(character)) return String(valueOfDigit(character.codePointAt(0) ?? 0));
  if (/[\p{Pd}\u2212]/u.test(character)) return "-";
  if (/\p{Zs}/u.test(character)) return " ";
  return twins[character] ?? character;
}

const twins: Partial<Record<string, string>> = {
  "\uff0b": "+",
  "\ufe62": "+",
  "\uff08": "(",
  "\uff09": ")",
  "\uff0e": ".",
  "\u00b7": ".",
  "\u2024": ".",
};

/** Unicode keeps the decimal digits of a script together and in order, from zero on (Unicode 4.6, Numeric Value). */
function valueOfDigit(codePoint: number): number {
  let zero = codePoint;
  while (digit.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return (codePoint - zero) % 10;
}

function nameOf(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return /[\p{C}\p{Z}\p{M}]/u.test(character) ? `the character ${code}` : `the character "${character}" (${code})`;
}
