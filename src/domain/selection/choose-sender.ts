import { type Failure, fail } from "../failure.ts";
import type { Candidate, SelectionTrace } from "../message.ts";
import type { Proximity } from "../regions.ts";
import type { Protocol, Selection, SenderNumber, Sync } from "../snapshot.ts";
import { type Conversation, holds, readConversation } from "./conversation.ts";
import { type AccountHold, bareNumber, findObstacle, type LineLimit, type Recipient } from "./eligibility.ts";
import { explainNoSender, noNumbers, refuseRequested } from "./no-sender.ts";
import type { RotationChange, RotationState } from "./rotation.ts";
import { pickByStrategy } from "./strategies.ts";
import { type Survey, surveyPool } from "./survey.ts";
import { considerAlone, conversationNote, type Explain, type Told, traceOf } from "./trace-words.ts";

/**
 * All that a choice depends on. The functions answer from memory; each is asked at most a few times per number, so a
 * choice costs time in the size of the pool alone, whatever the number of contacts.
 */
export type ChoiceInput = {
  selection: Selection;
  /** The pool in position order. */
  numbers: readonly SenderNumber[];
  recipient: Recipient;
  needs: { media: boolean };
  /** The body's or header's `from_number`: an address of the pool, or its bare E.164 number. */
  requested: string | null;
  /** The contact's number and when its days began, in epoch milliseconds. */
  sticky: { number: string; since: number } | null;
  /** The number that this contact last wrote to; counts only where stickiness is on. */
  repliedTo: string | null;
  hasWrittenTo: (number: string) => boolean;
  /** The numbers that the carrier blocks for this person. */
  blocked: ReadonlySet<string>;
  lineLimit?: (number: SenderNumber) => LineLimit | null;
  isCapped?: (number: SenderNumber) => boolean;
  isOffline?: (number: SenderNumber) => boolean;
  /** The sync settings of a number's account, for the words of a refusal. */
  syncOf?: (number: SenderNumber) => Sync | null;
  rotation: RotationState;
  queueDepth: (number: string) => number;
  /** The numbers that are passed over as unhealthy now. */
  unhealthy: ReadonlySet<string>;
  accountHold: (account: string) => AccountHold | null;
  now: number;
  proximity: (fromNumber: string, to: string) => Proximity;
  /** Where a number is at home: numbers of one place are equally near to everybody. */
  placeOf: (fromNumber: string) => string;
  protocol: Protocol | null;
  /** How much the trace lists: `compact` (the default) is kept with the message, `full` is for the preview. */
  explain?: Explain;
};

/** How many of a pool's numbers a refusal lists. */
const maxListed = 50;

/** A sender and why, or the failure to answer. `rotation` and `stick` (the contact's number is now this one) are for the caller to write, or to leave out: a preview. */
export type Choice =
  | {
      ok: true;
      number: SenderNumber;
      trace: SelectionTrace;
      rotation: RotationChange | null;
      stick: boolean;
      /** The contact moved here because its number is out; it stays. */
      handover: boolean;
    }
  | { ok: false; failure: Failure };

/**
 * Returns the number that sends a message, and why: the one asked for, else the one the conversation is on, else the
 * strategy's pick among those that can carry it. Fails only when no number can (seed 001, "How number pools work").
 */
export function chooseSender(input: ChoiceInput): Choice {
  if (input.numbers.length === 0) return noNumbers(input.protocol);
  const survey = surveyPool(input);
  const conversation = readConversation(input, survey);
  if (input.requested !== null) return takeRequested(input, input.requested, survey, conversation);
  if (conversation.kind === "kept") return keepConversation(input, survey, conversation);
  return pickAutomatically(input, survey, conversation);
}

/** Returns every number of the pool and why it could or could not carry the message: what is told of a send that finds no sender. */
export function considerPool(input: ChoiceInput): Candidate[] {
  const { standings } = surveyPool(input);
  return input.numbers.map(({ address }, index) => considerAlone(address, standings[index] ?? "able"));
}

