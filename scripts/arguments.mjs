import { parseArgs } from "node:util";

/**
 * The options that a script was given. `--help` prints the usage and ends; an unknown option, a missing value or a word too many is named above the
 * usage, and ends with 2.
 */
export function readArguments(options, ownUsage) {
  const usage = usageOf(ownUsage);
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: "boolean" } } });
    if (!values.help) return values;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message.split(". ")[0]}.\n\n${usage}`);
    process.exit(2);
  }
}

/** The usage as the reader called it: by the script's name, or by the command's, which gives an example too. */
export function usageOf(usage) {
  const { TRUNKLINE_COMMAND: command, TRUNKLINE_EXAMPLE: example } = process.env;
  if (!command) return usage;
  const own = usage
    .replace(/^(?:Usage: )?npm run [\w-]+/, `Usage: ${command}`)
    .replace(" [-- ", " [")
    .replace(" -- ", " ");
  return `${own}\n\nFor example:\n  ${example}`;
}
