import type { Desk } from "../desk.ts";
import { blockId } from "../ledger/campaign-people.ts";
import { handedOfBlocks, isStillHere, recallBlocks, strikeHanded } from "../ledger/handed.ts";
import type { MessageRow } from "../ledger/message-row.ts";
import { messagesNamed } from "../ledger/standing.ts";
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

/** Takes back what a campaign has still to hand to another key, and calls back what that one holds, in the caller's transaction. Says whether any of it was not sent. */
export function takeBackCampaign(desk: Desk, n: number): boolean {
  const [from, upTo] = [blockId(n, 0), blockId(n + 1, 0)] as const;
  const here = handedOfBlocks(desk.sql, from, upTo).filter(({ sent_at }) => sent_at === null);
  for (const row of here) takeBack(desk, row);
  const elsewhere = recallBlocks(desk.sql, from, upTo, desk.now());
  if (elsewhere.length > 0) askToCarry(desk);
  return here.length > 0 || messagesNamed(desk.sql, elsewhere).some(({ sent_at }) => sent_at === null);
}
