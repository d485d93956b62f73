import type { SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { lineHeads } from "../ledger/agenda.ts";
import { type Block, kindOf, nextWaiting } from "../ledger/campaign-people.ts";
import { type Campaign, liveCampaigns, saveCampaign } from "../ledger/campaigns.ts";
import { nextSlot } from "../numbers/pace.ts";
import { dispatch } from "../sending/dispatch.ts";
import { isFullForCampaigns } from "../sending/places.ts";
import type { Feeding } from "../surroundings.ts";
import { answersUntil, closeAsked } from "./asking.ts";
import { type Reading, readingOf } from "./judge.ts";
import { hasRoom, take } from "./take.ts";
import { enterPart, feedingOf, leaveBlock, nextBlock, soonest } from "./walk.ts";

/** So many people are looked at for one message, before others have their turn. */
const looksAtMost = 32;
const timerHorizonMs = 30_000;
/** How soon a campaign looks on that has not found anybody yet who may be written to now, looks again, or is held by something without a time. */
const againMs = { next: 200, soon: 1_000, held: 60_000 };

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
    desk.clock.arm(desk.now() + againMs.held);
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
    if (Math.max(feeding.at, feeding.paceAt) > desk.now()) continue;
    if (!roomOf(desk).some((number) => hasRoom(desk, number))) continue;
    moved = feedOne(desk, campaign, feeding) || moved;
  }
  return moved;
}

function roomOf(desk: Desk): readonly SenderNumber[] {
  return desk.snapshot.numbers.filter(({ isActive }) => isActive);
}

/**
 * Takes the next person who may be written to, from where the campaign stands in its list on: whoever has to wait is passed over, so that those behind them do not wait with them.
 */
function feedOne(desk: Desk, campaign: Campaign, feeding: Feeding): boolean {
  const reading = readingOf(campaign);
  feeding.heldBy = null;
  for (let left = looksAtMost; left > 0; ) {
    const block = nextBlock(desk, campaign, feeding);
    if (block === null) return endRound(desk, campaign, feeding);
    const { verdict, looks } = lookThrough(desk, reading, block, left);
    if (verdict !== null) return verdict === "taken";
    left -= looks;
  }
  feeding.at = desk.now() + againMs.next;
  return false;
}

type Looked = { verdict: "taken" | "held" | null; looks: number };

/** Looks at `most` people of a block at the most, until one is taken or the campaign is held. */
function lookThrough(desk: Desk, reading: Reading, block: Block, most: number): Looked {
  const feeding = feedingOf(desk, reading.campaign);
  let looks = 0;
  for (; feeding.place < block.states.length; feeding.place += 1) {
    if (kindOf(block.states[feeding.place] ?? 0) !== "waiting") continue;
    if (looks === most) return { verdict: null, looks };
    looks += 1;
    const verdict = take(desk, reading, block, feeding);
    if (verdict === "taken") feeding.place += 1;
    if (typeof verdict === "string") return { verdict, looks };
    feeding.passed = soonest([...(feeding.passed === null ? [] : [feeding.passed]), verdict]);
  }
  leaveBlock(feeding);
  return { verdict: null, looks };
}

/** At the end of the list everybody who waits was passed over: it begins anew when the first of them may be written to. */
function endRound(desk: Desk, campaign: Campaign, feeding: Feeding): boolean {
  if (nextWaiting(desk.sql, campaign.n, feeding.first) === null) return endList(desk, campaign, feeding);
  const next = soonest(feeding.rests.values());
  enterPart(feeding, feeding.first);
  feeding.at = Math.max(next?.until ?? 0, desk.now() + againMs.next);
  if (next?.why != null && next.until > desk.now()) feeding.heldBy = { ...next.why, until: next.until };
  return false;
}

/** Nobody waits any more: it is completed, or stays until answers to its last question count no longer. */
function endList(desk: Desk, campaign: Campaign, feeding: Feeding): boolean {
  const until = answersUntil(desk, campaign);
  if (until === null) complete(desk, campaign);
  else if (until <= desk.now()) closeAsked(desk, campaign);
  else {
    Object.assign(feeding, { at: until, heldBy: { ...awaiting, until } });
    return false;
  }
  return true;
}

const awaiting = {
  code: "awaiting_answers",
  message: "Everybody who is left was asked and has not answered.",
} as const;

function complete(desk: Desk, campaign: Campaign): void {
  desk.transact(() => saveCampaign(desk.sql, { ...campaign, state: "completed", endedAt: desk.now() }));
  desk.feeding.delete(campaign.n);
}

/** What is full goes on when something has left: then no timer is needed, and the alarm stands behind it. */
function wakeForNext(desk: Desk): void {
  const at = nextFeedAt(desk);
  if (at === null) return;
  desk.clock.arm(Math.max(at, desk.now() + againMs.soon));
  if (at > desk.now() && at - desk.now() <= timerHorizonMs) desk.clock.setTimer(at, () => dispatch(desk));
}

/** Returns when a campaign may go on, or null: what is full goes on when something has left, and a paused key with the directory's word. */
export function nextFeedAt(desk: Desk): number | null {
  const live = liveCampaigns(desk.sql);
  if (live.length === 0 || desk.snapshot.apiKey.status !== "active") return null;
  const now = desk.now();
  const slots = roomOf(desk).map((number) => Math.max(nextSlot(desk, number), now));
  const free = slots.length === 0 ? now + againMs.held : Math.min(...slots);
  const times = live.map((campaign) =>
    campaign.state === "scheduled"
      ? (campaign.startAt ?? now)
      : Math.max(feedingOf(desk, campaign).at, feedingOf(desk, campaign).paceAt, free),
  );
  return Math.min(...times);
}
