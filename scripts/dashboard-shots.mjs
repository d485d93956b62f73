// Pictures of the dashboard: of every screen that the browser tests see, in every look, into shots/; with --readme the one in docs/.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "shots");
const readme = process.argv.includes("--readme");

if (!readme) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}
const test = readme ? "test/e2e/dashboard/picture.test.ts" : "test/e2e/dashboard";
const run = spawnSync(
  process.execPath,
  [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--project", "e2e", test],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      ...(readme ? { DASHBOARD_PICTURE: join(root, "docs", "dashboard.png") } : { DASHBOARD_SHOTS: folder }),
    },
  },
);
process.exitCode = run.status ?? 1;
if (run.status === 0) console.log(readme ? "docs/dashboard.png" : "shots/");