function takeRequested(input: ChoiceInput, requested: string, survey: Survey, conversation: Conversation): Choice {
  const number = findRequested(input, requested);
  if (number === null) {
    const numbers = input.numbers.slice(0, maxListed).map(({ address }) => address);
    return fail("from_number_not_owned", undefined, { numbers, totalNumbers: input.numbers.length });
  }
  const obstacle = findObstacle(number, input);
  if (obstacle !== null) return refuseRequested(number, obstacle, input);
  const told: Told = {
    chosen: number,
    reason: "requested",
    why: "the request asked for it",
    whyNot: () => "the request asked for another",
    notes: [
      input.unhealthy.has(number.address) ? `${number.address} is unhealthy.` : null,
      accountNote(input, number, "it waits until that is mended"),
    ],
  };
  return settle(input, survey, told, { rotation: null, ...movesTo(input, conversation) });
}

function accountNote(input: ChoiceInput, { address, accountId, channel }: SenderNumber, but: string): string | null {
  const hold = input.accountHold(accountId);
  if (hold === null) return null;
  if (hold === "account_spent") return `${address}'s account has used up its messages of 24 hours: ${but}.`;
  return channel === "imessage"
    ? `The Mac of ${address} refuses the password: ${but}.`
    : `Twilio refuses ${address}'s account: ${but}.`;
}

function findRequested(input: ChoiceInput, requested: string): SenderNumber | null {
  const named = input.numbers.filter(({ address }) => address === requested || bareNumber(address) === requested);
  return named.find(({ channel }) => channel === input.recipient.channel) ?? named[0] ?? null;
}

function keepConversation(
  input: ChoiceInput,
  survey: Survey,
  conversation: Extract<Conversation, { kind: "kept" }>,
): Choice {
  const { number, reason } = conversation;
  const obstacle = findObstacle(number, input);
  if (obstacle !== null) return refuseRequested(number, obstacle, input);
  const told: Told = {
    chosen: number,
    reason,
    why: reason === "sticky" ? "the contact's conversation is on it" : "the contact wrote to it last",
    whyNot: () => "the contact's conversation is on another",
    notes: [
      input.unhealthy.has(number.address) ? "Unhealthy, but no healthy number can send this message." : null,
      accountNote(input, number, "no better number can send this message"),
    ],
  };
  const stick = !holds(input) || input.sticky.number !== number.address;
  return settle(input, survey, told, { rotation: null, stick, handover: false });
}

function pickAutomatically(input: ChoiceInput, survey: Survey, conversation: Conversation): Choice {
  const { numbers, rotation, recipient, proximity, placeOf, queueDepth } = input;
  const view = {
    strategy: input.selection.strategy,
    pool: numbers,
    rotation,
    recipient,
    proximity,
    placeOf,
    queueDepth,
  };
  const pick = pickByStrategy(survey.best, view);
  if (pick === null) return explainNoSender(numbers, input);
  const told: Told = {
    chosen: pick.number,
    reason: input.selection.strategy,
    why: pick.why,
    whyNot: pick.whyNot,
    notes: [
      conversationNote(conversation),
      input.unhealthy.has(pick.number.address) ? "Unhealthy, but no better number can send this message." : null,
      accountNote(input, pick.number, "no other number can send this message"),
    ],
  };
  return settle(input, survey, told, { rotation: pick.rotation, ...movesTo(input, conversation) });
}

function movesTo(input: ChoiceInput, conversation: Conversation): { stick: boolean; handover: boolean } {
  const moves = conversation.kind === "none" || conversation.kind === "out";
  return { stick: input.selection.sticky && moves, handover: conversation.kind === "out" };
}

function settle(
  input: ChoiceInput,
  survey: Survey,
  told: Told,
  effects: { rotation: RotationChange | null; stick: boolean; handover: boolean },
): Choice {
  const trace = traceOf(input.numbers, survey, told, input.explain ?? "compact");
  return { ok: true, number: told.chosen, trace, ...effects };
}
