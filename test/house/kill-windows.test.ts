import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const flows = readdirSync("src/flows", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(join("src/flows", file), "utf8"));
const page = readFileSync("docs/kill-windows.md", "utf8");
const tests = ["kill-windows", "kill-windows-macs", "kill-windows-carry"]
  .map((name) => readFileSync(`test/workers/flows/${name}.test.ts`, "utf8"))
  .join("\n");

/** What the names in backquotes of a part of the page are; of a table, those of its first column. */
function namesIn(part: string): string[] {
  return part
    .split("\n")
    .map((line) => (line.startsWith("|") ? (line.split("|")[1] ?? "") : line))
    .flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ""));
}

const [, driven = "", held = "", alone = ""] = page.split(/^## .*$/m);
const listed = [...namesIn(driven), ...namesIn(held), ...namesIn(alone)];

it("every flow that is given the outside stands on the page of kill windows, once", () => {
  const exported = flows.flatMap((text) =>
    [...text.matchAll(/^export (?:async )?function\*? (\w+)(?:<\w+>)?\(\s*(?:\{[^}]*\}|deps): Deps\b/gm)].map(
      ([, name]) => name ?? "",
    ),
  );
  expect(exported.length).toBeGreaterThan(80);
  expect(exported.filter((name) => !listed.includes(name))).toEqual([]);
  expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([]);
});

it("every flow that the page calls driven is driven, and none else", () => {
  const names = [...tests.matchAll(/flow: "(\w+)/g)].map(([, name]) => name ?? "");
  expect([...new Set(names)].sort()).toEqual(namesIn(driven).sort());
});

it("every name on the page is a function of the flows", () => {
  const text = flows.join("\n");
  expect(listed.filter((name) => !new RegExp(`export (?:async )?function\\*? ${name}\\b`).test(text))).toEqual([]);
});
