import type { Desk } from "../desk.ts";

/** Whoever knows a callback's address can be refused as often as he likes: the directory is told once in this time, whatever comes. */
const tellEveryMs = 60_000;

/** Notes that a report's signature did not hold with any token of its account; the directory hears how many there were, and when the last came. */
export function noteForged(desk: Desk, accountId: string): void {
  const { toldAt, untold } = desk.forged.get(accountId) ?? { toldAt: 0, untold: 0 };
  desk.forged.set(accountId, { toldAt, untold: untold + 1, lastAt: desk.now() });
  tellForged(desk);
  const next = nextTellingAt(desk);
  if (next !== null) desk.clock.arm(next);
}

/** Tells the directory of the reports that were refused since it last heard of them, where a minute has passed. */
export function tellForged(desk: Desk): void {
  const now = desk.now();
  for (const [accountId, { toldAt, untold: count, lastAt }] of desk.forged) {
    if (count === 0 || now - toldAt < tellEveryMs) continue;
    desk.forged.set(accountId, { toldAt: now, untold: 0, lastAt });
    desk.outside.tell({ kind: "signature_refused", accountId, count, at: lastAt });
  }
}

/** Returns when the directory must be told of refused reports, or null. */
export function nextTellingAt(desk: Desk): number | null {
  const waiting = [...desk.forged.values()].filter(({ untold }) => untold > 0);
  return waiting.length === 0 ? null : Math.min(...waiting.map(({ toldAt }) => toldAt + tellEveryMs));
}
