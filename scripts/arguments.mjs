import { parseArgs } from "node:util";

/**
 * The options that a script was given. `--help` prints the usage and ends; an unknown option, a missing value or a word too many is named above the
 * usage, and ends with 2.
 */
export function readArguments(options, usage) {
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
