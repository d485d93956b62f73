import type { SenderNumber } from "../snapshot.ts";

/**
 * One number's place in the rotation, one stored row a number. `turn` orders numbers by their last pick (a number
 * without a row has waited longest); `served` counts its weighted picks since the pool was last edited.
 */
export type RotationRow = { turn: number; served: number };

/** The rows of a pool by address. Rows of numbers that are not in the pool are ignored. */
export type RotationState = ReadonlyMap<string, RotationRow>;

/** The rows to write when a choice is put into force; leaving them out (a preview) changes nothing. */
export type RotationChange = readonly (RotationRow & { address: string })[];

const unused: RotationRow = { turn: 0, served: 0 };
/** What a sum of turns may be off by through floating point. */
const rounding = 1e-9;

/** Returns the state after a change, as a new map; the given one stays as it is. */
export function applyRotation(state: RotationState, change: RotationChange | null): RotationState {
  if (change === null) return state;
  const next = new Map(state);
  for (const { address, turn, served } of change) next.set(address, { turn, served });
  return next;
}

/**
 * Returns the rotation for an edited pool: the same one unless a number came, left, was paused, resumed or reweighted.
 * Then rows of numbers that left are dropped and weighted counts begin anew, so that shares are exact from the edit on
 * and nobody is owed for a time he was not there; `turn` stays, because the longest waiting is next in any pool.
 */
export function carryRotation(state: RotationState, before: SenderNumber[], after: SenderNumber[]): RotationState {
  if (isSameRoster(before, after)) return state;
  const next = new Map<string, RotationRow>();
  for (const { address } of after) {
    const row = state.get(address);
    if (row !== undefined) next.set(address, { turn: row.turn, served: 0 });
  }
  return next;
}

function isSameRoster(before: SenderNumber[], after: SenderNumber[]): boolean {
  if (before.length !== after.length) return false;
  const known = new Map(before.map((number) => [number.address, number]));
  return after.every((number) => {
    const old = known.get(number.address);
    return old !== undefined && old.weight === number.weight && old.isActive === number.isActive;
  });
}

/**
 * Returns the candidate that has waited longest for its turn; equals go by pool order. Any fixed set of candidates is
 * served in a cycle, so counts differ by at most one; who comes new or comes back is next once, with nothing to catch up.
 */
export function longestWaiting(candidates: readonly SenderNumber[], state: RotationState): SenderNumber | null {
  let next: SenderNumber | null = null;
  let earliest = Infinity;
  for (const candidate of candidates) {
    const { turn } = state.get(candidate.address) ?? unused;
    if (turn < earliest) {
      earliest = turn;
      next = candidate;
    }
  }
  return next;
}

/** Returns the rows that put a pick by turn into force: the picked number goes to the end of the line. */
export function turnTaken(picked: SenderNumber, pool: readonly SenderNumber[], state: RotationState): RotationChange {
  const { served } = state.get(picked.address) ?? unused;
  return [{ address: picked.address, turn: nextTurn(pool, state), served }];
}

/**
 * Returns the candidate whose turn is due by weight, and the rows that put it into force. Earliest eligible virtual
 * deadline first (I. Stoica, H. Abdel-Wahab, TR-95-22, 1995) with turns as quanta: among the numbers that have not had
 * more than their share, the one whose next turn falls due first. Every count stays within one turn of its share,
 * and a pick writes its own row alone. Whoever sat out is owed, and whoever served alone owes, one turn at most.
 * Candidates have weights above 0.
 */
export function nextByWeight(
  candidates: readonly SenderNumber[],
  pool: readonly SenderNumber[],
  state: RotationState,
): { picked: SenderNumber; change: RotationChange } | null {
  const { entries, bounded } = boundLags(candidates, state);
  const pace = sum(entries, (entry) => entry.served) / sum(entries, (entry) => entry.weight);
  const leastServed = entries.reduce((least, entry) => Math.min(least, entry.served / entry.weight), Infinity);
  let due: WeightedEntry | null = null;
  for (const entry of entries) {
    if (entry.served / entry.weight > Math.max(pace, leastServed)) continue;
    if (due === null || deadline(entry) < deadline(due)) due = entry;
  }
  if (due === null) return null;
  const { number, served } = due;
  const others = bounded.filter((entry) => entry.number !== number).map((entry) => rowOf(entry, state));
  const taken = { address: number.address, turn: nextTurn(pool, state), served: served + 1 };
  return { picked: number, change: [...others, taken] };
}

type WeightedEntry = { number: SenderNumber; weight: number; served: number };

function boundLags(candidates: readonly SenderNumber[], state: RotationState) {
  const entries: WeightedEntry[] = candidates.map((number) => ({
    number,
    weight: number.weight,
    served: (state.get(number.address) ?? unused).served,
  }));
  const pace = sum(entries, (entry) => entry.served) / sum(entries, (entry) => entry.weight);
  const bounded: WeightedEntry[] = [];
  for (const entry of entries) {
    const lag = entry.weight * pace - entry.served;
    if (Math.abs(lag) <= 1 + rounding) continue;
    entry.served = entry.weight * pace - Math.sign(lag);
    bounded.push(entry);
  }
  return { entries, bounded };
}

function deadline(entry: WeightedEntry): number {
  return (entry.served + 1) / entry.weight;
}

function rowOf(entry: WeightedEntry, state: RotationState): RotationRow & { address: string } {
  const { turn } = state.get(entry.number.address) ?? unused;
  return { address: entry.number.address, turn, served: entry.served };
}

function nextTurn(pool: readonly SenderNumber[], state: RotationState): number {
  let last = 0;
  for (const { address } of pool) last = Math.max(last, state.get(address)?.turn ?? 0);
  return last + 1;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
