import { existsSync } from "node:fs";
import { findTests } from "./find-tests.mjs";

/** The ids that the catalogue must hold: each letter with its last number, 198 in all. */
const LAST = { A: 28, B: 18, C: 14, D: 26, E: 9, F: 13, G: 13, H: 16, I: 10, J: 20, K: 14, L: 11, M: 6 };
export const allIds = Object.entries(LAST).flatMap(([letter, last]) =>
  Array.from({ length: last }, (_, index) => letter + String(index + 1).padStart(2, "0")),
);

/** Returns the rows of every table of a page of Markdown whose head has these columns, cell by cell; `\|` is a bar within a cell. */
export function readRows(markdown, columns) {
  const head = `| ${columns.join(" | ")} |`;
  const rows = [];
  let within = false;
  for (const line of markdown.split("\n")) {
    if (!line.startsWith("|")) within = false;
    else if (within && !/^\|[ :|-]+\|$/.test(line)) rows.push(cellsOf(line));
    if (line === head) within = true;
  }
  return rows;
}

function cellsOf(line) {
  const cells = line.slice(1, -1).split(/(?<!\\)\|/);
  return cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** Returns what is wrong with a cell of proofs: it names tests (file and title, or how the title begins, with …), scripts, or a reason. */
export function judgeProofs(cell, scripts, tests = new Map()) {
  const proofs = cell.split("<br>").map((proof) => proof.trim());
  return proofs.flatMap((proof) => judgeProof(proof, scripts, tests) ?? []);
}

function judgeProof(proof, scripts, tests) {
  if (/^Reason: \S.{10,}\.$/.test(proof)) return null;
  const [, script] = /^`npm run ([\w:-]+)[^`]*`/.exec(proof) ?? [];
  if (script !== undefined) return script in scripts ? null : `there is no script ${script}`;
  const [, file, title] = /^`([^`]+\.test\.tsx?)` (.+)$/s.exec(proof) ?? [];
  if (file === undefined) return `"${proof}" names neither a test nor a script nor a reason`;
  if (!existsSync(file)) return `there is no ${file}`;
  if (!tests.has(file)) tests.set(file, findTests(file));
  return judgeTitle(file, title, tests.get(file));
}

function judgeTitle(file, title, declared) {
  const beginning = title.endsWith("…") ? title.slice(0, -1) : null;
  const named = declared.filter((one) => (beginning === null ? one.title === title : one.title.startsWith(beginning)));
  if (named.length === 0) return `${file} has no test "${title}"`;
  if (named.length > 1 && beginning !== null) return `${file} has ${named.length} tests that begin "${title}"`;
  if (named.some(({ skipped }) => skipped)) return `${file} may skip "${title}"`;
  return named.every(({ tests }) => tests === 0) ? `${file} has no test in "${title}"` : null;
}
