import { kept } from "./kept.ts";

/** When people are not written to, by the clock where they are: `HH:MM`, from the first to the second, over midnight where that is earlier. */
export type QuietHours = { from: string; to: string };

const minuteMs = 60_000;
const dayMinutes = 1440;
/** Who wrote this lately is awake: an answer goes out at once. */
export const awakeMs = 15 * minuteMs;
/** No clock is ever set further than this. */
const furthestSet = 120;
/** So often a time is moved on until all zones are awake together; after that they never are. */
const movesAtMost = 20;

/** Returns the minutes after midnight of `HH:MM` on a clock of 24 hours, or null. */
export function readClock(text: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/**
 * Returns until when (epoch milliseconds) it is quiet where a person may live, or null where nobody has to be waited for at `at`. With several zones all must be awake; where that never
 * happens, as in a country of ten zones with long nights, most of them.
 */
export function quietUntil(hours: QuietHours, zones: readonly string[], at: number): number | null {
  const from = readClock(hours.from);
  const to = readClock(hours.to);
  if (from === null || to === null || from === to || zones.length === 0) return null;
  const night = { from, to };
  const opens = allAwakeAt(night, zones, at) ?? mostAwakeAt(night, zones, at);
  return opens === at ? null : opens;
}

/** Returns until when (epoch milliseconds) any of several quiet hours hold, or null where none does at `at`. */
export function anyQuietUntil(nights: readonly QuietHours[], zones: readonly string[], at: number): number | null {
  let opens = at;
  for (let move = 0; move < movesAtMost; move += 1) {
    const next = nights.map((hours) => quietUntil(hours, zones, opens)).find((until) => until !== null);
    if (next === undefined) break;
    opens = next ?? opens;
  }
  return opens === at ? null : opens;
}

type Night = { from: number; to: number };

function allAwakeAt(night: Night, zones: readonly string[], at: number): number | null {
  let opens = at;
  for (let move = 0; move < movesAtMost; move += 1) {
    const next = Math.max(...zones.map((zone) => opensAt(night, zone, opens)));
    if (next === opens) return opens;
    opens = next;
  }
  return null;
}

/** The first of the times at which a zone wakes at which most are awake. */
function mostAwakeAt(night: Night, zones: readonly string[], at: number): number {
  const times = [at, ...zones.map((zone) => openingOf(night, zone, at))].sort((one, other) => one - other);
  const awake = times.map((time) => zones.filter((zone) => !isQuiet(night, zone, time)).length);
  return times[awake.indexOf(Math.max(...awake))] ?? at;
}

function isQuiet({ from, to }: Night, zone: string, at: number): boolean {
  const local = localMinutes(zone, at);
  return from < to ? local >= from && local < to : local >= from || local < to;
}

/** One step towards the end of a zone's night; `at` itself where it is awake. A night in which the clock is set is longer or shorter by that. */
function opensAt(night: Night, zone: string, at: number): number {
  if (!isQuiet(night, zone, at)) return at;
  const wait = (night.to - localMinutes(zone, at) + dayMinutes) % dayMinutes;
  const opens = Math.floor(at / minuteMs) * minuteMs + wait * minuteMs;
  const beyond = (localMinutes(zone, opens) - night.to + dayMinutes) % dayMinutes;
  const sooner = opens - beyond * minuteMs;
  const isTooLate = beyond > 0 && beyond <= furthestSet && sooner > at && !isQuiet(night, zone, sooner);
  return isTooLate ? sooner : opens;
}

function openingOf(night: Night, zone: string, at: number): number {
  let opens = at;
  for (let next = opensAt(night, zone, opens); next !== opens; next = opensAt(night, zone, opens)) opens = next;
  return opens;
}

const clocks = kept(
  100,
  (timeZone) => new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
);

function localMinutes(zone: string, at: number): number {
  return readClock(clocks(zone).format(at)) ?? 0;
}
