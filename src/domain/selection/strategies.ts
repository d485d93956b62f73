import type { Proximity } from "../regions.ts";
import type { SenderNumber, Strategy } from "../snapshot.ts";
import { bareNumber } from "./eligibility.ts";
import { longestWaiting, nextByWeight, type RotationChange, type RotationState, turnTaken } from "./rotation.ts";

/** What strategies look at besides the candidates. `proximity` and `queueDepth` are asked once per candidate. */
export type StrategyView = {
  strategy: Strategy;
  pool: readonly SenderNumber[];
  rotation: RotationState;
  recipient: { e164: string };
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

/** Returns the strategy's pick among candidates in pool order, or null when there are none. Weight 0 counts only where every candidate has it. */
export function pickByStrategy(candidates: readonly SenderNumber[], view: StrategyView): StrategyPick | null {
  switch (view.strategy) {
    case "first":
      return pickFirst(candidates);
    case "round_robin":
      return pickInTurn(candidates, view, "next in the rotation", () => "its turn comes later");
    case "weighted":
      return pickByWeight(candidates, view);
    case "geographic":
      return pickNearest(candidates, view);
    case "least_busy":
      return pickLeastBusy(candidates, view);
  }
}

function pickFirst(candidates: readonly SenderNumber[]): StrategyPick | null {
  const number = candidates[0];
  if (number === undefined) return null;
  return { number, rotation: null, why: "first in the pool's order", whyNot: () => "comes later in the pool's order" };
}

function pickInTurn(
  candidates: readonly SenderNumber[],
  view: StrategyView,
  why: string,
  whyNot: (other: SenderNumber) => string,
): StrategyPick | null {
  const number = longestWaiting(candidates, view.rotation);
  if (number === null) return null;
  return { number, rotation: turnTaken(number, view.pool, view.rotation), why, whyNot };
}

function pickByWeight(candidates: readonly SenderNumber[], view: StrategyView): StrategyPick | null {
  const weighted = candidates.filter((candidate) => candidate.weight > 0);
  if (weighted.length === 0) {
    return pickInTurn(candidates, view, "next in the rotation, as all have weight 0", () => "its turn comes later");
  }
  const due = nextByWeight(weighted, view.pool, view.rotation);
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

function pickNearest(candidates: readonly SenderNumber[], view: StrategyView): StrategyPick | null {
  const nearnessOf = (number: SenderNumber) =>
    nearness[view.proximity(bareNumber(number.address), view.recipient.e164)];
  const { best, rank } = highest(candidates, (candidate) => nearnessOf(candidate).rank);
  const example = best[0];
  if (example === undefined) return null;
  const why =
    rank === nearness.none.rank
      ? "no number is near the recipient: next in the rotation"
      : `${nearnessOf(example).words}, next in the rotation`;
  const whyNot = (other: SenderNumber) =>
    nearnessOf(other).rank < rank ? `further away: ${nearnessOf(other).words}` : "as near, its turn comes later";
  return pickInTurn(best, view, why, whyNot);
}

function pickLeastBusy(candidates: readonly SenderNumber[], view: StrategyView): StrategyPick | null {
  const { best, rank } = highest(candidates, (candidate) => -view.queueDepth(candidate.address));
  const whyNot = (other: SenderNumber) => {
    const depth = view.queueDepth(other.address);
    return depth > -rank ? `longer queue (${depth} waiting)` : "as short a queue, its turn comes later";
  };
  return pickInTurn(best, view, `shortest queue (${Math.abs(rank)} waiting)`, whyNot);
}

function highest(candidates: readonly SenderNumber[], rankOf: (candidate: SenderNumber) => number) {
  let best: SenderNumber[] = [];
  let rank = -Infinity;
  for (const candidate of candidates) {
    const own = rankOf(candidate);
    if (own > rank) {
      rank = own;
      best = [];
    }
    if (own === rank) best.push(candidate);
  }
  return { best, rank };
}
