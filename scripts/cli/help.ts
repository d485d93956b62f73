import type { Command } from "./command.ts";

/** Returns what `trunkline --help` prints. */
export function helpOfAll(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: npx trunkline <command> [options]

${lines.join("\n")}

npx trunkline <command> --help explains one of them. Each takes --json, and ends with 0 when it is done, with 1 when it did
not come about, and with 2 when it was not understood.`;
}

/** Returns what `trunkline <command> --help` prints; of a script's command only the first lines, its own usage says the rest. */
export function helpOf(command: Command): string {
  const { name, takes, summary, example } = command;
  const head = `Usage: npx trunkline ${name}${takes === "" ? "" : ` ${takes}`}\n\n${summary}.`;
  if ("script" in command) return `${head}\n\nFor example:\n  ${example}`;
  const named = Object.entries(command.options).map(([option, { value, several, words }]) => {
    const flag = `--${option}${value === undefined ? "" : ` <${value}>`}`;
    return [flag, several ? `${words}; may stand several times` : words] as const;
  });
  const width = Math.max(...named.map(([flag]) => flag.length));
  const options = named.map(([flag, words]) => `  ${flag.padEnd(width)}  ${words}`);
  const details = command.details === undefined ? "" : `\n\n${command.details}`;
  return `${head}${details}\n\n${options.join("\n")}\n\nFor example:\n  ${example}`;
}

/** Returns the known name that is the fewest changed letters away, null where none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  const [best] = known
    .map((candidate) => ({ candidate, far: distance(name, candidate) }))
    .sort((a, b) => a.far - b.far);
  return best !== undefined && best.far <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : null;
}

/** The Levenshtein distance. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
