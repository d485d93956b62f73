import { join } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "vite";
import { replaceFile } from "../../../scripts/build-cache.mjs";

/** What the runtime of each test file loads itself, what the tests import there besides the source, and below which names it is bundled. */
const ofTheRuntime: Record<string, string> = { "vitest/worker": "vitest/worker", "vitest/runtime": "vitest/runtime" };
const ofTheTests: Record<string, string> = { vitest: "vitest/index", ajv: "ajv" };
const entries = { ...ofTheRuntime, ...ofTheTests };
const neverLoaded = ["@edge-runtime/vm", "happy-dom", "jsdom"];

/** `outside` leads what the runtime itself asks for to the bundle, `inside` what the tests import. */
type RunnerModule = { outside: Plugin; inside: Plugin };

/**
 * Bundles the test runner, and the validator behind every judged answer, into a few modules below `dist/test/node_modules`, and returns how they get there.
 * Each test file's runtime asks for its modules one by one: these were 250 of them, a third of the CPU that a file cost before its first test.
 */
export async function bundleRunner(root: string): Promise<RunnerModule> {
  // The pool tells timers of the runner from those of the tests by `node_modules/vitest` in the path of who sets them.
  const target = join(root, "dist", "test", "node_modules");
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [file, name])),
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["node", "import"],
    external: ["node:*", "cloudflare:*", ...neverLoaded],
    outdir: target,
    chunkNames: "vitest/chunks/[name]-[hash]",
    outExtension: { ".js": ".mjs" },
    write: false,
    logLevel: "error",
  });
  for (const { path, contents } of outputFiles) replaceFile(path, contents);
  const lead = (names: Record<string, string>, external: boolean): Plugin => ({
    name: "runner-as-few-modules",
    enforce: "pre",
    resolveId(id) {
      const file = names[id];
      return file === undefined ? null : { id: join(target, `${file}.mjs`), external };
    },
  });
  return { outside: lead(ofTheRuntime, false), inside: lead(ofTheTests, true) };
}
