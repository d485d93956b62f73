import type { DayCount, Traffic } from "../domain/calls/numbers.ts";
import { timeOfSequence } from "../domain/ids.ts";
import type { Desk } from "./desk.ts";
import { countTraffic, type DayRow, dayMs, forgetDays, keepTraffic, readDays } from "./ledger/days.ts";
import { readMark, saveMark } from "./ledger/marks.ts";
import { firstAfter } from "./ledger/standing.ts";

/** So many days can be asked for, and are kept. */
const keptDays = 30;
/** A day that is over is counted once, when somebody asks; after a long silence so many days at once. */
const countedAtOnce = 3;
const numbersAtMost = 200;

/** Returns what the pool carried on each of the last `days` days (UTC), and of its busiest numbers the days on which they carried something. */
export function readTraffic(desk: Desk, days: number): Traffic {
  const today = Math.floor(desk.now() / dayMs);
  const counted = countDays(desk, today);
  const first = today - days + 1;
  const live = countTraffic(desk.sql, today).map((row) => ({ ...row, day: today, delivered: 0, failed: 0 }));
  const rows = [...readDays(desk.sql, first), ...live];
  const isCounted = (day: number) => day <= counted || day === today;
  const whole = sumBy(rows, ({ day }) => String(day));
  const total = Array.from({ length: days }, (_, index) => {
    const day = first + index;
    return show({ ...(whole.get(String(day)) ?? { ...nothing, day }) }, isCounted(day));
  });
  const numbers = [...sumByNumber(rows)].toSorted(([, left], [, right]) => busyness(right) - busyness(left));
  return {
    days: total,
    numbers: numbers.slice(0, numbersAtMost).map(([phoneNumber, own]) => ({
      phoneNumber,
      days: own.toSorted((left, right) => left.day - right.day).map((row) => show(row, isCounted(row.day))),
    })),
    numbersLeftOut: Math.max(0, numbers.length - numbersAtMost),
  };
}

/** Counts days that are over and were not counted yet, the oldest first; returns the last one that is counted. */
function countDays(desk: Desk, today: number): number {
  const before = readMark(desk.sql, "counted_day") ?? beginning(desk, today);
  const last = Math.min(today - 1, Math.max(before, today - keptDays - 1) + countedAtOnce);
  if (last <= before) return before;
  desk.transact(() => {
    for (let day = Math.max(before + 1, today - keptDays); day <= last; day += 1) keepTraffic(desk.sql, day);
    forgetDays(desk.sql, today - keptDays);
    saveMark(desk.sql, "counted_day", last);
  });
  return last;
}

/** The day before the first message: of days without any there is nothing to count. */
function beginning(desk: Desk, today: number): number {
  const first = firstAfter(desk.sql, 0);
  return first === null ? today - 1 : Math.floor(timeOfSequence(first) / dayMs) - 1;
}

type Sum = Omit<DayRow, "number">;
const nothing = { sent: 0, inbound: 0, delivered: 0, failed: 0 };

function sumBy(rows: readonly DayRow[], keyOf: (row: DayRow) => string): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    const sum = sums.get(keyOf(row)) ?? { ...nothing, day: row.day };
    sum.sent += row.sent;
    sum.inbound += row.inbound;
    sum.delivered += row.delivered;
    sum.failed += row.failed;
    sums.set(keyOf(row), sum);
  }
  return sums;
}

function sumByNumber(rows: readonly DayRow[]): Map<string, Sum[]> {
  const numbers = new Map<string, Sum[]>();
  for (const [key, sum] of sumBy(rows, ({ day, number }) => `${day} ${number}`)) {
    const number = key.slice(key.indexOf(" ") + 1);
    numbers.set(number, [...(numbers.get(number) ?? []), sum]);
  }
  return numbers;
}

function busyness(days: readonly Sum[]): number {
  return days.reduce((sum, { sent, inbound }) => sum + sent + inbound, 0);
}

function show({ day, sent, inbound, delivered, failed }: Sum, isCounted: boolean): DayCount {
  const date = new Date(day * dayMs).toISOString().slice(0, 10);
  return { day: date, sent: isCounted ? sent : null, delivered, failed, inbound: isCounted ? inbound : null };
}
