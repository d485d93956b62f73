import type { Desk } from "../desk.ts";

/** A Worker may hold six connections open (platform limit): so many messages leave at once, and of one account half of them where a key has several. */
const atOnce = { all: 6, account: 3 };
const keptForConversations = 2;

/** Says whether no message may leave now, from whatever account. */
export function isFull(desk: Desk): boolean {
  return desk.leaving.size >= atOnce.all;
}

/** Says whether a campaign may have no further message leave now: it keeps two places free for what people say to each other. */
export function isFullForCampaigns(desk: Desk): boolean {
  return desk.leaving.size >= atOnce.all - keptForConversations;
}

/**
 * Returns the accounts from which no further message may leave now. Where a key has several, none takes more than its share, and the last places are kept for
 * accounts that have none on its way: one that hangs holds back nobody else.
 */
export function crowdedAccounts(desk: Desk): string[] {
  const accounts = desk.roster.activeAccounts;
  if (accounts.length < 2) return [];
  const leaving = [...desk.leaving.values()];
  const busy = new Map(accounts.map((id) => [id, leaving.filter(({ account }) => account === id).length]));
  const idle = [...busy.values()].filter((count) => count === 0).length;
  const free = atOnce.all - leaving.length;
  return accounts.filter((id) => {
    const own = busy.get(id) ?? 0;
    return own > 0 && (own >= atOnce.account || free <= Math.min(idle, atOnce.all - atOnce.account));
  });
}
