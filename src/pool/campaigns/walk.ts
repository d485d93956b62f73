import type { Desk } from "../desk.ts";
import { type Block, lastTaken, nextWaiting, readBlocks } from "../ledger/campaign-people.ts";
import type { Campaign } from "../ledger/campaigns.ts";
import type { Feeding, PassedOver } from "../surroundings.ts";

/** Returns where a campaign stands in its list: at its beginning, where it has not begun since the object woke or the campaign was changed. Its pace holds over both. */
export function feedingOf(desk: Desk, { n, pacePerMinute }: Campaign): Feeding {
  const known = desk.feeding.get(n);
  if (known !== undefined) return known;
  const paceAt = pacePerMinute === null ? 0 : lastTaken(desk.sql, n) + 60_000 / pacePerMinute;
  const begun = { first: 0, part: 0, place: 0, paceAt, at: 0, passed: null, heldBy: null, rests: new Map() };
  desk.feeding.set(n, begun);
  return begun;
}

/** Has every campaign look at everybody anew: whom it may write to, and when, has changed. */
export function lookAnew(desk: Desk): void {
  for (const feeding of desk.feeding.values()) Object.assign(feeding, { at: 0, heldBy: null, rests: new Map() });
}

/** Returns the block in which to look on, null at the end of the list: one in which everybody was passed over is not read again before its time. */
export function nextBlock(desk: Desk, { n }: Campaign, feeding: Feeding): Block | null {
  const rests = (part: number) => (feeding.rests.get(part)?.until ?? 0) > desk.now();
  for (;;) {
    while (rests(feeding.part)) enterPart(feeding, feeding.part + 1);
    const part = nextWaiting(desk.sql, n, feeding.part);
    if (part === null) return null;
    if (feeding.part === feeding.first) feeding.first = part;
    if (part !== feeding.part) enterPart(feeding, part);
    if (rests(part)) continue;
    return readBlocks(desk.sql, n, part, 1)[0] ?? null;
  }
}

/** Goes to the beginning of a part of the list. */
export function enterPart(feeding: Feeding, part: number): void {
  Object.assign(feeding, { part, place: 0, passed: null });
}

/** Goes on to the next part, and keeps in mind when somebody of this one may be written to. */
export function leaveBlock(feeding: Feeding): void {
  if (feeding.passed === null) feeding.rests.delete(feeding.part);
  else feeding.rests.set(feeding.part, feeding.passed);
  enterPart(feeding, feeding.part + 1);
}

/** Returns the one of those who were passed over who may be written to first. */
export function soonest(passed: Iterable<PassedOver>): PassedOver | null {
  let first: PassedOver | null = null;
  for (const one of passed) if (first === null || one.until < first.until) first = one;
  return first;
}
