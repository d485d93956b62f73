import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = "src/dashboard/styles";
/** A class that a rule is about by itself, not as part of another thing or a state of one. */
const ownRule = /^\s*\.([a-z][\w-]*)\s*[,{]/gm;

/** Returns the files in which each class has rules of its own. */
function readHomes(): Map<string, Set<string>> {
  const homes = new Map<string, Set<string>>();
  for (const file of readdirSync(folder)) {
    for (const [, name = ""] of readFileSync(`${folder}/${file}`, "utf8").matchAll(ownRule)) {
      homes.set(name, (homes.get(name) ?? new Set()).add(file));
    }
  }
  return homes;
}

test("a class of the dashboard has its rules in one file: no screen changes the look of another", () => {
  const homes = readHomes();
  expect(homes.size).toBeGreaterThan(50);
  expect([...homes].filter(([, files]) => files.size > 1)).toEqual([]);
});
