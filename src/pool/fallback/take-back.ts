import type { Desk } from "../desk.ts";
import { blockId } from "../ledger/campaign-people.ts";
import { handedOfBlocks, isStillHere, recallBlocks, strikeHanded } from "../ledger/handed.ts";
import type { MessageRow } from "../ledger/message-row.ts";
import { endMessage } from "../settling/settle.ts";
import { askToCarry } from "./news.ts";

/** Says whether a message that goes another way can still be cancelled: no other key was asked for it, and nobody was told that it was sent. */
export function mayTakeBack(desk: Desk, { seq, sent_at }: MessageRow): boolean {
  return sent_at === null && isStillHere(desk.sql, seq);
}

/** Cancels a message that is to be handed to another key, in the caller's transaction. */
export function takeBack(desk: Desk, row: MessageRow): void {
  endMessage(desk, row, { status: "cancelled" });
  strikeHanded(desk.sql, row.seq);
}

/** Takes back what a campaign has still to hand to another key, and calls back what that one holds, in the caller's transaction. */
export function takeBackCampaign(desk: Desk, n: number): void {
  const [from, upTo] = [blockId(n, 0), blockId(n + 1, 0)] as const;
  for (const row of handedOfBlocks(desk.sql, from, upTo)) if (row.sent_at === null) takeBack(desk, row);
  if (recallBlocks(desk.sql, from, upTo, desk.now())) askToCarry(desk);
}
