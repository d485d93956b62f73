import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ScriptCommand } from "./command.ts";

/** Runs one of the project's scripts with these words, on this terminal, and returns its exit code; its usage speaks of the command. */
export async function runScript({ name, script, example }: ScriptCommand, words: string[], root: string) {
  const child = spawn(nodeOf(root), [join(root, "scripts", script), ...words], {
    stdio: "inherit",
    env: { ...process.env, TRUNKLINE_COMMAND: `npx trunkline ${name}`, TRUNKLINE_EXAMPLE: example },
  });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGINT", pass).on("SIGTERM", pass);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1);
}

/** Scripts read the sources' TypeScript, which Node 20 does not: as under npm, the project's own Node runs them where it is installed. */
function nodeOf(root: string): string {
  const own = join(root, "node_modules", ".bin", "node");
  return existsSync(own) ? own : process.execPath;
}
