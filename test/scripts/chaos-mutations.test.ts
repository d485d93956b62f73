import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { alter, replaceOnce } from "../../scripts/chaos/alter.mjs";
import { mutations } from "../../scripts/chaos/mutations.mjs";
import { shortTimes } from "../../scripts/chaos/times.mjs";

const root = join(import.meta.dirname, "..", "..");

/** Applies changes to the sources one after another, as the bundle does. */
function applyAll(changes: { file: string; from: string; to: string }[]): void {
  const texts = new Map<string, string>();
  for (const one of changes) {
    const before = texts.get(one.file) ?? readFileSync(join(root, one.file), "utf8");
    texts.set(one.file, replaceOnce(before, one));
  }
}

describe("what is changed in the bundle of a run", () => {
  test("stands in the sources exactly once: the short times", () => {
    expect(() => applyAll(shortTimes)).not.toThrow();
  });

  test.each(Object.entries(mutations))("stands in the sources exactly once: the mutation %s", (_name, { changes }) => {
    expect(() => applyAll([...shortTimes, ...changes])).not.toThrow();
  });

  test.each([
    ["nowhere", "no such text"],
    ["twice", "const"],
  ])("fails where its text stands %s", (_where, from) => {
    expect(() => replaceOnce("const a = 1;\nconst b = 2;", { file: "a.ts", from, to: "" })).toThrow("not once");
  });

  test("fails the build where its file is no part of it", async () => {
    const { rolldown } = await import("rolldown");
    const plugins = [{ name: "empty", load: () => "" }, alter(root, [{ file: "src/nowhere.ts", from: "a", to: "b" }])];
    const built = rolldown({ input: join(root, "src", "index.ts"), logLevel: "silent", plugins }).then((bundle) =>
      bundle.generate(),
    );
    await expect(built).rejects.toThrow("no part of the bundle");
  });
});
