import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { firstLoad, measureSizes, wholeLoad } from "../../scripts/sizes.mjs";

let assets: string;
beforeEach(() => {
  assets = mkdtempSync(join(tmpdir(), "trunkline-sizes-"));
});
afterEach(() => rmSync(assets, { recursive: true }));

describe("the sizes that npm run check holds under their bars", () => {
  test("of the dashboard are the page, what it names, and what that loads later, not what an older build left", () => {
    const files = {
      "app/index.html":
        '<link rel="icon" href="data:,"><script type="module" crossorigin src="/dashboard/a.js"></script>' +
        '<link rel="modulepreload" crossorigin href="/dashboard/b.js"><link rel="stylesheet" href="/dashboard/c.css">',
      "dashboard/a.js": 'import("./later.js")',
      "dashboard/b.js": "",
      "dashboard/c.css": "",
      "dashboard/later.js": 'import "./latest.js"',
      "dashboard/latest.js": "",
      "dashboard/older.js": "",
    };
    for (const folder of ["app", "dashboard"]) mkdirSync(join(assets, folder));
    for (const [path, text] of Object.entries(files)) writeFileSync(join(assets, path), text);
    const first = ["app/index.html", "dashboard/a.js", "dashboard/b.js", "dashboard/c.css"];
    expect(firstLoad(assets)).toEqual(first.map((path) => join(assets, path)));
    const whole = [...first, "dashboard/later.js", "dashboard/latest.js"];
    expect(wholeLoad(assets)).toEqual(whole.map((path) => join(assets, path)));
  });

  test("are those of the Worker and of the dashboard, and all are under the bar", async () => {
    const sizes = await measureSizes(process.cwd());
    expect(sizes.map(({ name }) => name)).toEqual([
      "Worker",
      "Worker, evaluated by a cold start",
      "dashboard, first load",
      "dashboard, all of it",
    ]);
    for (const { bytes, limit } of sizes) expect(bytes).toBeGreaterThan(limit / 20);
    expect(sizes.filter(({ bytes, limit }) => bytes > limit)).toEqual([]);
  });
});
