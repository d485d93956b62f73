import type { Candidate, SelectionReason, SelectionTrace } from "../message.ts";
import type { SenderNumber } from "../snapshot.ts";
import type { Conversation } from "./conversation.ts";
import type { Standing } from "./eligibility.ts";
import { canCarry, type Survey } from "./survey.ts";

/** How much a trace lists: a few candidates and counts (kept with every message), or every number of the pool (preview). */
export type Explain = "compact" | "full";

/** Candidates in a compact trace, the chosen one among them. */
export const compactCandidates = 8;

const standingWords: Record<Exclude<Standing, "able">, string> = {
  paused: "it is paused",
  other_channel: "it is on another channel than the recipient",
  no_sms: "it cannot send SMS",
  no_mms: "it cannot send MMS",
  no_whatsapp: "it cannot send WhatsApp",
  no_rcs: "it cannot send RCS",
  rcs_alone: "it reaches RCS alone: no Messaging Service falls back to SMS for it",
  blocked: "the person wrote STOP to it, and START to another number since",
  receive_only: "it receives only: its Mac's Private API is off",
  reply_only: "reply-only, and the contact has not written to it",
  unhealthy: "unhealthy, and others can send",
  offline: "its Mac does not answer, and others can send",
  account_refused: "its account is refused, and others can send",
  account_spent: "its account has used up its messages of 24 hours, and others can send",
  capped: "it has begun as many conversations as its caps allow for now",
  unweighted: "weight 0, and others can send",
  unweighted_unhealthy: "weight 0 and unhealthy, and others can send",
};

/** Returns the words for why a number was passed over, for example "it cannot send MMS". */
export function wordsOf(standing: Exclude<Standing, "able">): string {
  return standingWords[standing];
}

/** Returns what is said of a number when none was chosen. */
export function considerAlone(phoneNumber: string, standing: Standing): Candidate {
  if (standing === "able") return { phoneNumber, eligible: true, why: "could send" };
  const eligible = canCarry(standing);
  return { phoneNumber, eligible, why: `${eligible ? "not preferred" : "skipped"}: ${wordsOf(standing)}` };
}

/** Returns the note of a contact's conversation that this choice leaves, or null when it leaves none. */
export function conversationNote(conversation: Conversation): string | null {
  switch (conversation.kind) {
    case "out": {
      const causes = {
        gone: "it left the pool",
        paused: "it is paused",
        unhealthy: "it is unhealthy",
        account_refused: "its account is refused",
        account_spent: "its account has used up its messages of 24 hours",
      } as const;
      return `Handed over from ${conversation.address}: ${causes[conversation.cause]}.`;
    }
    case "unable":
      return `For this message only: the contact stays with ${conversation.address}, but ${wordsOf(conversation.obstacle)}.`;
    case "kept":
    case "none":
      return null;
  }
}

/** What a trace says of a choice: the chosen number, the rule that chose it, why it, why not another able one, and notes. */
export type Told = {
  chosen: SenderNumber;
  reason: SelectionReason;
  why: string;
  whyNot: (other: SenderNumber) => string;
  notes: (string | null)[];
};

/** Returns the trace of a choice in words for a person; a compact one has at most eight candidates and counts the rest in its note. */
export function traceOf(
  numbers: readonly SenderNumber[],
  survey: Survey,
  told: Told,
  explain: Explain,
): SelectionTrace {
  const chosen = numbers.indexOf(told.chosen);
  const listed = explain === "full" ? numbers.map((_, index) => index) : shortList(numbers.length, chosen);
  const notes = told.notes.filter((note) => note !== null);
  if (listed.length < numbers.length) notes.push(countsNote(numbers.length, listed.length, survey));
  const considered: Candidate[] = [];
  for (const index of listed) {
    const number = numbers[index];
    if (number !== undefined)
      considered.push(describe(number, survey.standings[index] ?? "able", survey.standings[chosen] ?? "able", told));
  }
  return { reason: told.reason, considered, note: notes.length === 0 ? null : notes.join(" ") };
}

function shortList(total: number, chosen: number): number[] {
  const head = Array.from({ length: Math.min(total, compactCandidates) }, (_, index) => index);
  return chosen < compactCandidates ? head : [...head.slice(0, -1), chosen];
}

function describe(number: SenderNumber, standing: Standing, chosenStanding: Standing, told: Told): Candidate {
  const phoneNumber = number.address;
  if (number === told.chosen) return { phoneNumber, eligible: true, why: `chosen: ${told.why}` };
  const eligible = canCarry(standing);
  if (standing === "able") return { phoneNumber, eligible, why: `not chosen: ${told.whyNot(number)}` };
  if (!eligible) return { phoneNumber, eligible, why: `skipped: ${wordsOf(standing)}` };
  const passedOver = standing !== chosenStanding;
  return { phoneNumber, eligible, why: `not chosen: ${passedOver ? wordsOf(standing) : told.whyNot(number)}` };
}

function countsNote(total: number, listed: number, survey: Survey): string {
  const parts: string[] = [];
  let able = 0;
  for (const [standing, count] of survey.counts) {
    if (standing === "able") able += count;
    else if (canCarry(standing)) {
      able += count;
      parts.push(`${count} passed over (${wordsOf(standing)})`);
    } else parts.push(`${count} skipped (${wordsOf(standing)})`);
  }
  return `${listed} of ${total} numbers are listed; ${[`${able} could send`, ...parts].join(", ")}.`;
}
