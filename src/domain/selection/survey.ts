import type { SenderNumber } from "../snapshot.ts";
import { type AccountHold, type Demand, findObstacle, type Standing } from "./eligibility.ts";
import { type Lineup, lineupOf } from "./lineup.ts";

/** Where every number of a pool stands for one message, by its position in the pool, how many stand so, and the positions that automatic choice picks from. */
export type Survey = {
  standings: readonly Standing[];
  counts: ReadonlyMap<Standing, number>;
  /** The best standing that any number holds, in pool order. */
  best: readonly number[];
};

/** Standings of numbers that can carry the message, best first: a later one is taken only where no earlier one is held. */
export const ableStandings = [
  "able",
  "unhealthy",
  "unweighted",
  "unweighted_unhealthy",
  "offline",
  "account_spent",
  "account_refused",
  "capped",
] as const satisfies Standing[];

export type SurveyView = Demand & {
  numbers: readonly SenderNumber[];
  selection: { strategy: string };
  /** The numbers that are passed over as unhealthy now. */
  unhealthy: ReadonlySet<string>;
  /** Why what is sent from an account's numbers waits, null where it does not. */
  accountHold: (account: string) => AccountHold | null;
  /** Whether the Mac of an iMessage line does not answer: what is sent from it waits. */
  isOffline?: (number: SenderNumber) => boolean;
  /** Whether an iMessage line may begin no conversation with this person for now. */
  isCapped?: (number: SenderNumber) => boolean;
};

/** Returns the standing of every number of the pool for one message; only numbers that do not stand as they do for everybody are looked at. */
export function surveyPool(view: SurveyView): Survey {
  const lineup = lineupOf(view.numbers);
  const usual = usualSurvey(view, lineup);
  const apart = standingApart(view, lineup);
  return apart.size === 0 ? usual : adjust(usual, view, apart);
}

/** Says whether a standing means that the number can carry the message. */
export function canCarry(standing: Standing | undefined): boolean {
  return ableStandings.some((able) => able === standing);
}

/** As all numbers stand while every one is healthy, every account in order, and nobody asks who the person is. */
function usualSurvey(view: SurveyView, lineup: Lineup): Survey {
  const { recipient, needs, selection } = view;
  const byWeight = selection.strategy === "weighted";
  return lineup.once(`survey ${recipient.channel} ${needs.media} ${byWeight}`, (numbers) => {
    const demand: Demand = { recipient, needs, hasWrittenTo: () => true, blocked: new Set() };
    const usual = { selection, unhealthy: new Set<string>(), accountHold: () => null };
    const standings = numbers.map((number) => findObstacle(number, demand) ?? preferenceOf(number, usual));
    const counts = new Map<Standing, number>();
    for (const standing of standings) counts.set(standing, (counts.get(standing) ?? 0) + 1);
    return { standings, counts, best: bestOf(standings, counts) };
  });
}

function standingApart(view: SurveyView, lineup: Lineup): ReadonlySet<number> {
  const apart = new Set(lineup.personal);
  for (const address of [...view.unhealthy, ...view.blocked]) {
    const position = lineup.positions.get(address);
    if (position !== undefined) apart.add(position);
  }
  for (const [account, positions] of lineup.byAccount) {
    if (view.accountHold(account) !== null) for (const position of positions) apart.add(position);
  }
  return apart;
}

function adjust(usual: Survey, view: SurveyView, apart: ReadonlySet<number>): Survey {
  const standings = [...usual.standings];
  const counts = new Map(usual.counts);
  for (const position of apart) {
    const number = view.numbers[position];
    const before = standings[position];
    if (number === undefined || before === undefined) continue;
    const standing = findObstacle(number, view) ?? preferenceOf(number, view);
    if (standing === before) continue;
    standings[position] = standing;
    const left = (counts.get(before) ?? 0) - 1;
    if (left > 0) counts.set(before, left);
    else counts.delete(before);
    counts.set(standing, (counts.get(standing) ?? 0) + 1);
  }
  return { standings, counts, best: bestOf(standings, counts) };
}

function bestOf(standings: readonly Standing[], counts: ReadonlyMap<Standing, number>): number[] {
  const best = ableStandings.find((standing) => counts.has(standing));
  const positions: number[] = [];
  for (let position = 0; position < standings.length; position += 1) {
    if (standings[position] === best) positions.push(position);
  }
  return positions;
}

function preferenceOf(
  number: SenderNumber,
  view: Pick<SurveyView, "selection" | "unhealthy" | "accountHold" | "isCapped" | "isOffline">,
): Standing {
  if (view.isCapped?.(number) === true) return "capped";
  const hold = view.accountHold(number.accountId);
  if (hold !== null) return hold;
  if (view.isOffline?.(number) === true) return "offline";
  const unhealthy = view.unhealthy.has(number.address);
  if (view.selection.strategy === "weighted" && number.weight === 0) {
    return unhealthy ? "unweighted_unhealthy" : "unweighted";
  }
  return unhealthy ? "unhealthy" : "able";
}
