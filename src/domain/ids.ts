/** The digits of our ids: base 32 without i, l, o and u, which are misread. */
export const base32Digits = "0123456789abcdefghjkmnpqrstvwxyz";
const sequenceLength = 11;
const tagLength = 8;
/** Room for this many ids in one millisecond before they run ahead of the clock; keeps a sequence a safe integer until 2248. */
const perMillisecond = 1024;

/** Returns the next sequence number: rising, and sorted by time; `last` is the highest one given so far, `now` in epoch milliseconds. */
export function nextSequence(last: number, now: number): number {
  return Math.max(now * perMillisecond, last + 1);
}

/** Returns the lowest sequence number that the millisecond `at` can have: lists by time become ranges of the primary key. */
export function sequenceAt(at: number): number {
  return at * perMillisecond;
}

/** Returns the epoch millisecond in which a sequence number was given. */
export function timeOfSequence(sequence: number): number {
  return Math.floor(sequence / perMillisecond);
}

type RowPrefix = "msg" | "evt" | "cmp";

/** Returns an id that carries its own row: prefix, sequence in base32, and the tag of the pool it belongs to. */
export function rowId(prefix: RowPrefix, sequence: number, tag: string): string {
  let rest = sequence;
  let digits = "";
  for (let index = 0; index < sequenceLength; index += 1) {
    digits = base32Digits.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  return `${prefix}_${digits}${tag}`;
}

/** Returns the sequence number inside an id of this pool, or null for anything else: foreign ids are known without a read. */
export function readRowId(prefix: RowPrefix, id: string, tag: string): number | null {
  if (id.length !== prefix.length + 1 + sequenceLength + tagLength) return null;
  if (!id.startsWith(`${prefix}_`) || !id.endsWith(tag)) return null;
  let sequence = 0;
  for (const digit of id.slice(prefix.length + 1, prefix.length + 1 + sequenceLength)) {
    const value = base32Digits.indexOf(digit);
    if (value < 0) return null;
    sequence = sequence * 32 + value;
  }
  return Number.isSafeInteger(sequence) ? sequence : null;
}

/** Returns the tag of the pool that an id of this kind says it belongs to, or null where it does not have the form. */
export function tagOfRowId(prefix: RowPrefix, id: string): string | null {
  if (id.length !== prefix.length + 1 + sequenceLength + tagLength || !id.startsWith(`${prefix}_`)) return null;
  return id.slice(-tagLength);
}

/** Returns the tag that marks a pool's ids: eight characters of its key id, which keep ids of two pools apart. */
export function poolTag(keyId: string): string {
  return keyId.slice("key_".length, "key_".length + tagLength);
}
