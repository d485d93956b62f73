import { type Failure, type FailureCode, fail } from "../../domain/failure.ts";
import type { SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { lineHeads } from "../ledger/agenda.ts";
import { type Block, readBlocks, saveStates } from "../ledger/campaign-people.ts";
import { type Campaign, liveCampaigns, saveCampaign } from "../ledger/campaigns.ts";
import { nextSlot } from "../numbers/pace.ts";
import { type Accepted, acceptDecided } from "../sending/accept.ts";
import { isChatBusy, isHeldUp } from "../sending/at-once.ts";
import { addressDrafts, decideSend } from "../sending/decide.ts";
import { dispatch } from "../sending/dispatch.ts";
import { isFullForCampaigns } from "../sending/places.ts";
import type { Feeding } from "../surroundings.ts";
import { waitingOf } from "./audience.ts";
import { draftFor, type Reading, readingOf } from "./judge.ts";
import { idOf } from "./keep.ts";

/** Blocks that may be open at once: whoever waits for a number of their own does not keep those behind them. */
const openBlocks = 4;
/** So many people are looked at for one message, before others have their turn. */
const looksAtMost = 32;
/** How soon a campaign looks again that found nobody who may be written to now, or is held by something without a time. */
const timerHorizonMs = 30_000;
const againMs = { soon: 1_000, held: 60_000 };

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

/**
 * Lets the campaigns fill the room that is left: writes their next messages where each can leave now, one of each campaign in turn. Returns whether any of them waits in the
 * agenda. Never throws.
 */
export function feedCampaigns(desk: Desk): boolean {
  try {
    if (desk.snapshot.apiKey.status !== "active" || liveCampaigns(desk.sql).length === 0) return false;
    startDue(desk);
    let hasMoved = false;
    while (feedRound(desk)) hasMoved = true;
    wakeForNext(desk);
    return hasMoved && hasDue(desk);
  } catch (error) {
    desk.outside.log({ level: "error", event: "campaign_failed", error: String(error) });
    desk.arm(desk.now() + againMs.held);
    return false;
  }
}

function hasDue(desk: Desk): boolean {
  const [first] = lineHeads(desk.sql);
  return first !== undefined && first.due_at <= desk.now();
}

function startDue(desk: Desk): void {
  for (const campaign of liveCampaigns(desk.sql)) {
    if (campaign.state !== "scheduled" || (campaign.startAt ?? 0) > desk.now()) continue;
    desk.transact(() => saveCampaign(desk.sql, { ...campaign, state: "running", startedAt: desk.now() }));
  }
}

/** One message of each running campaign; says whether any was written or struck off. */
function feedRound(desk: Desk): boolean {
  let moved = false;
  for (const campaign of liveCampaigns(desk.sql)) {
    if (campaign.state !== "running" || isFullForCampaigns(desk)) continue;
    const feeding = feedingOf(desk, campaign);
    if (feeding.at > desk.now()) continue;
    if (!roomOf(desk).some((number) => hasRoom(desk, number))) continue;
    moved = feedOne(desk, campaign, feeding) || moved;
  }
  return moved;
}

function feedingOf(desk: Desk, { n }: Campaign): Feeding {
  const known = desk.feeding.get(n) ?? { part: 0, place: 0, at: 0, asleep: 0, heldBy: null };
  desk.feeding.set(n, known);
  return known;
}

function roomOf(desk: Desk): readonly SenderNumber[] {
  return desk.snapshot.numbers.filter(({ isActive }) => isActive);
}

/** Says whether a message of a number could leave now without a wait, and without one that waits for it. */
function hasRoom(desk: Desk, number: SenderNumber): boolean {
  if (desk.findAccount(number.accountId)?.refused !== false || isHeldUp(desk, number.accountId)) return false;
  const head = lineHeads(desk.sql).find((line) => line.number === number.address);
  return (head === undefined || head.due_at > desk.now()) && nextSlot(desk, number) <= desk.now();
}

function feedOne(desk: Desk, campaign: Campaign, feeding: Feeding): boolean {
  const blocks = readBlocks(desk.sql, campaign.n, feeding.part, openBlocks, true);
  const [first] = blocks;
  if (first === undefined) {
    complete(desk, campaign);
    return true;
  }
  feeding.part = first.part;
  feeding.heldBy = null;
  const waiting = blocks.flatMap((block) => waitingOf(block).map((one) => ({ ...one, block })));
  const reading = readingOf(campaign);
  const looks = Math.min(waiting.length, looksAtMost);
  const passed: Passed[] = [];
  for (let look = 0; look < looks; look += 1) {
    const next = waiting[(feeding.place + look) % waiting.length];
    if (next === undefined) continue;
    const verdict = take(desk, reading, next, feeding);
    if (typeof verdict === "string") {
      feeding.place += look;
      feeding.asleep = 0;
      return verdict === "taken";
    }
    passed.push(verdict);
  }
  feeding.place = waiting.length === 0 ? 0 : (feeding.place + looks) % waiting.length;
  feeding.at = Math.max(feeding.at, againAt(desk, feeding, passed, waiting.length));
  return false;
}

/** Where it is night for everybody who waits in the open blocks, they are not asked again every second. */
function againAt(desk: Desk, feeding: Feeding, passed: readonly Passed[], waiting: number): number {
  feeding.asleep = passed.every(({ isAsleep }) => isAsleep === true) ? feeding.asleep + passed.length : 0;
  const areAllAsleep = passed.length > 0 && feeding.asleep >= waiting;
  if (areAllAsleep) feeding.asleep = 0;
  const times = passed.map(({ until }) => until).filter((until) => until > desk.now());
  return Math.min(desk.now() + (areAllAsleep ? againMs.held : againMs.soon), ...times);
}

/** Somebody who is passed over until then: their number may not send before, or it is night where they are. */
type Passed = { until: number; isAsleep?: boolean };
type Waiting = { person: Block["people"][number]; at: number; block: Block };

/** Takes one person or strikes them off for good, holds the campaign, or passes them over until their number may send again. */
function take(
  desk: Desk,
  reading: Reading,
  { person, at, block }: Waiting,
  feeding: Feeding,
): "taken" | "held" | Passed {
  const settle = (state: string | number) => {
    block.states[at] = state;
    saveStates(desk.sql, block.id, block.states, desk.now());
  };
  const decision = decide(desk, reading, person);
  if (!decision.ok) {
    if (passing.includes(decision.failure.code)) return hold(desk, feeding, decision.failure);
    desk.transact(() => settle(decision.failure.code));
    return "taken";
  }
  const [draft] = decision.drafts;
  const { number } = decision.choice;
  if (draft?.quietUntil !== undefined) return { until: draft.quietUntil, isAsleep: true };
  if (!hasRoom(desk, number) || (draft !== undefined && isChatBusy(desk, draft.to)))
    return { until: nextSlot(desk, number) };
  acceptDecided(desk, decision, { listed: { block: block.id, note: settle } });
  const { pacePerMinute } = reading.campaign;
  if (pacePerMinute !== null) feeding.at = desk.now() + 60_000 / pacePerMinute;
  return "taken";
}

function decide(desk: Desk, reading: Reading, person: Waiting["person"]): Accepted | { ok: false; failure: Failure } {
  const draft = draftFor(reading, person, idOf(desk, reading.campaign.n));
  if (draft === null) return fail("missing_content");
  const addressed = addressDrafts(desk, [draft]);
  if (!addressed.ok) return addressed;
  const [first] = addressed.value;
  return first === undefined ? fail("missing_content") : decideSend(desk, [first]);
}

function hold(desk: Desk, feeding: Feeding, failure: Failure): "held" {
  const wait = failure.retryAfterSeconds === undefined ? null : failure.retryAfterSeconds * 1000;
  feeding.at = desk.now() + Math.min(wait ?? againMs.held, againMs.held);
  feeding.heldBy = { failure, until: wait === null ? null : desk.now() + wait };
  return "held";
}

function complete(desk: Desk, campaign: Campaign): void {
  desk.transact(() => saveCampaign(desk.sql, { ...campaign, state: "completed", endedAt: desk.now() }));
  desk.feeding.delete(campaign.n);
}

/** What is full goes on when something has left: then no timer is needed, and the alarm stands behind it. */
function wakeForNext(desk: Desk): void {
  const at = nextFeedAt(desk);
  if (at === null) return;
  desk.arm(Math.max(at, desk.now() + againMs.soon));
  if (at > desk.now() && at - desk.now() <= timerHorizonMs) desk.setTimer(at, () => dispatch(desk));
}

/** Returns when a campaign may go on, or null: what is full goes on when something has left, and a paused key with the directory's word. */
export function nextFeedAt(desk: Desk): number | null {
  const live = liveCampaigns(desk.sql);
  if (live.length === 0 || desk.snapshot.apiKey.status !== "active") return null;
  const now = desk.now();
  const slots = roomOf(desk).map((number) => Math.max(nextSlot(desk, number), now));
  const free = slots.length === 0 ? now + againMs.held : Math.min(...slots);
  const times = live.map((campaign) =>
    campaign.state === "scheduled" ? (campaign.startAt ?? now) : Math.max(feedingOf(desk, campaign).at, free),
  );
  return Math.min(...times);
}
