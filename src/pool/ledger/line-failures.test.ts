import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { lineFailures } from "./line-failures.ts";

const carrier = new URL("../../carriers/bluebubbles/", import.meta.url);

it("every code by which a Mac's carrier refuses a message is told in words", async () => {
  const sources = await Promise.all(["send.ts", "outcome.ts"].map((name) => readFile(new URL(name, carrier), "utf8")));
  const files = /type FileFault = ([^;]+);/.exec(await readFile(new URL("files.ts", carrier), "utf8"))?.[1] ?? "";
  const refused = [...sources.join("").matchAll(/\brefuse[d]?\(\s*"(\w+)"/g)].map(([, code]) => String(code));
  const faults = [...files.matchAll(/"(\w+)"/g)].map(([, code]) => String(code));
  expect(new Set([...refused, ...faults]).size).toBeGreaterThan(10);
  expect([...refused, ...faults].filter((code) => !Object.hasOwn(lineFailures, code))).toEqual([]);
});
