import { type Failure, type FailureCode, fail } from "../../domain/failure.ts";
import type { SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { lineHeads } from "../ledger/agenda.ts";
import { askedBy, type Block, type BlockPerson, saveStates, takenAs } from "../ledger/campaign-people.ts";
import { insertOptIn } from "../ledger/opt-ins.ts";
import { nextSlot } from "../numbers/pace.ts";
import { type Accepted, acceptDecided } from "../sending/accept.ts";
import { isChatBusy, isHeldUp } from "../sending/at-once.ts";
import { addressDrafts, decideSend } from "../sending/decide.ts";
import type { Feeding, PassedOver } from "../surroundings.ts";
import { agreedOf, draftFor, type Reading } from "./judge.ts";
import { idOf } from "./keep.ts";

/** What holds a campaign without a time is asked again after so long. */
const heldMs = 60_000;

/** Refusals that concern the key or its numbers and pass: nobody is struck off by them. */
const passing: readonly FailureCode[] = [
  "api_key_paused",
  "daily_cap_reached",
  "new_conversation_limit_reached",
  "rate_limited",
  "no_numbers_assigned",
  "no_active_number",
  "from_number_not_owned",
  "line_receives_only",
  "setup_incomplete",
  "master_key_missing",
];

/** Says whether a message of a number could leave now without a wait, and without one that waits for it. */
export function hasRoom(desk: Desk, number: SenderNumber): boolean {
  if (desk.findAccount(number.accountId)?.refused !== false || isHeldUp(desk, number.accountId)) return false;
  const head = lineHeads(desk.sql).find((line) => line.number === number.address);
  return (head === undefined || head.due_at > desk.now()) && nextSlot(desk, number) <= desk.now();
}

/** Takes the person at whose place the campaign stands or strikes them off for good, holds the campaign, or passes them over until they may be written to. */
export function take(desk: Desk, reading: Reading, block: Block, feeding: Feeding): "taken" | "held" | PassedOver {
  const { place } = feeding;
  const person = block.people[place];
  const settle = (state: string | number) => {
    block.states[place] = state;
    saveStates(desk.sql, block.id, block.states, desk.now());
  };
  const asks = reading.question !== null && block.states[place] === 0;
  const decision = person === undefined ? fail("missing_content") : decide(desk, reading, person, asks);
  if (person === undefined || !decision.ok) return heed(desk, feeding, failureOf(decision), settle);
  const [draft] = decision.drafts;
  const { number } = decision.choice;
  if (draft?.quietUntil !== undefined) return { until: draft.quietUntil, why: asleep };
  if (!hasRoom(desk, number) || (draft !== undefined && isChatBusy(desk, draft.to)))
    return { until: nextSlot(desk, number), why: null };
  const note = (seqs: readonly number[]) => {
    settle(asks ? askedBy(seqs) : takenAs(seqs));
    if (asks || reading.question === null) keepAgreed(desk, reading, person);
  };
  acceptDecided(desk, decision, { listed: { block: block.id, note } });
  const { pacePerMinute } = reading.campaign;
  if (pacePerMinute !== null) feeding.paceAt = desk.now() + 60_000 / pacePerMinute;
  return "taken";
}

const asleep = { code: "quiet_hours", message: "Everybody who is left has quiet hours." } as const;

function heed(
  desk: Desk,
  feeding: Feeding,
  failure: Failure,
  settle: (state: string) => void,
): "taken" | "held" | PassedOver {
  const { code, message, retryAfterSeconds } = failure;
  if (passing.includes(code) || isOfNewContacts(failure)) return hold(desk, feeding, failure);
  if (code === "send_limit_reached" && retryAfterSeconds !== undefined)
    return { until: desk.now() + retryAfterSeconds * 1000, why: { code, message } };
  desk.transact(() => settle(code));
  return "taken";
}

/** Where new contacts are used up, most of a list would be passed over: it waits as a whole. */
function isOfNewContacts({ code, context, retryAfterSeconds }: Failure): boolean {
  return code === "send_limit_reached" && context?.limit === "new_contacts_per_hour" && retryAfterSeconds !== undefined;
}

type Verdict = Accepted | { ok: false; failure: Failure };

function failureOf(verdict: Verdict): Failure {
  return verdict.ok ? fail("missing_content").failure : verdict.failure;
}

/** What the list says of their consent becomes the contact's with the first message. */
function keepAgreed(desk: Desk, { campaign }: Reading, person: BlockPerson): void {
  const agreed = agreedOf(desk, campaign, person);
  const [, , , chat] = person;
  if (agreed === null || agreed === "unreadable" || chat === null) return;
  const proof = { campaignId: idOf(desk, campaign.n) };
  const optIn = { ...agreed, recordedAt: desk.now(), recordedBy: "list" as const, proof };
  insertOptIn(desk.sql, chat, desk.nextSequence(), optIn);
}

function decide(desk: Desk, reading: Reading, person: BlockPerson, asks: boolean): Verdict {
  const draft = draftFor(reading, person, idOf(desk, reading.campaign.n), asks);
  if (draft === null) return fail("missing_content");
  const addressed = addressDrafts(desk, [draft]);
  if (!addressed.ok) return addressed;
  const [first] = addressed.value;
  return first === undefined ? fail("missing_content") : decideSend(desk, [first]);
}

function hold(desk: Desk, feeding: Feeding, failure: Failure): "held" {
  const wait = failure.retryAfterSeconds === undefined ? null : failure.retryAfterSeconds * 1000;
  feeding.at = desk.now() + Math.min(wait ?? heldMs, heldMs);
  const { code, message } = failure;
  feeding.heldBy = { code, message, until: wait === null ? null : desk.now() + wait };
  return "held";
}
