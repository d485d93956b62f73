// The files beside the Worker: the dashboard, what describes the API, and Scalar's script for /docs, from our own origin, so that the page works without internet.
import { copyFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeDashboard } from "./make-dashboard.mjs";
import { makeReference } from "./make-reference.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "node_modules", "@scalar", "api-reference", "dist", "browser", "standalone.js");
const target = join(root, "assets", "reference", "scalar.js");

if (statSync(target, { throwIfNoEntry: false })?.size !== statSync(source).size) {
  mkdirSync(dirname(target), { recursive: true });
  // Whoever reads the file meanwhile sees the old one or the new one, never a half.
  const half = `${target}.${process.pid}`;
  copyFileSync(source, half);
  renameSync(half, target);
}

makeDashboard(root);
await makeReference(root);
