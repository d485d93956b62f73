const words = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

/** Returns a day of UTC (2026-11-26) as people write it. */
export function shortDay(day: string): string {
  const at = Date.parse(day);
  return Number.isNaN(at) ? day : words.format(at);
}
