import type { Desk } from "../desk.ts";
import { endLeaving, strike } from "../ledger/agenda.ts";
import { strikeLook } from "../ledger/looks.ts";
import type { MessageRow } from "../ledger/message-row.ts";

/** Strikes a message from the agenda: it has left, or will never leave; one whose outcome was unknown, from what is looked for. */
export function finish(desk: Desk, row: MessageRow, dueAt: number | null): void {
  if (dueAt === null) return;
  if (row.outcome_unknown === 1) {
    strikeLook(desk.sql, { account: row.account, due_at: dueAt, seq: row.seq, kind: "lost" });
    return;
  }
  const struck = row.status === "sending" ? endLeaving(desk.sql, row.seq, dueAt) : strike(desk.sql, row, dueAt);
  if (struck) desk.countWaiting(row.number, -1);
}
