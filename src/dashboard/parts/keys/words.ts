import type { Key } from "../../queries/key.ts";
import type { Strategy } from "./shares.ts";

/** Returns a count with its noun: "1 message", "3 messages". */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** Returns what follows when a key is revoked, a sentence each. */
export function revocationWords(key: Pick<Key, "waiting" | "numbers">, webhooks: number | null): string[] {
  const { waiting, numbers } = key;
  const words = ["Requests with it are refused from the next one on."];
  if (waiting == null) words.push("Messages that wait on it are cancelled; how many, its pool does not say just now.");
  else if (waiting === 0) words.push("No message waits on it.");
  else words.push(`${countOf(waiting, "queued message")} will be cancelled.`);
  if (numbers > 0) words.push(`${countOf(numbers, "number")} will be free for other keys.`);
  if (webhooks !== null && webhooks > 0) words.push(`${countOf(webhooks, "webhook")} of its own will hear no more.`);
  words.push("What it sent stays readable. A revoked key cannot be brought back.");
  return words;
}

/** How each strategy picks, for a person who chooses one. */
export const strategies: readonly { value: Strategy; name: string; words: string }[] = [
  {
    value: "first",
    name: "First in the order",
    words: "One main number. The next ones stand in while it cannot send.",
  },
  { value: "round_robin", name: "By turns", words: "Whoever has waited longest speaks next: every number as often." },
  {
    value: "weighted",
    name: "By weight",
    words: "Each number gets its share of new conversations: 3 beside 1 is 75 %.",
  },
  {
    value: "geographic",
    name: "Nearest",
    words: "A number of the recipient's area code, else of the state, else of the country; among equals by turns.",
  },
  {
    value: "least_busy",
    name: "Least busy",
    words: "The number with the fewest messages waiting; good for paced numbers.",
  },
];

const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

/** Returns a share (0 to 1) as people read it, "under 0.1%" where rounding would say none. */
export function shareWords(share: number): string {
  return share > 0 && share < 0.001 ? "under 0.1%" : percent.format(share);
}
