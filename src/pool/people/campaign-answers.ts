import { countedForMs } from "../../domain/campaigns/campaign.ts";
import type { Desk } from "../desk.ts";
import { hasCampaigns } from "../ledger/campaigns.ts";
import { type Detail, updateMessage } from "../ledger/messages.ts";
import { lastOutbound } from "../ledger/standing.ts";

/** Notes in the campaign's message that it answers what a person said, or that they opted out on it, in the caller's transaction: once each, and nothing in a pool without campaigns. */
export function noteAnswer(desk: Desk, chat: string, said: "reply" | "stop"): void {
  if (!hasCampaigns(desk.sql)) return;
  const row = lastOutbound(desk.sql, chat);
  if (row === null || row.block === null || row.created_at < desk.now() - countedForMs) return;
  const detail = JSON.parse(row.detail) as Detail;
  const noted: Detail =
    said === "stop"
      ? { ...detail, optedOutAt: detail.optedOutAt ?? desk.now() }
      : { ...detail, repliedAt: detail.repliedAt ?? desk.now() };
  const changed = JSON.stringify(noted);
  if (changed !== row.detail) updateMessage(desk.sql, row.seq, { detail: changed });
}
