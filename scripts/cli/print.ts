/** Returns rows as columns that stand below each other; null is a dash. */
export function columns(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const all = [head, ...rows.map((row) => row.map((cell) => String(cell ?? "-")))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Returns a time of today as hours, minutes, seconds and milliseconds, an earlier one with its date, by the clock of this machine. */
export function clock(at: number, now: number = Date.now()): string {
  const time = new Date(at);
  const hours = `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  return time.toDateString() === new Date(now).toDateString() ? hours : `${time.toLocaleDateString("sv")} ${hours}`;
}

/** Returns a text that somebody else wrote, on one line, without what would steer a terminal. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a terminal
  return text.replace(/\s+/g, " ").replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "");
}
