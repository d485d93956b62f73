import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundleWorker } from "./bundle.mjs";

/** What the Worker (docs/decisions/worker-size.md says what it consists of), what a cold start evaluates of it, and a first visit may cost, in bytes, gzipped. */
const limits = { worker: 415_000, coldStart: 320_000, firstLoad: 220_000, dashboard: 400_000 };

/** Measures the Worker as it is deployed and the dashboard as it is built; returns `{ name, bytes, limit }` of each, gzipped. */
export async function measureSizes(root) {
  const assets = join(root, "assets");
  const modules = await bundleWorker(root);
  // As wrangler tells the size of an upload: all modules as one text.
  const sizeOf = (some) => gzipped(some.map(({ code }) => code).join(""));
  return [
    { name: "Worker", bytes: sizeOf(modules), limit: limits.worker },
    { name: "Worker, evaluated by a cold start", bytes: sizeOf(evaluatedFirst(modules)), limit: limits.coldStart },
    { name: "dashboard, first load", bytes: sumOf(firstLoad(assets)), limit: limits.firstLoad },
    { name: "dashboard, all of it", bytes: sumOf(wholeLoad(assets)), limit: limits.dashboard },
  ];
}

/** Returns the modules that the first one imports, and those that these do: the others wait until a request needs them. */
export function evaluatedFirst(modules) {
  const found = new Set([modules[0]]);
  for (const { code } of found)
    for (const other of modules) if (code.includes(`from"./${other.name}"`)) found.add(other);
  return [...found];
}

/** Returns the dashboard's page and the files that it names, which a browser loads before it shows anything. */
export function firstLoad(assets) {
  const page = join(assets, "app", "index.html");
  const named = [...readFileSync(page, "utf8").matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="\/([^"]+)"/g)];
  return [page, ...named.map(([, path]) => join(assets, path))];
}

/** Returns every file that may be loaded from the dashboard's page on; those of older builds, which stay a while, are named by none of them. */
export function wholeLoad(assets) {
  const folder = join(assets, "dashboard");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const found = new Set(firstLoad(assets));
  for (const file of found) {
    const text = readFileSync(file, "latin1");
    for (const name of names) if (text.includes(name)) found.add(join(folder, name));
  }
  return [...found];
}

function sumOf(files) {
  return files.reduce((sum, file) => sum + gzipped(readFileSync(file)), 0);
}

function gzipped(content) {
  return gzipSync(content).length;
}
