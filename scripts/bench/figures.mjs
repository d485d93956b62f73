import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { root } from "./rig.mjs";

const [begin, end] = ["<!-- figures -->", "<!-- /figures -->"];

/** Writes a run's lines, with the command, the machine and the day, between the marks of docs/benchmarks.md. */
export function writeFigures(lines, given) {
  const path = join(root, "docs", "benchmarks.md");
  const text = readFileSync(path, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to === -1) throw new Error("docs/benchmarks.md has no place for figures.");
  writeFileSync(path, `${text.slice(0, from)}${begin}\n${describe(given)}\n\n${fence(lines)}\n${text.slice(to)}`);
}

function describe(given) {
  const day = new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  const { model } = cpus()[0] ?? { model: "a processor that does not say what it is" };
  const [load] = loadavg();
  const command = `npm run bench -- ${given.join(" ")}`;
  return `${day}, ${cpus().length} virtual cores (${model.trim()}), Node ${process.versions.node}, load ${load.toFixed(1)} at its end: \`${command}\``;
}

function fence(lines) {
  return ["```", ...lines, "```", ""].join("\n");
}
