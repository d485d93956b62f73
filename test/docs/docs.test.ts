import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { countriesWithoutReports } from "../../src/domain/delivery-report.ts";
import { webhookDelaysMs } from "../../src/domain/retry.ts";

const read = (file: string) => readFileSync(file, "utf8");
const readme = read("README.md");

const pages = globSync(["*.md", "docs/**/*.md", "test/**/*.md"]);

/** The headings of a page as GitHub's anchors. */
function anchorsOf(file: string): string[] {
  const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? "");
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documentation", () => {
  test.each(pages)("%s has no link that leads nowhere", (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
    const broken = targets.filter((target) => {
      if (/^(?:https?|mailto):/.test(target)) return false;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  test("names only npm scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map((match) => match[1]),
    );
    expect(named.length).toBeGreaterThan(2);
    expect([...new Set(named)].filter((name) => name === undefined || !(name in scripts))).toEqual([]);
  });

  test("tells the way of a send in at most eight files, each of which stands", () => {
    const [, story = ""] = read("docs/architecture.md").split("**A send**");
    const steps = (story.split("**An inbound message**")[0] ?? "").match(/^\d+\. `src\/[^`]+`/gm) ?? [];
    expect(steps.length).toBeGreaterThan(4);
    expect(steps.length).toBeLessThanOrEqual(8);
    expect(steps.map((step) => step.replace(/^\d+\. `|`$/g, "")).filter((file) => !existsSync(file))).toEqual([]);
  });

  test("names no file of the sources or tests that does not stand", () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:src|test|scripts|migrations)\/[\w./-]+\.(?:ts|mjs|sql))`/g)].map(
        (match) => match[1] ?? "",
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((file) => !existsSync(file))).toEqual([]);
  });

  test("describes every setting of .dev.vars.example, and those of the start alone", () => {
    const names = [...read(".dev.vars.example").matchAll(/^# ([A-Z_]+)=/gm)].map((match) => match[1]);
    expect(names).toContain("PUBLIC_URL");
    for (const name of ["PORT", "STATE_DIR", ...names]) expect(readme).toContain(`| \`${name}\` |`);
  });

  test("gives the deploy button nothing to ask: every line of .dev.vars.example is a comment, and what is bound is described", () => {
    const lines = read(".dev.vars.example").split("\n");
    expect(lines.filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
    const { cloudflare, scripts } = JSON.parse(read("package.json")) as {
      cloudflare: { products: string[]; bindings: Record<string, { description: string }> };
      scripts: Record<string, string>;
    };
    const bound = [...read("wrangler.toml").matchAll(/^binding = "(DB|BELL\w*)"/gm)].map((match) => match[1] ?? "");
    expect(Object.keys(cloudflare.bindings).toSorted()).toEqual([...bound, "ADMIN_TOKEN", "MASTER_KEYS"].toSorted());
    expect(cloudflare.products.length).toBeLessThanOrEqual(3);
    expect(scripts).toMatchObject({ build: "node scripts/make-assets.mjs", deploy: "node scripts/deploy.mjs" });
  });

  test("names every country whose operators send no delivery reports", () => {
    const page = read("docs/twilio.md").replaceAll("\n", " ");
    const [, list = ""] = /They are ([^.]*)\./.exec(page.split("send no reports")[1] ?? "") ?? [];
    expect(list.split(/, | and (?=Wallis)/)).toEqual(Object.values(countriesWithoutReports));
  });

  test("publishes the webhook schedule that the code keeps", () => {
    const row = readme.split("\n").find((line) => line.startsWith("| after the one before |")) ?? "";
    const waits = row
      .split("|")
      .slice(2, -1)
      .map((cell) => cell.trim());
    expect(waits).toEqual(webhookDelaysMs.map(describeWait));
  });
});

function describeWait(ms: number): string {
  if (ms === 0) return "at once";
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}
