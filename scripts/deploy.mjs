// Brings your own Cloudflare account to this release: npm run deploy, on a terminal, in CI and behind the deploy button alike.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { readArguments } from "./arguments.mjs";
import { readWranglerToml } from "./bundle.mjs";
import { DeployError } from "./deploy/failure.mjs";
import { openAccountNotebook } from "./deploy/notebook.mjs";
import { deploy } from "./deploy/run.mjs";
import { openCloud } from "./deploy/wrangler.mjs";
import { SettingError } from "./settings.mjs";

const usage = `Usage: npm run deploy -- [--dry-run] [--domain sms.example.com] [--new-database] [--json]

Makes what is missing in your Cloudflare account (database, queues, secrets), applies the migrations, uploads the code,
waits until it answers, and prints where it is and how to sign in. Run it again at any time: it goes on where it stands.

  --dry-run       only say what would be done
  --domain NAME   serve it at this name of a zone in the same account, too
  --new-database  begin with an empty database where the Worker's is gone
  --json          what came of it as JSON; the steps are told on the error stream`;
const values = readArguments(
  {
    "dry-run": { type: "boolean", default: false },
    domain: { type: "string" },
    "new-database": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
  usage,
);
if (values.domain !== undefined && !/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(values.domain)) {
  console.error(`--domain takes a name such as sms.example.com, not "${values.domain}".\n\n${usage}`);
  process.exit(2);
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isTerminal = process.stdin.isTTY === true && !process.env.CI;
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
try {
  const outcome = await deploy({
    cloud: openCloud(root),
    openNotebook: (account) => openAccountNotebook(root, account, !process.env.CI),
    environment: process.env,
    options: { dryRun: values["dry-run"], domain: values.domain, newDatabase: values["new-database"] },
    toml: readWranglerToml(root),
    version,
    say: values.json ? console.error : console.log,
    ask: isTerminal ? choose : null,
  });
  if (values.json) console.log(JSON.stringify(outcome));
} catch (error) {
  if (!(error instanceof DeployError || error instanceof SettingError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = error.code === 2 ? 2 : 1;
}

async function choose(question, accounts) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    console.log(question);
    for (const [index, { id, name }] of accounts.entries()) console.log(`  ${index + 1}  ${name} (${id})`);
    for (;;) {
      const chosen = accounts[Number(await terminal.question(`1 to ${accounts.length}: `)) - 1];
      if (chosen !== undefined) return chosen.id;
    }
  } finally {
    terminal.close();
  }
}
