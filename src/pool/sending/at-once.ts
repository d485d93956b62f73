import type { Carrier } from "../../carriers/carrier.ts";
import { type Draft, leavesAt } from "../../domain/message.ts";
import type { Account, SenderNumber } from "../../domain/snapshot.ts";
import { type Desk, notedEvery } from "../desk.ts";
import { isLineEmpty, lineHeads, lineUp } from "../ledger/agenda.ts";
import { readMark, saveMark } from "../ledger/marks.ts";
import type { MessageRow } from "../ledger/message-row.ts";
import { chatWaits, interruptedSince } from "../ledger/standing.ts";
import { restingNumbers } from "../numbers/pace.ts";
import { crowdedAccounts, isFull } from "./places.ts";

/** What a message needs to leave in the very transaction that accepts it. */
export type Ready = { account: Account; carrier: Carrier; poolReference: string };

/**
 * Returns what a message needs to leave as it is accepted, or null where it has to wait its turn: a time, a place, its number, its account or its chat stands in
 * the way, or a secret has still to be opened.
 */
export function readyToLeave(desk: Desk, draft: Draft, number: SenderNumber): Ready | null {
  if (leavesAt(draft) !== null || desk.snapshot.apiKey.status !== "active" || isFull(desk)) return null;
  if (!number.isActive || !isLineEmpty(desk.sql, number.address) || restingNumbers(desk).has(number.address))
    return null;
  // A Mac is asked where it stands before each message.
  if (number.channel === "imessage") return null;
  const account = desk.findAccount(number.accountId);
  if (account === null || account.refused || isHeldUp(desk, account.id) || isChatBusy(desk, draft.to)) return null;
  if (!account.sandbox && desk.addresses.current === null) return null;
  const opened = desk.outside.atHand(account);
  return opened === null ? null : { account, ...opened };
}

/** Says whether nothing may leave from an account now: it was told to wait, or has no place left. */
export function isHeldUp(desk: Desk, account: string): boolean {
  return (desk.accountRests.get(account)?.until ?? 0) > desk.now() || crowdedAccounts(desk).includes(account);
}

/** Says whether a message would have to wait for another of its chat: it never overtakes an earlier one. Where nothing waits in the whole pool, nothing has to be asked. */
export function isChatBusy(desk: Desk, chat: string): boolean {
  for (const leaving of desk.leaving.values()) if (leaving.chat === chat) return true;
  return lineHeads(desk.sql).length > 0 && chatWaits(desk.sql, chat, desk.now());
}

/** Returns the messages that were leaving as they were accepted when the object went away; call once when it wakes, before anything leaves. */
export function findInterrupted(desk: Desk): MessageRow[] {
  const { rows, lookedAt } = interruptedSince(desk.sql, readMark(desk.sql, "leaving_from") ?? 0);
  if (lookedAt >= notedEvery) {
    lineUp(desk.sql);
    saveMark(desk.sql, "leaving_from", Math.min(desk.nextSequence(), ...rows.map(({ seq }) => seq)));
  }
  return rows;
}
