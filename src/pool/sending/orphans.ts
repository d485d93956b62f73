import type { Desk } from "../desk.ts";
import type { MessageRow } from "../ledger/messages.ts";
import { messagesWaitingOn } from "../ledger/pace.ts";
import { noteRefused } from "../settling/settle.ts";

/** Ends a waiting message that can leave no more, because its account was disconnected or its number left the pool; answers whether it did. */
export function refuseOrphan(desk: Desk, row: MessageRow): boolean {
  if (desk.findAccount(row.account) !== null && desk.findNumber(row.number) !== null) return false;
  desk.outside.storage.transactionSync(() => refuse(desk, row));
  return true;
}

/** Ends everything that waits on numbers which a new snapshot does not have: nothing leaves from a number after the pool has confirmed that it is gone. */
export function endOrphans(desk: Desk): void {
  for (const [number, depth] of desk.queueDepth) {
    if (depth === 0 || desk.findNumber(number) !== null) continue;
    desk.outside.storage.transactionSync(() => {
      for (const row of messagesWaitingOn(desk.sql, number)) refuse(desk, row);
    });
    desk.bookedUntil.delete(number);
  }
}

function refuse(desk: Desk, row: MessageRow): void {
  if (desk.findAccount(row.account) === null) {
    noteRefused(desk, row, "account_removed", "The Twilio account of this number was removed.");
  } else noteRefused(desk, row, "number_removed", "The number left this API key before the message left.");
}
