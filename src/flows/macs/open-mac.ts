import type { MacAccount } from "../../carriers/bluebubbles/account.ts";
import type { Refusal } from "../../carriers/carrier.ts";
import type { AccountRow } from "../../directory/accounts.ts";
import { listNumbers } from "../../directory/numbers.ts";
import { fail } from "../../domain/failure.ts";
import type { MacFacts } from "../../domain/line.ts";
import type { Deps } from "../deps.ts";
import { openSecret } from "../secrets.ts";

/** Opens a Mac that is connected, with the lines that are registered on it. */
export async function openMac(deps: Deps, row: AccountRow): Promise<MacAccount> {
  const password = await openPassword(deps, row);
  const lines = (await listNumbers(deps.db, { accountId: row.id })).map(({ address }) => address);
  return openWith(deps, { url: row.url ?? "", password }, row.mac, lines);
}

/** Opens a Mac by a URL and a password that are not stored yet. */
export function openWith(
  deps: Deps,
  login: { url: string; password: string },
  facts: MacFacts | null = null,
  lines: string[] = [],
): MacAccount {
  const { activeAlias = null, aliases = [], capabilities = null, privateApi = null } = facts ?? {};
  const known = [...new Set([...aliases, ...lines])];
  return deps.mac({ ...login, lines: known, privateApi, activeAlias, capabilities, mayUseAppleScript: false });
}

/** Returns a Mac's password. */
export function openPassword(deps: Deps, row: AccountRow): Promise<string> {
  if (row.password === null) throw new Error("A Mac has no password.");
  return openSecret(deps, "twilio_accounts", row.id, "password", row.password);
}

/** Returns what a Mac's refusal to be looked at means to whoever connects it. */
export function readMacRefusal(refusal: Refusal): ReturnType<typeof fail> {
  if (refusal.code === "login_refused") return fail("bluebubbles_authentication_failed");
  return fail("bluebubbles_unreachable", `The Mac's server does not answer as it should: ${refusal.message}`);
}
