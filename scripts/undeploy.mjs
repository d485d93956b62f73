// Takes a deployment out of your Cloudflare account: npm run undeploy. The database stays unless --data is said.

import { dirname } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { readArguments } from "./arguments.mjs";
import { readWranglerToml } from "./bundle.mjs";
import { DeployError } from "./deploy/failure.mjs";
import { chooseAccount, sayAccounts } from "./deploy/plan.mjs";
import { openCloud } from "./deploy/wrangler.mjs";

const usage = `Usage: npm run undeploy -- [--data] [--confirm trunkline]

Deletes the Worker with the messages of all its keys, and the queues. Numbers at Twilio go on calling it: release them first.

  --data          delete the database, too: keys, accounts and numbers
  --confirm NAME  the Worker's name, instead of typing it`;
const values = readArguments({ data: { type: "boolean", default: false }, confirm: { type: "string" } }, usage);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const toml = readWranglerToml(root);

try {
  await undeploy();
} catch (error) {
  if (!(error instanceof DeployError)) throw error;
  console.error(`\n${error.message.replaceAll("npm run deploy", "npm run undeploy")}`);
  process.exitCode = error.code === 2 ? 2 : 1;
}

async function undeploy() {
  const cloud = openCloud(root);
  const accounts = await cloud.whoAmI();
  const account = chooseAccount(accounts, process.env.CLOUDFLARE_ACCOUNT_ID);
  if (account === null) throw sayAccounts(accounts);
  cloud.choose(account);
  console.log(`Account      ${account}`);
  await confirm();
  const [secrets, databases] = await Promise.all([cloud.listSecrets(), cloud.listDatabases()]);
  const isThere = secrets !== null;
  if (isThere) await cloud.deleteWorker(toml.name);
  console.log(`Worker       ${toml.name} ${isThere ? "deleted, with the messages of all its keys" : "was not there"}`);
  for (const name of new Set(toml.queues.producers.map(({ queue }) => queue))) {
    console.log(`Queue        ${name} ${(await cloud.deleteQueue(name)) ? "deleted" : "was not there"}`);
  }
  await undeployData(cloud, databases);
}

async function undeployData(cloud, databases) {
  const name = toml.d1_databases[0].database_name;
  const isThere = databases.includes(name);
  if (values.data && isThere) await cloud.deleteDatabase();
  if (values.data) return console.log(`Database     ${name} ${isThere ? "deleted" : "was not there"}`);
  if (isThere)
    console.log("The database is kept, and so are the secrets on this machine: npm run deploy takes both up again.");
}

async function confirm() {
  const what = `the Worker ${toml.name} with all its messages${values.data ? ", and its database" : ""}`;
  const typed =
    values.confirm ?? (process.stdin.isTTY ? await ask(`This deletes ${what}. Type its name: `) : undefined);
  if (typed === toml.name) return;
  throw new DeployError(
    "Confirmation",
    `${what} would be deleted.`,
    `Say so with --confirm ${toml.name}. Nothing was changed.`,
    2,
  );
}

async function ask(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const typed = await terminal.question(question);
  terminal.close();
  return typed.trim();
}
