import {
  type AccountRow,
  findMac,
  listDueMacs,
  noteChecked,
  noteMac,
  updateAccountAsSeen,
} from "../../directory/accounts.ts";
import type { MacFacts } from "../../domain/line.ts";
import { mayHaveMoved } from "../../domain/quick-tunnel.ts";
import type { Deps } from "../deps.ts";
import { publishOrganization } from "../publish.ts";
import { hangBell } from "./connect-mac.ts";
import { openMac } from "./open-mac.ts";

/** How often the cron looks at a Mac: at one that is amiss, and at one that is well. A helper is off for a while after every start of a Mac, so that is no lasting state. */
const lookAgainMs = { amiss: 60_000, well: 5 * 60_000 };
const macsPerRound = 5;

/** Looks at Macs in turn: what they can do, whether they answer, and that their bell leads here. */
export async function checkMacs(deps: Deps): Promise<void> {
  const now = deps.now();
  const before = { amiss: now - lookAgainMs.amiss, well: now - lookAgainMs.well };
  for (const row of await listDueMacs(deps.db, before, macsPerRound)) {
    await noteChecked(deps.db, row.id, now);
    await lookAgain(deps, row);
  }
}

/** Looks at one Mac and tells its pools what has changed. */
export async function lookAgain(deps: Deps, row: AccountRow): Promise<AccountRow> {
  const seen = await (await openMac(deps, row)).look();
  if (seen.ok) {
    const facts: MacFacts = { ...seen.value, offline: null, bellHung: row.mac?.bellHung ?? false };
    return hangBell(deps, await learn(deps, row, facts, null));
  }
  const isRefused = seen.refusal.code === "login_refused";
  if (row.mac === null) return row;
  const offline = row.mac.offline ?? { since: deps.now(), because: seen.refusal.message };
  return learn(deps, row, { ...row.mac, offline: isRefused ? null : offline }, isRefused ? seen.refusal.message : null);
}

/** A look that found nothing new is noted in the directory alone. */
async function learn(deps: Deps, row: AccountRow, mac: MacFacts, refusedBecause: string | null): Promise<AccountRow> {
  const status = refusedBecause === null ? "connected" : "unhealthy";
  const changed: AccountRow = { ...row, mac, status, statusReason: refusedBecause };
  if (row.mac !== null && status === row.status && sameFacts(row.mac, mac)) {
    await noteMac(deps.db, row, mac);
    return changed;
  }
  deps.log({ event: "mac_changed", integration_id: row.id, status, offline: mac.offline !== null });
  await updateAccountAsSeen(deps.db, row, { mac, status, statusReason: refusedBecause });
  await publishOrganization(deps, row.organizationId);
  return changed;
}

function sameFacts(left: MacFacts, right: MacFacts): boolean {
  const lasting = ({ checkedAt: _, clockAheadMs: __, ...rest }: MacFacts) =>
    JSON.stringify(rest, Object.keys(rest).sort());
  return lasting(left) === lasting(right) && JSON.stringify(left.capabilities) === JSON.stringify(right.capabilities);
}

/**
 * Follows a Mac whose tunnel has a new address: only where the one that is known answers no more, since whoever rings could name any, and the new one takes the
 * password.
 */
export async function followMac(deps: Deps, accountId: string, url: string): Promise<void> {
  const row = await findMac(deps.db, accountId);
  if (row === null || row.url === url || !mayHaveMoved(row.url ?? "", url)) return;
  const known = await openMac(deps, row);
  if ((await known.look()).ok) return;
  const moved = { ...row, url: new URL(url).origin };
  const seen = await (await openMac(deps, moved)).look();
  if (!seen.ok) return;
  deps.log({ event: "mac_moved", integration_id: accountId });
  const mac: MacFacts = { ...seen.value, offline: null, bellHung: row.mac?.bellHung ?? false };
  await updateAccountAsSeen(deps.db, row, { url: moved.url, mac, status: "connected", statusReason: null });
  await publishOrganization(deps, row.organizationId);
}
