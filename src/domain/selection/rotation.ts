import type { SenderNumber } from "../snapshot.ts";

/**
 * One number's place in the rotation, one stored row a number. `turn` orders numbers by their last pick (a number
 * without a row has waited longest); `served` counts its weighted picks since the pool was last edited.
 */
export type RotationRow = { turn: number; served: number };

/** The rows of a pool by address. Rows of numbers that are not in the pool are ignored. */
export class RotationState {
  readonly #rows = new Map<string, RotationRow>();
  #aligned: { numbers: readonly SenderNumber[]; rows: RotationRow[] } | null = null;
  /** The last turn that was taken, also by a number that has left since. */
  lastTurn = 0;

  constructor(rows: Iterable<RotationRow & { address: string }> = []) {
    this.apply([...rows]);
  }

  /** Puts a choice into force. */
  apply(change: RotationChange | null): void {
    for (const { address, turn, served } of change ?? []) {
      Object.assign(this.#rowOf(address), { turn, served });
      this.lastTurn = Math.max(this.lastTurn, turn);
    }
  }

  /** Returns the row of each of these numbers, in their order; a number that was never picked has waited longest. Found once for a list. */
  alignedTo(numbers: readonly SenderNumber[]): readonly Readonly<RotationRow>[] {
    if (this.#aligned?.numbers !== numbers) {
      this.#aligned = { numbers, rows: numbers.map(({ address }) => this.#rowOf(address)) };
    }
    return this.#aligned.rows;
  }

  /** Returns the rows of all numbers that were ever picked. */
  get rows(): (RotationRow & { address: string })[] {
    const used = [...this.#rows].filter(([, { turn, served }]) => turn !== 0 || served !== 0);
    return used.map(([address, row]) => ({ address, ...row }));
  }

  /** Returns a state that goes its own way from here. */
  copy(): RotationState {
    return new RotationState(this.rows);
  }

  #rowOf(address: string): RotationRow {
    const known = this.#rows.get(address);
    if (known !== undefined) return known;
    const row = { turn: 0, served: 0 };
    this.#rows.set(address, row);
    return row;
  }
}

/** The rows to write when a choice is put into force; leaving them out (a preview) changes nothing. */
export type RotationChange = readonly (RotationRow & { address: string })[];

/** What a sum of turns may be off by through floating point. */
const rounding = 1e-9;

/**
 * Returns the rotation for an edited pool: the same one unless a number came, left, was paused, resumed or reweighted.
 * Then rows of numbers that left are dropped and weighted counts begin anew, so that shares are exact from the edit on
 * and nobody is owed for a time he was not there; `turn` stays, because the longest waiting is next in any pool.
 */
export function carryRotation(state: RotationState, before: SenderNumber[], after: SenderNumber[]): RotationState {
  if (isSameRoster(before, after)) return state;
  const staying = new Set(after.map(({ address }) => address));
  return new RotationState(
    state.rows.filter(({ address }) => staying.has(address)).map((row) => ({ ...row, served: 0 })),
  );
}

function isSameRoster(before: SenderNumber[], after: SenderNumber[]): boolean {
  if (before.length !== after.length) return false;
  const known = new Map(before.map((number) => [number.address, number]));
  return after.every((number) => {
    const old = known.get(number.address);
    return old !== undefined && old.weight === number.weight && old.isActive === number.isActive;
  });
}

/** Positions in a pool that a choice may pick, and the pool. */
export type Candidates = { pool: readonly SenderNumber[]; positions: readonly number[]; rotation: RotationState };

/**
 * Returns the candidate that has waited longest for its turn; equals go by pool order. Any fixed set of candidates is
 * served in a cycle, so counts differ by at most one; who comes new or comes back is next once, with nothing to catch up.
 */
export function longestWaiting({ pool, positions, rotation }: Candidates): SenderNumber | null {
  const rows = rotation.alignedTo(pool);
  let next: number | null = null;
  let earliest = Infinity;
  for (const position of positions) {
    const turn = rows[position]?.turn ?? 0;
    if (turn < earliest) {
      earliest = turn;
      next = position;
    }
  }
  return next === null ? null : (pool[next] ?? null);
}

/** Returns the rows that put a pick by turn into force: the picked number goes to the end of the line. */
export function turnTaken(picked: SenderNumber, { pool, rotation }: Candidates): RotationChange {
  const served = rotation.alignedTo(pool)[pool.indexOf(picked)]?.served ?? 0;
  return [{ address: picked.address, turn: rotation.lastTurn + 1, served }];
}

/**
 * Returns the candidate whose turn is due by weight, and the rows that put it into force. Earliest eligible virtual
 * deadline first (I. Stoica, H. Abdel-Wahab, TR-95-22, 1995) with turns as quanta: among the numbers that have not had
 * more than their share, the one whose next turn falls due first. Every count stays within one turn of its share,
 * and a pick writes its own row alone. Whoever sat out is owed, and whoever served alone owes, one turn at most.
 * Candidates have weights above 0.
 */
export function nextByWeight(candidates: Candidates): { picked: SenderNumber; change: RotationChange } | null {
  const { pool, positions, rotation } = candidates;
  const shares = boundLags(candidates);
  const { pace, bounded } = shares;
  let leastServed = Infinity;
  for (const position of positions)
    leastServed = Math.min(leastServed, shares.servedOf(position) / weightOf(pool, position));
  const most = Math.max(pace, leastServed);
  let due: number | null = null;
  let earliest = Infinity;
  for (const position of positions) {
    const [served, weight] = [shares.servedOf(position), weightOf(pool, position)];
    if (served / weight > most) continue;
    const deadline = (served + 1) / weight;
    if (deadline < earliest) {
      earliest = deadline;
      due = position;
    }
  }
  const picked = due === null ? undefined : pool[due];
  if (due === null || picked === undefined) return null;
  const rows = rotation.alignedTo(pool);
  const others = [...bounded].flatMap(([position, served]) => {
    const number = pool[position];
    if (number === undefined || position === due) return [];
    return [{ address: number.address, turn: rows[position]?.turn ?? 0, served }];
  });
  const taken = { address: picked.address, turn: rotation.lastTurn + 1, served: shares.servedOf(due) + 1 };
  return { picked, change: [...others, taken] };
}

/** How many turns each candidate has had, none further from its share than one turn (`bounded`: those that were), and how many are due for each unit of weight. */
function boundLags({ pool, positions, rotation }: Candidates) {
  const rows = rotation.alignedTo(pool);
  let [served, weight] = [0, 0];
  for (const position of positions) {
    served += rows[position]?.served ?? 0;
    weight += weightOf(pool, position);
  }
  const paceBefore = served / weight;
  const bounded = new Map<number, number>();
  for (const position of positions) {
    const had = rows[position]?.served ?? 0;
    const lag = weightOf(pool, position) * paceBefore - had;
    if (Math.abs(lag) <= 1 + rounding) continue;
    const counted = weightOf(pool, position) * paceBefore - Math.sign(lag);
    bounded.set(position, counted);
  }
  const servedOf = (position: number) =>
    (bounded.size === 0 ? undefined : bounded.get(position)) ?? rows[position]?.served ?? 0;
  if (bounded.size > 0) served = positions.reduce((sum, position) => sum + servedOf(position), 0);
  return { bounded, pace: served / weight, servedOf };
}

function weightOf(pool: readonly SenderNumber[], position: number): number {
  return pool[position]?.weight ?? 1;
}
