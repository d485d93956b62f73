import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { hashSources } from "./build-cache.mjs";

const dayMs = 86_400_000;

/** Builds the dashboard, its page into `assets/app` and its hashed files into `assets/dashboard`, unless what stands there was made from the same sources. */
export function makeDashboard(root) {
  const target = join(root, "assets", "app");
  const files = join(root, "assets", "dashboard");
  const mark = join(target, ".built");
  const sources = hashSources(root, [
    "package-lock.json",
    "docs/webhooks.md",
    "src/dashboard",
    "src/http",
    "src/domain",
  ]);
  if (existsSync(mark) && existsSync(files) && readFileSync(mark, "utf8") === sources) return;
  const draft = join(root, "assets", `.app-${process.pid}`);
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const config = join(root, "src", "dashboard", "vite.config.ts");
  // A process of its own: a test run's NODE_ENV would give React's development edition.
  execFileSync(process.execPath, [vite, "build", "--config", config, "--outDir", draft, "--logLevel", "warn"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  writeFileSync(join(draft, ".built"), sources);
  replace(draft, target, files);
}

/** Files beside the page come first, then the page that names them: whoever reads meanwhile finds what it needs. Files of older builds stay a day, for pages that are open. */
function replace(draft, target, files) {
  mkdirSync(target, { recursive: true });
  mkdirSync(files, { recursive: true });
  const isFile = (name) => name !== "index.html" && name !== ".built";
  for (const name of readdirSync(draft).filter(isFile)) cpSync(join(draft, name), join(files, name));
  renameSync(join(draft, "index.html"), join(target, "index.html"));
  renameSync(join(draft, ".built"), join(target, ".built"));
  rmSync(join(target, "assets"), { recursive: true, force: true });
  const fresh = new Set(readdirSync(draft));
  for (const name of readdirSync(files).filter((one) => !fresh.has(one))) {
    if (Date.now() - statSync(join(files, name)).mtimeMs > dayMs) rmSync(join(files, name));
  }
  rmSync(draft, { recursive: true });
}
