import type { MacAccount } from "../../carriers/bluebubbles/account.ts";
import { sequenceAt } from "../../domain/ids.ts";
import type { Account } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { openMs, openOfAccount } from "../ledger/line-rows.ts";
import { applyReport } from "../settling/report.ts";

/** Asks in one call how an account's open messages stand: failures are announced by nobody, and people read days later. */
export async function askStates(desk: Desk, account: Account, mac: MacAccount): Promise<void> {
  const rows = openOfAccount(desk.sql, account.id, sequenceAt(desk.now() - openMs));
  const ids = rows.flatMap(({ sid }) => sid ?? []);
  if (ids.length === 0) return;
  const states = await mac.states(ids);
  desk.transact(() => {
    for (const { seq, sid } of rows) {
      const state = sid === null ? undefined : states.get(sid);
      if (state !== undefined) applyReport(desk, seq, state);
    }
  });
}
