// Builds the published form of the SDK, dist/sdk: npm run sdk, then npm publish dist/sdk is the owner's act.
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const { version, license } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

rmSync(`${root}dist/sdk`, { recursive: true, force: true });
const built = spawnSync(`${root}node_modules/.bin/tsc`, ["-p", `${root}tsconfig.sdk.json`], { stdio: "inherit" });
if (built.status !== 0) process.exit(1);
const entry = { types: "./index.d.ts", default: "./index.js" };
const manifest = {
  name: "trunkline-sdk",
  version,
  description:
    "The client of a Trunkline messaging gateway: typed, without dependencies, for Node 20, Workers and browsers.",
  license,
  type: "module",
  sideEffects: false,
  engines: { node: ">=20.3" },
  exports: {
    ".": entry,
    "./webhooks": { types: "./verify-webhook.d.ts", default: "./verify-webhook.js" },
    "./admin": { types: "./admin.d.ts", default: "./admin.js" },
    "./package.json": "./package.json",
  },
  types: "./index.d.ts",
  files: ["*.js", "*.d.ts"],
};
writeFileSync(`${root}dist/sdk/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync(`${root}docs/sdk.md`, `${root}dist/sdk/README.md`);
copyFileSync(`${root}LICENSE`, `${root}dist/sdk/LICENSE`);
