import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";

test("the README's first picture is the dashboard: a PNG of ours, told in words for whoever does not see it, under 200 kB", () => {
  const [, words = "", path = ""] = /!\[([^\]]*)\]\(([^)]+)\)/.exec(readFileSync("README.md", "utf8")) ?? [];
  expect(path).toBe("docs/dashboard.png");
  expect(words.length).toBeGreaterThan(20);
  expect(statSync(path).size).toBeLessThan(200_000);
  expect(readFileSync(path).subarray(0, 8).toString("latin1")).toBe("\u0089PNG\r\n\u001a\n");
});
