import type { MacAccount } from "../../carriers/bluebubbles/account.ts";
import { rowId, sequenceAt } from "../../domain/ids.ts";
import type { Account } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { type OpenSlice, openMs, openOfAccount } from "../ledger/line-rows.ts";
import { readMark, saveMark } from "../ledger/marks.ts";
import { oneByOne } from "../one-by-one.ts";
import { applyReport } from "../settling/report.ts";

/**
 * Asks in one call how an account's open messages stand: failures are announced by nobody, and people read days later. Each look takes the pool's newest slice and one
 * further slice of the last three days, a step deeper each time and then from the top again: so all are asked about, the newest always.
 */
export async function askStates(desk: Desk, account: Account, mac: MacAccount): Promise<void> {
  const above = sequenceAt(desk.now() - openMs);
  const newest = openOfAccount(desk.sql, account.id, { above, below: Number.MAX_SAFE_INTEGER });
  const older = nextSlice(desk, account.id, { above, from: newest.goesOnBelow });
  const open = [...newest.open, ...(older?.open ?? [])];
  const states = open.length === 0 ? null : await mac.states(open.map(({ sid }) => sid));
  desk.transact(() => {
    const failed = oneByOne(desk, open, ({ seq, sid }) => {
      const state = states?.get(sid);
      if (state !== undefined) applyReport(desk, seq, state);
    });
    for (const { item, error } of failed)
      desk.outside.log({
        level: "error",
        event: "state_failed",
        message_id: rowId("msg", item.seq, desk.tag),
        error: String(error),
      });
    noteAsked(desk, account.id, older);
  });
}

/** Where everything stands in the newest slice there is no other. */
function nextSlice(
  desk: Desk,
  account: string,
  { above, from }: { above: number; from: number | null },
): OpenSlice | null {
  if (from === null) return null;
  const asked = readMark(desk.sql, markOf(account)) ?? from;
  const below = asked > above && asked < from ? asked : from;
  return openOfAccount(desk.sql, account, { above, below });
}

/** The walk goes on from here with the next look; at its end it begins anew. */
function noteAsked(desk: Desk, account: string, slice: OpenSlice | null): void {
  if (slice === null) return;
  const next = slice.goesOnBelow ?? 0;
  if (readMark(desk.sql, markOf(account)) !== next) saveMark(desk.sql, markOf(account), next);
}

function markOf(account: string): `asked_${string}` {
  return `asked_${account}`;
}
