// Every check that needs no test: types, lint, format, generated files, a deployment as far as it goes without an account, and sizes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { writeWorker } from "./bundle.mjs";
import { measureSizes } from "./sizes.mjs";

const bin = resolve("node_modules", ".bin");
const bundle = mkdtempSync(join(tmpdir(), "trunkline-bundle-"));
const steps = [
  ["tsc", "-p", "tsconfig.json"],
  ["tsc", "-p", "tsconfig.node.json"],
  ["tsc", "-p", "src/dashboard/tsconfig.json"],
  ["biome", "ci", "--colors=off", "."],
  ["oxlint", "--type-aware", "src"],
  ["wrangler", "types", "--check", "--strict-vars=false", "--include-runtime=false"],
  ["wrangler", "deploy", await writeWorker(resolve(".")), "--no-bundle", "--dry-run", "--outdir", bundle],
];

let failures = 0;
for (const [command, ...args] of steps) {
  const run = spawnSync(join(bin, command), args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      CI: "true",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_WRITE_LOGS: "false",
    },
  });
  const passed = run.status === 0;
  console.log(`${passed ? "ok    " : "FAILED"} ${command} ${args.join(" ").replace(bundle, "<temporary folder>")}`);
  if (passed) continue;
  failures += 1;
  console.log(`${run.stdout}${run.stderr}${run.error?.message ?? ""}`);
}
for (const { name, bytes, limit } of await measureSizes(process.cwd())) {
  const passed = bytes <= limit;
  const kilobytes = (size) => `${(size / 1000).toFixed(1)} kB`;
  console.log(`${passed ? "ok    " : "FAILED"} ${name}: ${kilobytes(bytes)} gzipped of ${kilobytes(limit)}`);
  if (!passed) failures += 1;
}
rmSync(bundle, { recursive: true, force: true });
process.exitCode = failures === 0 ? 0 : 1;
