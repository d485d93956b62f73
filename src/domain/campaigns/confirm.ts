import { fail, type Refusal } from "../failure.ts";
import { readOptKeyword } from "../opt-out.ts";

/** The question that a campaign asks first, the words that say yes to it (null: `yesWords`), and for how many days an answer counts. */
export type Confirm = { text: string; words: string[] | null; days: number };

export const confirmDays = { least: 1, most: 30, unless: 7 } as const;
export const confirmWords = { atMost: 20, longest: 40 } as const;
/** Said alone, each of them is a yes and nothing else. */
export const yesWords: readonly string[] = [
  "yes",
  "y",
  "ja",
  "j",
  "oui",
  "si",
  "sí",
  "sim",
  "sì",
  "tak",
  "ano",
  "da",
  "да",
  "ναι",
  "evet",
  "kyllä",
  "igen",
  "はい",
  "是",
  "네",
  "نعم",
  "כן",
];

/** Returns whether a message is one of the words and nothing else, whatever its letters' case, and marks and emoji around it. */
export function isYes(text: string | null, words: readonly string[] | null): boolean {
  const said = wordOf(text ?? "");
  return said !== "" && (words ?? yesWords).some((word) => wordOf(word) === said);
}

function wordOf(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

/** Refuses words that say nothing, and those by which a person opts out or asks for help: carriers hear them as that. */
export function refuseWords(words: readonly string[] | null): Refusal | null {
  const wrong = words?.find((word) => wordOf(word) === "" || isTaken(wordOf(word)));
  if (wrong === undefined) return null;
  const message = `double_opt_in.words holds "${wrong}", by which nobody can agree: it says nothing, or is heard as STOP or HELP.`;
  return fail("invalid_request", message, { field: "double_opt_in.words" });
}

function isTaken(word: string): boolean {
  const keyword = readOptKeyword(word, null);
  return keyword === "stop" || keyword === "help";
}

const dayMs = 24 * 60 * 60 * 1000;

/** Returns until when (epoch milliseconds) an answer to a question that was asked then counts. */
export function answerCountsUntil({ days }: Confirm, askedAt: number): number {
  return askedAt + days * dayMs;
}
