import { countedForMs } from "../../domain/campaigns/campaign.ts";
import { answerCountsUntil, isYes } from "../../domain/campaigns/confirm.ts";
import { readRowId, rowId } from "../../domain/ids.ts";
import type { Desk } from "../desk.ts";
import { carriedFor, tellAnswer } from "../fallback/reports.ts";
import {
  type Block,
  campaignOfBlock,
  messagesOf,
  partOfBlock,
  readBlocks,
  saveStates,
} from "../ledger/campaign-people.ts";
import { type Campaign, findCampaign, hasCampaigns } from "../ledger/campaigns.ts";
import { hasCarried } from "../ledger/carried.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { findMessage, updateMessage } from "../ledger/messages.ts";
import { insertOptIn, questionsAnswered } from "../ledger/opt-ins.ts";
import { lastOutbound } from "../ledger/standing.ts";

/** The clock of a line's Mac may be off by as much. */
const clockSlackMs = 60_000;

/**
 * What a person said and when (epoch milliseconds): that they want no more, that they do again, or anything else; `seq` is its message, null where that is not kept. `toAccount`: to an RCS agent that no
 * pool holds, which may speak for others too.
 */
export type Said = {
  kind: "reply" | "stop" | "start";
  text: string | null;
  seq: number | null;
  at: number;
  toAccount: boolean;
};

/**
 * Notes in the campaign's message that it answers what a person said, or that they opted out on it, in the caller's transaction: once each. To a message that is carried for another key that key hears it.
 * A yes to the campaign's question is kept as their opt-in, and lets the campaign's own message follow; a STOP takes back what has not been followed.
 */
export function noteAnswer(desk: Desk, chat: string, said: Said): void {
  if (!hasCampaigns(desk.sql) && !hasCarried(desk.sql)) return;
  if (said.kind === "stop") takeBack(desk, chat);
  const row = lastOutbound(desk.sql, chat);
  if (row === null || !isAbout(row, said)) return;
  const origin = carriedFor(row);
  if (origin !== null) tellAnswer(desk, row, origin, { kind: said.kind, text: said.text, at: said.at });
  if (row.block === null) return;
  if (said.kind !== "stop") hearYes(desk, row, said);
  if (row.created_at >= desk.now() - countedForMs) count(desk, row, said);
}

function count(desk: Desk, row: MessageRow, { kind }: Said): void {
  const detail = JSON.parse(row.detail) as Detail;
  const noted: Detail =
    kind === "stop"
      ? { ...detail, optedOutAt: detail.optedOutAt ?? desk.now() }
      : { ...detail, repliedAt: detail.repliedAt ?? desk.now() };
  const changed = JSON.stringify(noted);
  if (changed !== row.detail) updateMessage(desk.sql, row.seq, { detail: changed });
}

/** What was said before the message is no answer to it, nor what an agent was told that did not speak. */
function isAbout({ created_at, channel }: MessageRow, { kind, at, toAccount }: Said): boolean {
  return kind === "stop" || (at >= created_at - clockSlackMs && (!toAccount || channel === "rcs"));
}

type Asked = { campaign: Campaign; block: Block; place: number; state: string };

/** Returns where a campaign's question stands in its list until it has its end: asked (`?`), or said yes (`!`). */
function findAsked(desk: Desk, question: MessageRow | null): Asked | null {
  if (question === null || question.block === null) return null;
  const campaign = findCampaign(desk.sql, campaignOfBlock(question.block));
  if (campaign?.confirm == null) return null;
  const [block] = readBlocks(desk.sql, campaign.n, partOfBlock(question.block), 1);
  const place = block?.states.findIndex(
    (state) => /^[?!]/.test(String(state)) && messagesOf(state).at(-1) === question.seq,
  );
  if (block === undefined || place === undefined || place < 0) return null;
  return { campaign, block, place, state: String(block.states[place]) };
}

/** Only the last thing that was said to a person can be what they say yes to. */
function hearYes(desk: Desk, question: MessageRow, said: Said): void {
  const asked = findAsked(desk, question);
  if (asked?.campaign.confirm == null || !asked.state.startsWith("?")) return;
  const { confirm } = asked.campaign;
  if (answerCountsUntil(confirm, question.created_at) < said.at || !isYes(said.text, confirm.words)) return;
  keepYes(desk, asked.campaign, question, said);
  settle(desk, asked, asked.state.replace("?", "!"));
}

/** Who says STOP has agreed to nothing any more, whatever they were asked or said yes to: a START is no consent to a campaign. */
function takeBack(desk: Desk, chat: string): void {
  const answered = questionsAnswered(desk.sql, chat).map((id) =>
    findMessage(desk.sql, readRowId("msg", id, desk.tag) ?? -1),
  );
  for (const question of [lastOutbound(desk.sql, chat), ...answered]) {
    const asked = findAsked(desk, question);
    if (asked !== null) settle(desk, asked, "recipient_opted_out");
  }
}

function settle(desk: Desk, { campaign, block, place }: Asked, state: string): void {
  block.states[place] = state;
  saveStates(desk.sql, block.id, block.states, desk.now());
  lookFirst(desk, campaign.n, block.part);
  desk.clock.arm(desk.now());
}

/** Has a campaign look at a part of its list before all others: somebody in it waits now. */
function lookFirst(desk: Desk, n: number, part: number): void {
  const feeding = desk.feeding.get(n);
  if (feeding === undefined) return;
  feeding.rests.delete(part);
  const first = Math.min(feeding.first, part);
  Object.assign(feeding, { first, part, place: 0, passed: null, at: 0, heldBy: null });
}

function keepYes(desk: Desk, campaign: Campaign, question: MessageRow, { text, seq, at }: Said): void {
  const proof = {
    campaignId: rowId("cmp", campaign.n, desk.tag),
    answer: text ?? "",
    questionMessageId: rowId("msg", question.seq, desk.tag),
    ...(seq === null ? {} : { answerMessageId: rowId("msg", seq, desk.tag) }),
  };
  insertOptIn(desk.sql, question.chat, desk.nextSequence(), {
    agreedAt: Math.min(at, desk.now()),
    source: `Answer to the campaign "${campaign.name}"`,
    words: question.text,
    recordedAt: desk.now(),
    recordedBy: "reply",
    proof,
  });
}
