import type { Answer } from "../api.ts";

type Stats = Answer<"readKeyStats">;
export type Day = { day: string; sent: number; delivered: number; failed: number; inbound: number };
export type Figures = { days: Day[]; numbers: { number: string; total: Day }[]; isWhole: boolean };

/** Adds up what several keys carried. A number that moved between keys counts once, with all that it carried. What is not counted yet counts as nothing, and is said by `isWhole`. */
export function addUp(read: readonly Stats[]): Figures {
  const days = new Map<string, Day>();
  const numbers = new Map<string, Day>();
  for (const stats of read) {
    for (const day of stats.days) days.set(day.day, plus(days.get(day.day) ?? noneOn(day.day), day));
    for (const { phone_number: number, days: own } of stats.numbers) {
      numbers.set(number, own.reduce<Day>(plus, numbers.get(number) ?? noneOn("")));
    }
  }
  const isWhole = read.every((stats) => stats.numbers_left_out === 0 && stats.days.every(({ sent }) => sent !== null));
  return {
    days: [...days.values()].sort((left, right) => left.day.localeCompare(right.day)),
    numbers: [...numbers]
      .map(([number, total]) => ({ number, total }))
      .sort((left, right) => right.total.sent - left.total.sent || left.number.localeCompare(right.number)),
    isWhole,
  };
}

function noneOn(day: string): Day {
  return { day, sent: 0, delivered: 0, failed: 0, inbound: 0 };
}

function plus(sum: Day, more: Stats["days"][number] | Day): Day {
  return {
    day: sum.day,
    sent: sum.sent + (more.sent ?? 0),
    delivered: sum.delivered + more.delivered,
    failed: sum.failed + more.failed,
    inbound: sum.inbound + (more.inbound ?? 0),
  };
}
