const offsets = [0x811c9dc5, 0x050c5d1f] as const;
const prime = 0x01000193;

/**
 * Returns 16 hex digits that equal texts share: two 32-bit FNV-1a hashes (G. Fowler, L. C. Noll, K.-P. Vo, 1991). Letter case, spacing and the digits of
 * numbers do not count, so that a campaign with a code or a price of its own in each message is one text. Not a secret.
 */
export function fingerprintText(text: string): string {
  const plain = text.trim().toLowerCase().replace(/\s+/g, " ").replace(/\d+/g, "0");
  return fingerprint(plain);
}

/** Returns 16 hex digits that equal strings share, by the same hashes. */
export function fingerprint(text: string): string {
  return offsets.map((offset) => hash(text, offset).toString(16).padStart(8, "0")).join("");
}

function hash(text: string, offset: number): number {
  let value = offset;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), prime);
  }
  return value >>> 0;
}
