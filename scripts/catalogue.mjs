// Holds docs/catalogue.md and the table of threats in SECURITY.md against the tests and scripts that they name.
import { readFileSync } from "node:fs";
import { readArguments } from "./arguments.mjs";
import { allIds, judgeProofs, readRows } from "./catalogue/judge.mjs";

readArguments(
  {},
  `npm run catalogue

Prints docs/catalogue.md, an id with what must hold and what shows it a line, and what is wrong with it and with the table of
threats in SECURITY.md: an id without a row, a test that there is not or that may be skipped, a script that there is not.
Ends with 0 where nothing is, else with 1.`,
);

const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
const tests = new Map();
const faults = [];
const counts = { test: 0, script: 0, reason: 0 };

const rows = readRows(readFileSync("docs/catalogue.md", "utf8"), ["id", "what must hold", "shown by"]);
for (const [id, rule, proofs] of rows) {
  const wrong = rule === "" ? ["it has no words"] : judgeProofs(proofs, scripts, tests);
  faults.push(...wrong.map((fault) => `${id}: ${fault}`));
  counts[proofs.includes(".test.ts") ? "test" : proofs.includes("`npm run") ? "script" : "reason"] += 1;
  console.log(
    `${wrong.length === 0 ? "ok    " : "FAULT "} ${id}  ${rule}\n            ${proofs.replaceAll("<br>", "\n            ")}`,
  );
}
const ids = rows.map(([id]) => id);
for (const id of allIds) if (!ids.includes(id)) faults.push(`${id}: it has no row`);
for (const [index, id] of ids.entries()) {
  if (!allIds.includes(id)) faults.push(`${id}: no such id`);
  if (ids.indexOf(id) !== index) faults.push(`${id}: it has two rows`);
}

const threats = readRows(readFileSync("SECURITY.md", "utf8"), ["threat", "what stands against it", "shown by"]);
if (threats.length === 0) faults.push("SECURITY.md: it has no table of threats");
for (const [threat, , proofs] of threats) {
  faults.push(...judgeProofs(proofs, scripts, tests).map((fault) => `SECURITY.md, "${threat}": ${fault}`));
}

const { test, script, reason } = counts;
console.log(
  `\n${ids.length} of ${allIds.length} ids: ${test} shown by tests, ${script} by a script alone, ${reason} with a reason; ${threats.length} threats.`,
);
for (const fault of faults) console.error(`FAULT  ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
