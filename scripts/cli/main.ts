import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { TrunklineError } from "../../src/sdk/index.ts";
import type { Command, OwnCommand } from "./command.ts";
import { commands } from "./commands.ts";
import { CommandError, type Values } from "./given.ts";
import { helpOf, helpOfAll, nearest } from "./help.ts";
import { runScript } from "./run-script.ts";
import { makeWorld } from "./world.ts";

/** Runs the command that the words name, and returns its exit code: 0 done, 1 not come about, 2 not understood. */
export async function main(words: string[], root: string): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") return showHelp(rest[0]);
  if (name === "--version") {
    console.log(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version);
    return 0;
  }
  const command = commands.find((known) => known.name === name);
  if (command === undefined) return sayUnknown(name);
  if ("script" in command) return runScript(command, rest, root);
  return runOwn(command, rest, root);
}

async function runOwn(command: OwnCommand, rest: string[], root: string): Promise<number> {
  let json = rest.includes("--json");
  try {
    const given = read(command, rest);
    if (given.values.help === true) {
      console.log(helpOf(command));
      return 0;
    }
    json = given.values.json === true;
    return await command.run(given, makeWorld(root, given.values));
  } catch (error) {
    return explain(error, command, json);
  }
}

function read({ options, takes }: OwnCommand, rest: string[]) {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { value, several = false }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: several },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      options: { ...config, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    return { words: positionals, values: values as Values };
  } catch (error) {
    const [first = ""] = (error as Error).message.split(". ");
    throw new CommandError(`${first.replace(/\.$/, "")}.${takes === "" ? "" : ` It takes ${takes}.`}`);
  }
}

/** What went wrong, as one sentence and where to read on; for a program, as JSON on the output too. */
function explain(error: unknown, command: Command, json: boolean): number {
  if (error instanceof TrunklineError) {
    const { code, status, message, requestId, docUrl, body } = error;
    if (json)
      console.log(JSON.stringify({ error: { code, status, message, request_id: requestId, ...body } }, null, 2));
    const places = [requestId && `request ${requestId}`, docUrl].filter(Boolean).join(", ");
    console.error(`${message} (${code})${places === "" ? "" : `\n${places}`}`);
    return 1;
  }
  const known = error instanceof CommandError || (error instanceof Error && error.name === "SettingError");
  if (!known) throw error;
  const { exitCode, showsHelp } = error instanceof CommandError ? error : { exitCode: 1, showsHelp: false };
  if (json) console.log(JSON.stringify({ error: { code: "not_understood", message: error.message } }, null, 2));
  console.error(showsHelp ? `${error.message}\n\n${helpOf(command)}` : error.message);
  return exitCode;
}

function showHelp(name: string | undefined): number {
  const command = commands.find((known) => known.name === name);
  if (name !== undefined && command === undefined) return sayUnknown(name);
  console.log(command === undefined ? helpOfAll(commands) : helpOf(command));
  return 0;
}

function sayUnknown(name: string): number {
  const near = nearest(
    name,
    commands.map((known) => known.name),
  );
  console.error(
    `There is no command "${name}".${near === null ? "" : ` Did you mean ${near}?`}\n\n${helpOfAll(commands)}`,
  );
  return 2;
}
