import type { Proximity } from "../regions.ts";
import type { SenderNumber, Strategy } from "../snapshot.ts";
import { bareNumber } from "./eligibility.ts";
import { lineupOf } from "./lineup.ts";
import {
  type Candidates,
  longestWaiting,
  nextByWeight,
  type RotationChange,
  type RotationState,
  turnTaken,
} from "./rotation.ts";

/** What strategies look at besides the candidates. `proximity` is asked once a place, `queueDepth` once per candidate. */
export type StrategyView = {
  strategy: Strategy;
  pool: readonly SenderNumber[];
  rotation: RotationState;
  recipient: { e164: string };
  /** Where a number is at home: numbers of one place are equally near to everybody. */
  placeOf: (fromNumber: string) => string;
  proximity: (fromNumber: string, to: string) => Proximity;
  queueDepth: (number: string) => number;
};

/** A strategy's pick: the number, the rows that put it into force, why it, and why not another candidate. */
export type StrategyPick = {
  number: SenderNumber;
  rotation: RotationChange | null;
  why: string;
  whyNot: (other: SenderNumber) => string;
};

/** Returns the strategy's pick among candidates (positions in pool order), or null when there are none. Weight 0 counts only where every candidate has it. */
export function pickByStrategy(positions: readonly number[], view: StrategyView): StrategyPick | null {
  const candidates = { positions, pool: view.pool, rotation: view.rotation };
  switch (view.strategy) {
    case "first":
      return pickFirst(candidates);
    case "round_robin":
      return pickInTurn(candidates, "next in the rotation", () => "its turn comes later");
    case "weighted":
      return pickByWeight(candidates);
    case "geographic":
      return pickNearest(candidates, view);
    case "least_busy":
      return pickLeastBusy(candidates, view);
  }
}

function pickFirst({ pool, positions: [first] }: Candidates): StrategyPick | null {
  const number = first === undefined ? undefined : pool[first];
  if (number === undefined) return null;
  return { number, rotation: null, why: "first in the pool's order", whyNot: () => "comes later in the pool's order" };
}

function pickInTurn(candidates: Candidates, why: string, whyNot: (other: SenderNumber) => string): StrategyPick | null {
  const number = longestWaiting(candidates);
  if (number === null) return null;
  return { number, rotation: turnTaken(number, candidates), why, whyNot };
}

function pickByWeight(candidates: Candidates): StrategyPick | null {
  const { pool, positions } = candidates;
  const weighted = positions.filter((position) => (pool[position]?.weight ?? 0) > 0);
  if (weighted.length === 0) {
    return pickInTurn(candidates, "next in the rotation, as all have weight 0", () => "its turn comes later");
  }
  const due = nextByWeight({ ...candidates, positions: weighted });
  if (due === null) return null;
  return {
    number: due.picked,
    rotation: due.change,
    why: `its turn by weight (${due.picked.weight})`,
    whyNot: (other) => `its turn by weight (${other.weight}) comes later`,
  };
}

const nearness: Record<Proximity, { rank: number; words: string }> = {
  area_code: { rank: 4, words: "same area code as the recipient" },
  overlay: { rank: 3, words: "area code that overlays the recipient's" },
  region: { rank: 2, words: "same state or province as the recipient" },
  country: { rank: 1, words: "same country as the recipient" },
  none: { rank: 0, words: "not in the recipient's country" },
};

function pickNearest(candidates: Candidates, view: StrategyView): StrategyPick | null {
  const nearnessOf = (number: SenderNumber) =>
    nearness[view.proximity(bareNumber(number.address), view.recipient.e164)];
  const { placeAt, examples } = placesOf(view);
  const ranks = examples.map((example) => nearnessOf(example).rank);
  const { best, rank } = highest(candidates.positions, (position) => ranks[placeAt[position] ?? 0] ?? 0);
  const example = best[0] === undefined ? undefined : view.pool[best[0]];
  if (example === undefined) return null;
  const why =
    rank === nearness.none.rank
      ? "no number is near the recipient: next in the rotation"
      : `${nearnessOf(example).words}, next in the rotation`;
  const whyNot = (other: SenderNumber) =>
    nearnessOf(other).rank < rank ? `further away: ${nearnessOf(other).words}` : "as near, its turn comes later";
  return pickInTurn({ ...candidates, positions: best }, why, whyNot);
}

/** The places at which a pool's numbers are at home: which of them each position has, and one number of each. */
function placesOf({ pool, placeOf }: StrategyView): { placeAt: readonly number[]; examples: readonly SenderNumber[] } {
  return lineupOf(pool).once("places", (numbers) => {
    const known = new Map<string, number>();
    const examples: SenderNumber[] = [];
    const placeAt = numbers.map((number) => {
      const place = placeOf(bareNumber(number.address));
      const at = known.get(place) ?? examples.push(number) - 1;
      known.set(place, at);
      return at;
    });
    return { placeAt, examples };
  });
}

function pickLeastBusy(candidates: Candidates, view: StrategyView): StrategyPick | null {
  const { best, rank } = highest(
    candidates.positions,
    (position) => -view.queueDepth(view.pool[position]?.address ?? ""),
  );
  const whyNot = (other: SenderNumber) => {
    const depth = view.queueDepth(other.address);
    return depth > -rank ? `longer queue (${depth} waiting)` : "as short a queue, its turn comes later";
  };
  return pickInTurn({ ...candidates, positions: best }, `shortest queue (${Math.abs(rank)} waiting)`, whyNot);
}

function highest(positions: readonly number[], rankOf: (position: number) => number) {
  let best: number[] = [];
  let rank = -Infinity;
  for (const position of positions) {
    const own = rankOf(position);
    if (own > rank) {
      rank = own;
      best = [];
    }
    if (own === rank) best.push(position);
  }
  return { best, rank };
}
