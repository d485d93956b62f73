import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rules } from "./rules.mjs";

const shownOfEach = 10;

/** Prints the figures of a run, what broke which rule, where its logs are kept then (`keep`: in any case), and the verdict; returns whether a rule was broken. */
export function sayBroken({ broken, facts, logs, seed, keep = false }) {
  for (const [name, value] of Object.entries(facts)) console.log(`  ${name.padEnd(30)} ${value}`);
  const wrong = Object.entries(broken).filter(([, found]) => found.length > 0);
  for (const [rule, found] of wrong) {
    console.log(`\n  ${rule} BROKEN ${found.length} times: ${rules[rule][0]}`);
    for (const what of found.slice(0, shownOfEach)) console.log(`      ${what}`);
  }
  if (wrong.length > 0 || keep) keepLogs({ broken, ...logs }, seed);
  const verdict = wrong.length === 0 ? "Nothing was lost and nothing was doubled" : `${wrong.length} rules were broken`;
  console.log(`\n${verdict}: ${Object.keys(rules).length} rules, seed ${seed}.`);
  return wrong.length > 0;
}

/** Keeps all logs of a run in a file, and says where: what is rare must be found out from the run that showed it. */
export function keepLogs(logs, name) {
  const file = join(tmpdir(), `trunkline-chaos-${name}.json`);
  writeFileSync(file, JSON.stringify({ ...logs, shown: [...logs.shown] }));
  console.log(`\n  All logs are in ${file}.`);
}
