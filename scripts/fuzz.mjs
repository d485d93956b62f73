// The big form of every property and of the grammar fuzz: npm run fuzz, or FUZZ_RUNS=100000 npm run fuzz.
import { spawnSync } from "node:child_process";
import { delimiter, join, resolve } from "node:path";

const bin = resolve("node_modules", ".bin");
const run = spawnSync(join(bin, "vitest"), ["run", "--project", "unit", "--project", "workers", "fuzz", "src/"], {
  stdio: "inherit",
  env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, FUZZ_RUNS: process.env.FUZZ_RUNS || "2000" },
});
process.exitCode = run.status ?? 1;
