import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { allIds, judgeProofs, readRows } from "../../scripts/catalogue/judge.mjs";

describe("the catalogue", () => {
  it("holds 198 ids, each shown by a test, a script or a reason, and every threat of SECURITY.md by a test", () => {
    expect(allIds).toHaveLength(198);
    const said = execFileSync("node", ["scripts/catalogue.mjs"], { encoding: "utf8" });
    expect(said).toContain("198 of 198 ids");
  });
});

describe("a proof is refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-catalogue-"));
  const file = join(folder, "a.test.ts");
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    file,
    `import { describe, it, test } from "vitest";
    // it("only in a comment", () => {});
    const words = 'it("only in a string", () => {})';
    it("stands", () => {});
    test.each([1, 2])("stands for %i", () => {});
    it.skip("is skipped", () => {});
    it.skipIf(words)("may be skipped", () => {});
    it.todo("is to be done");
    describe.skip("a group that is skipped", () => { it("is in it", () => {}); });
    describe("an empty group", () => {});
    describe("a group", () => { it("begins alike", () => {}); it("begins alike too", () => {}); });
    `,
  );
  const judge = (title: string) => judgeProofs(`\`${file}\` ${title}`, {});

  it.each([["stands"], ["stands for %i"], ["stands for…"], ["a group"], ["begins alike"]])(
    "not where it is sound: %s",
    (title) => expect(judge(title)).toEqual([]),
  );

  it.each([
    ["is gone", "has no test"],
    ["only in a comment", "has no test"],
    ["only in a string", "has no test"],
    ["is skipped", "may skip"],
    ["may be skipped", "may skip"],
    ["is to be done", "may skip"],
    ["is in it", "may skip"],
    ["a group that is skipped", "may skip"],
    ["an empty group", "has no test in"],
    ["begins alike…", "has 2 tests that begin"],
  ])("where it names a test that %s", (title, because) => {
    expect(judge(title)).toEqual([expect.stringContaining(because)]);
  });

  it.each([
    ["`test/nowhere.test.ts` stands", "there is no test/nowhere.test.ts"],
    ["`npm run nothing`", "there is no script nothing"],
    ["Reason: none", "names neither"],
    ["", "names neither"],
  ])("where it is %j", (proof, because) => {
    expect(judgeProofs(proof, { chaos: "" })).toEqual([expect.stringContaining(because)]);
  });

  it("beside sound ones too", () => {
    expect(judgeProofs(`\`${file}\` stands<br>\`npm run nothing\``, {})).toHaveLength(1);
  });
});

it("rows are read from the table with these columns alone, a bar within a cell too", () => {
  const page = "| a | b |\n|---|---|\n| 1 | x \\| y |\n\n| c | d |\n|---|---|\n| 2 | z |\n";
  expect(readRows(page, ["a", "b"])).toEqual([["1", "x | y"]]);
});
