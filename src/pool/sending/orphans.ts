import type { Desk } from "../desk.ts";
import { lineHeads, sharpenLine } from "../ledger/agenda.ts";
import type { MessageRow } from "../ledger/message-row.ts";
import { messagesWaitingOn } from "../ledger/pace.ts";
import { noteRefused } from "../settling/settle.ts";

/** Ends a waiting message that can leave no more, because its account was disconnected or its number left the pool; answers whether it did. */
export function refuseOrphan(desk: Desk, row: MessageRow): boolean {
  if (desk.findAccount(row.account) !== null && desk.findNumber(row.number) !== null) return false;
  desk.transact(() => refuse(desk, row));
  return true;
}

/** Ends at most `limit` of what waits on numbers that the snapshot does not have: nothing leaves from them meanwhile. */
export function endOrphans(desk: Desk, limit: number): void {
  for (const number of orphanedNumbers(desk)) {
    desk.transact(() => {
      for (const row of messagesWaitingOn(desk.sql, number, limit)) refuse(desk, row);
    });
    sharpenLine(desk.sql, number);
    desk.bookedUntil.delete(number);
  }
}

/** Says whether anything waits on a number that the snapshot does not have. */
export function hasOrphans(desk: Desk): boolean {
  return orphanedNumbers(desk).some((number) => messagesWaitingOn(desk.sql, number, 1).length > 0);
}

function orphanedNumbers(desk: Desk): string[] {
  const numbers = lineHeads(desk.sql).map(({ number }) => number);
  return numbers.filter((number) => desk.findNumber(number) === null);
}

function refuse(desk: Desk, row: MessageRow): void {
  if (desk.findAccount(row.account) === null) {
    noteRefused(desk, row, "account_removed", "The account of this number was removed.");
  } else noteRefused(desk, row, "number_removed", "The number left this API key before the message left.");
}
