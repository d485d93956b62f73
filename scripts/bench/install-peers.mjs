// Installs what the benchmark measures the gateway beside, each into its own place: npm run bench:peers. Nothing of it becomes a dependency of the gateway.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./rig.mjs";

const packages = { "redis-server": "/usr/bin/redis-server", kannel: "/usr/sbin/bearerbox" };

run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", join(root, "scripts", "bench", "peers")]);
const missing = Object.keys(packages).filter((name) => !existsSync(packages[name]));
if (missing.length === 0) console.log("Redis and Kannel are installed already.");
else if (process.getuid?.() === 0) run("apt-get", ["install", "-y", "--no-install-recommends", ...missing]);
else
  console.log(
    `Debian's packages want a superuser: sudo apt-get install -y --no-install-recommends ${missing.join(" ")}`,
  );

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0)
    console.error(
      `${command} ${args.join(" ")} ended with ${status}; what it would have installed is left out of the benchmark.`,
    );
}
