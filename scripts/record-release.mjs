// Records what this release leaves behind and says between its Worker and its objects, for the upgrade tests of the next one:
// npx node scripts/record-release.mjs (on the commit that is released).
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

const folder = new URL("../test/fixtures/release-before/", import.meta.url);
const test = "test/workers/upgrade/recording.test.ts";
const run = spawnSync("npx", ["vitest", "run", "--project", "workers", test, "--silent=false"], {
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
});
const line = /RECORDED (.*)$/m.exec(run.stdout)?.[1];
if (run.status !== 0 || line === undefined) {
  console.error(run.stdout.slice(0, 5_000), run.stderr);
  process.exit(1);
}
const { ledger, directory, ...rest } = JSON.parse(line);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("ledger.sql", folder), `${ledger}\n`);
writeFileSync(new URL("directory.sql", folder), `${directory}\n`);
const { calls, ...key } = rest;
const lines = [key, ...calls].map((line) => JSON.stringify(line));
writeFileSync(new URL("calls.ndjson", folder), `${lines.join("\n")}\n`);
console.log(
  `Recorded: ${calls.length} calls, ${ledger.split("\n").length} lines of a ledger, ${directory.split("\n").length} of a directory.`,
);
