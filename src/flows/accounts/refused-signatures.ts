import { type AccountRow, addRefusedSignatures } from "../../directory/accounts.ts";
import type { Deps } from "../deps.ts";

/** Whoever knows an account's URL can be refused as often as he likes: the directory is written once in this time, whatever comes. */
const writeEveryMs = 60_000;
const warnedForMs = 7 * 24 * 60 * 60 * 1000;

/** Counts requests in an account's name that were refused, one unless more are given: in this isolate at once, in the directory at most once a minute. */
export async function noteRefused(
  deps: Deps,
  accountId: string,
  given: { count: number; at: number } = { count: 1, at: deps.now() },
): Promise<void> {
  const now = deps.now();
  const refused = deps.refusals.get(accountId) ?? { unwritten: 0, lastAt: 0, triedAt: 0 };
  deps.refusals.set(accountId, refused);
  refused.unwritten += given.count;
  refused.lastAt = Math.max(refused.lastAt, given.at);
  if (now - refused.triedAt < writeEveryMs) return;
  refused.triedAt = now;
  const count = refused.unwritten;
  if (await write(deps, accountId, { count, at: refused.lastAt })) refused.unwritten -= count;
}

/** A directory that cannot be written must not turn a refusal into a server error. */
async function write(deps: Deps, accountId: string, { count, at }: { count: number; at: number }): Promise<boolean> {
  try {
    return await addRefusedSignatures(deps.db, accountId, { count, at, unlessSince: deps.now() - writeEveryMs });
  } catch (error) {
    deps.log({ level: "warn", event: "refusals_unwritten", integration_id: accountId, count, error: String(error) });
    return false;
  }
}

/** Says in words that requests in an account's name were refused within the last seven days, and what to check; null when there were none. */
export function warnOfRefused(deps: Deps, account: AccountRow): string | null {
  const here = deps.refusals.get(account.id);
  const count = account.refusedSignatures + (here?.unwritten ?? 0);
  const lastAt = Math.max(account.lastRefusedSignatureAt ?? 0, here?.lastAt ?? 0);
  if (count === 0 || deps.now() - lastAt > warnedForMs) return null;
  const requests = count === 1 ? "At least 1 request" : `At least ${count} requests`;
  const last = new Date(lastAt).toISOString();
  return `${requests} in Twilio's name refused since the credentials were given, the last at ${last}: ${whatToCheck(deps, account)}`;
}

function whatToCheck(deps: Deps, { authToken }: AccountRow): string {
  const address = `that PUBLIC_URL (${deps.addresses.known().current ?? "not set"}) is the address Twilio calls, and that no proxy changes the URL`;
  return authToken === null
    ? `the secret in the URL did not hold. Import the numbers again, and check ${address}.`
    : `the signature did not hold. Check that the auth token is this account's, ${address}.`;
}
