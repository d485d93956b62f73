import type { CampaignNumbers } from "../../domain/campaigns/campaign.ts";
import type { Desk } from "../desk.ts";
import { keepTally, kindOf, messagesOf, readBlocks, readTallies } from "../ledger/campaign-people.ts";
import type { Campaign } from "../ledger/campaigns.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { messagesNamed } from "../ledger/standing.ts";

/** A block's count is kept when nobody of it was taken for so long: what changes later strikes it out again. */
const keptAfterMs = 60_000;

/** Returns the numbers of a campaign's messages: blocks that were counted before and have not changed are not counted again. */
export function countCampaign(desk: Desk, campaign: Campaign): CampaignNumbers {
  const sum = nothing();
  const counts = readTallies(desk.sql, campaign.n);
  desk.transact(() => {
    for (const { id, changedAt, tally } of counts) {
      const counted = tally ?? countBlock(desk, campaign.n, id);
      if (tally === null && changedAt + keptAfterMs <= desk.now()) keepTally(desk.sql, id, counted);
      addTo(sum, counted);
    }
  });
  return sum;
}

function nothing(): CampaignNumbers {
  return { statuses: {}, errors: {}, refusals: {}, parts: 0, clicked: 0, replied: 0, optedOut: 0 };
}

function countBlock(desk: Desk, n: number, id: number): CampaignNumbers {
  const count = nothing();
  const [block] = readBlocks(desk.sql, n, id % 4096, 1);
  const states = block?.states ?? [];
  for (const state of states) if (kindOf(state) === "refused") raise(count.refusals, String(state));
  const seqs = states.flatMap(messagesOf);
  for (const row of messagesNamed(desk.sql, seqs)) countMessage(count, row);
  return count;
}

function countMessage(count: CampaignNumbers, row: MessageRow): void {
  const { segments, clicks, repliedAt, optedOutAt } = JSON.parse(row.detail) as Detail;
  raise(count.statuses, row.status);
  if (row.error_code !== null) raise(count.errors, row.error_code);
  if (row.attempted_at !== null) count.parts += segments;
  if ((clicks?.human ?? 0) > 0) count.clicked += 1;
  if (repliedAt !== undefined) count.replied += 1;
  if (optedOutAt !== undefined) count.optedOut += 1;
}

function raise<K extends string>(counts: Partial<Record<K, number>>, name: K, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}

function addTo(sum: CampaignNumbers, one: CampaignNumbers): void {
  for (const [status, count] of Object.entries(one.statuses))
    raise(sum.statuses, status as MessageRow["status"], count);
  for (const [code, count] of Object.entries(one.errors)) raise(sum.errors, code, count);
  for (const [code, count] of Object.entries(one.refusals)) raise(sum.refusals, code, count);
  sum.parts += one.parts;
  sum.clicked += one.clicked;
  sum.replied += one.replied;
  sum.optedOut += one.optedOut;
}
