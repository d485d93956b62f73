import type { SenderNumber } from "../snapshot.ts";
import { type Demand, findObstacle, type Standing } from "./eligibility.ts";

/** Where every number of a pool stands for one message, by its index in the pool, and how many stand so. */
export type Survey = { standings: readonly Standing[]; counts: ReadonlyMap<Standing, number> };

/** Standings of numbers that can carry the message, best first: a later one is taken only where no earlier one is held. */
export const ableStandings = [
  "able",
  "unhealthy",
  "unweighted",
  "unweighted_unhealthy",
  "account_refused",
  "capped",
] as const satisfies Standing[];

export type SurveyView = Demand & {
  numbers: readonly SenderNumber[];
  selection: { strategy: string };
  isUnhealthy: (number: string) => boolean;
  /** Whether the carrier refuses the account: what is sent from its numbers waits. */
  isAccountRefused: (account: string) => boolean;
  /** Whether an iMessage line may begin no conversation with this person for now. */
  isCapped?: (number: SenderNumber) => boolean;
};

/** Returns the standing of every number of the pool for one message, looking at each number once. */
export function surveyPool(view: SurveyView): Survey {
  const standings = view.numbers.map((number) => findObstacle(number, view) ?? preferenceOf(number, view));
  const counts = new Map<Standing, number>();
  for (const standing of standings) counts.set(standing, (counts.get(standing) ?? 0) + 1);
  return { standings, counts };
}

/** Returns the numbers that automatic choice picks from: the best standing that any number holds, in pool order. */
export function bestCandidates(numbers: readonly SenderNumber[], survey: Survey): SenderNumber[] {
  const best = ableStandings.find((standing) => survey.counts.has(standing));
  return numbers.filter((_, index) => survey.standings[index] === best);
}

/** Says whether a standing means that the number can carry the message. */
export function canCarry(standing: Standing | undefined): boolean {
  return ableStandings.some((able) => able === standing);
}

function preferenceOf(number: SenderNumber, view: SurveyView): Standing {
  if (view.isCapped?.(number) === true) return "capped";
  if (view.isAccountRefused(number.accountId)) return "account_refused";
  const unhealthy = view.isUnhealthy(number.address);
  if (view.selection.strategy === "weighted" && number.weight === 0) {
    return unhealthy ? "unweighted_unhealthy" : "unweighted";
  }
  return unhealthy ? "unhealthy" : "able";
}
