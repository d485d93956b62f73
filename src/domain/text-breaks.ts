export type Unit = "grapheme" | "word" | "sentence";

const made: Partial<Record<Unit, Intl.Segmenter>> = {};

/** Returns what says where a text's units begin, by Unicode's rules (UAX 29) without a language's own. Made when first asked for: each reads its rules for milliseconds. */
export function breaksOf(unit: Unit): Intl.Segmenter {
  made[unit] ??= new Intl.Segmenter("und", { granularity: unit });
  return made[unit];
}
