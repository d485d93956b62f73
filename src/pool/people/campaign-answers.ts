import { countedForMs } from "../../domain/campaigns/campaign.ts";
import { answerCountsUntil, type Confirm, isYes } from "../../domain/campaigns/confirm.ts";
import { rowId } from "../../domain/ids.ts";
import type { Desk } from "../desk.ts";
import {
  campaignOfBlock,
  kindOf,
  messagesOf,
  type PersonState,
  partOfBlock,
  readBlocks,
  saveStates,
} from "../ledger/campaign-people.ts";
import { type Campaign, findCampaign, hasCampaigns } from "../ledger/campaigns.ts";
import { type Detail, type MessageRow, updateMessage } from "../ledger/messages.ts";
import { insertOptIn } from "../ledger/opt-ins.ts";
import { lastOutbound } from "../ledger/standing.ts";

/** What a person said: that they want no more, or anything else; `seq` is its message, null where that is not kept. */
export type Said = { kind: "reply" | "stop"; text: string | null; seq: number | null };

/**
 * Notes in the campaign's message that it answers what a person said, or that they opted out on it, in the caller's transaction: once each, and nothing in a pool without campaigns.
 * A yes to the campaign's question is kept as their opt-in, and lets the campaign's own message follow.
 */
export function noteAnswer(desk: Desk, chat: string, said: Said): void {
  if (!hasCampaigns(desk.sql)) return;
  const row = lastOutbound(desk.sql, chat);
  if (row === null || row.block === null) return;
  answerQuestion(desk, row, row.block, said);
  if (row.created_at < desk.now() - countedForMs) return;
  const detail = JSON.parse(row.detail) as Detail;
  const noted: Detail =
    said.kind === "stop"
      ? { ...detail, optedOutAt: detail.optedOutAt ?? desk.now() }
      : { ...detail, repliedAt: detail.repliedAt ?? desk.now() };
  const changed = JSON.stringify(noted);
  if (changed !== row.detail) updateMessage(desk.sql, row.seq, { detail: changed });
}

/** Only the last thing that was said to a person can be what they say yes to. */
function answerQuestion(desk: Desk, question: MessageRow, blockOfPerson: number, said: Said): void {
  const campaign = findCampaign(desk.sql, campaignOfBlock(blockOfPerson));
  if (campaign?.confirm == null) return;
  const part = partOfBlock(blockOfPerson);
  const [block] = readBlocks(desk.sql, campaign.n, part, 1);
  const isAsked = (state: PersonState) => kindOf(state) === "asked" && messagesOf(state).at(-1) === question.seq;
  const place = block?.states.findIndex(isAsked) ?? -1;
  if (block === undefined || place < 0) return;
  const answered = judgeAnswer(desk, campaign.confirm, question, said);
  if (answered === null) return;
  if (answered === "yes") keepYes(desk, campaign, question, said);
  block.states[place] = answered === "yes" ? String(block.states[place]).replace("?", "!") : "recipient_opted_out";
  saveStates(desk.sql, block.id, block.states, desk.now());
  lookFirst(desk, campaign.n, part);
  desk.arm(desk.now());
}

/** Has a campaign look at a part of its list before all others: somebody in it waits now. */
function lookFirst(desk: Desk, n: number, part: number): void {
  const feeding = desk.feeding.get(n);
  if (feeding === undefined) return;
  feeding.rests.delete(part);
  const first = Math.min(feeding.first, part);
  Object.assign(feeding, { first, part, place: 0, passed: null, at: 0, heldBy: null });
}

function judgeAnswer(desk: Desk, confirm: Confirm, question: MessageRow, { kind, text }: Said): "yes" | "stop" | null {
  if (kind === "stop") return "stop";
  const isInTime = answerCountsUntil(confirm, question.created_at) >= desk.now();
  return isInTime && isYes(text, confirm.words) ? "yes" : null;
}

function keepYes(desk: Desk, campaign: Campaign, question: MessageRow, { text, seq }: Said): void {
  const now = desk.now();
  const proof = {
    campaignId: rowId("cmp", campaign.n, desk.tag),
    answer: text ?? "",
    questionMessageId: rowId("msg", question.seq, desk.tag),
    ...(seq === null ? {} : { answerMessageId: rowId("msg", seq, desk.tag) }),
  };
  insertOptIn(desk.sql, question.chat, desk.nextSequence(), {
    agreedAt: now,
    source: `Answer to the campaign "${campaign.name}"`,
    words: question.text,
    recordedAt: now,
    recordedBy: "reply",
    proof,
  });
}
