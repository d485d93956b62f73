import { type Account, addressesOf, type FormerAddresses, type Snapshot } from "../../domain/snapshot.ts";

/** Rows are read again for so long at most, in another database by their dates. */
const keptMs = 2 * 24 * 60 * 60_000;
const keptAtMost = 8;

/** Returns a snapshot whose Macs know how their addresses stood before it: what was written before a line was given up, or begins no chats any more, becomes nobody else's. */
export function withFormerAddresses(given: Snapshot, before: Snapshot, now: number): Snapshot {
  const known = new Map(before.accounts.map((account) => [account.id, account]));
  return { ...given, accounts: given.accounts.map((account) => remember(account, known.get(account.id), now)) };
}

function remember(account: Account, before: Account | undefined, now: number): Account {
  if (account.kind !== "bluebubbles" || before === undefined) return account;
  const [is, was] = [addressesOf(account), addressesOf(before)];
  const kept = (before.formerly ?? []).filter(({ until }) => until > now - keptMs);
  const stands = is.activeAlias === was.activeAlias && was.lines.every((line) => is.lines.includes(line));
  const formerly: FormerAddresses[] = stands ? kept : [...kept, { ...was, until: now }].slice(-keptAtMost);
  return formerly.length === 0 ? account : { ...account, formerly };
}
