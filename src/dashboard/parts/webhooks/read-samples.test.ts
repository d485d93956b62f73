import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readSamples } from "./read-samples.ts";

it("finds the samples of the documentation in four languages, whole, and nothing of other sections", () => {
  const samples = readSamples(readFileSync("docs/webhooks.md", "utf8"));
  expect(samples.map(({ language }) => language)).toEqual(["JavaScript", "Python", "Go", "PHP"]);
  for (const { code } of samples) expect(code).toContain("webhook-signature");
  expect(readSamples("## Verifying\n\n```js\na\n```\n\n## Else\n\n```js\nb\n```\n")).toEqual([
    { language: "JavaScript", code: "a" },
  ]);
  expect(readSamples("nothing")).toEqual([]);
});
