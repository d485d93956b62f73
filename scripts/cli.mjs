#!/usr/bin/env node
// The trunkline command. Its source is TypeScript, which Node 20 does not read: it is bundled once, and again when it has changed.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, "dist", "cli", "trunkline.mjs");
const sources = ["scripts/cli", "src/sdk"].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => join(root, folder, name)),
);

if (!existsSync(built) || sources.some((source) => statSync(source).mtimeMs > statSync(built).mtimeMs)) await bundle();
const { main } = await import(pathToFileURL(built).href);
process.exitCode = await main(process.argv.slice(2), root);

/** Written beside its place and moved there, so that two that start at once do not read half of it. */
async function bundle() {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["scripts/cli/main.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "silent",
  });
  mkdirSync(dirname(built), { recursive: true });
  const draft = `${built}.${process.pid}`;
  try {
    writeFileSync(draft, outputFiles[0].contents);
    renameSync(draft, built);
  } finally {
    rmSync(draft, { force: true });
  }
}
