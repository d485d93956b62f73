// Prints a sign-in link for the dashboard: of the gateway that these settings start, or with --url of one that was deployed.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readArguments } from "./arguments.mjs";
import { signInLink } from "./claim.mjs";
import { folderOf } from "./deploy/notebook.mjs";
import { findHere } from "./local/here.mjs";
import { openNotebook, SettingError } from "./settings.mjs";

const usage = `Usage: npm run sign-in [-- --url https://trunkline.example.workers.dev] [--json]

Prints a link that opens the dashboard once, within 15 minutes. Without --url it is for the gateway that npm start runs here; with it for a
deployed one, by the token that npm run deploy kept on this machine, or by ADMIN_TOKEN.`;
const { url, json } = readArguments({ url: { type: "string" }, json: { type: "boolean" } }, usage);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
try {
  const link = url === undefined ? linkHere() : linkThere(url);
  console.log(json ? JSON.stringify({ link }) : link);
} catch (error) {
  console.error(error instanceof SettingError ? error.message : `No link could be made: ${error.message}`);
  process.exitCode = 1;
}

function linkHere() {
  const here = findHere(root, process.env);
  if (here === null) throw new SettingError("No gateway runs on this state: start it with npm start.");
  return signInLink(here.url, here.adminToken);
}

function linkThere(text) {
  const address = URL.parse(text);
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new SettingError(`--url takes an address such as https://sms.example.com, not "${text}".`);
  const token = process.env.ADMIN_TOKEN || keptToken(address.origin);
  if (token) return signInLink(address.origin, token);
  throw new SettingError(
    `This machine keeps no token of ${address.origin}: set ADMIN_TOKEN to its own, or give it a new one (npx wrangler secret put ADMIN_TOKEN).`,
  );
}

/** The token of the deployment at this address; where only one deployment is known, of that, whatever its address is now. */
function keptToken(origin) {
  const folder = folderOf(root);
  const accounts = readdirSync(folder, { withFileTypes: true, recursive: false }).filter((entry) =>
    entry.isDirectory(),
  );
  const kept = accounts.map(({ name }) => openNotebook(join(folder, name)).notes);
  return (kept.find(({ url: known }) => known === origin) ?? (kept.length === 1 ? kept[0] : undefined))?.ADMIN_TOKEN;
}
