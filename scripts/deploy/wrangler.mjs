import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { writeWorker } from "../bundle.mjs";
import { DeployError, explain } from "./failure.mjs";

/** What an account of Cloudflare can be asked and told, by the pinned wrangler: its own login serves, and no answer is read from a screen where it gives data. */
export function openCloud(root, env = process.env) {
  const environment = { ...env };
  const run = (args, more = {}) => runWrangler(root, args, { ...environment, ...more });
  const must = async (step, args, more) => {
    const ended = await run(args, more);
    if (ended.code !== 0) throw explain(step, ended);
    return ended;
  };
  const json = async (step, args) => parse(step, await must(step, args));
  return {
    /** All further calls are about this account. */
    choose(accountId) {
      environment.CLOUDFLARE_ACCOUNT_ID = accountId;
    },
    /** The accounts of the login, null where there is none. */
    async whoAmI() {
      const ended = await run(["whoami", "--json"]);
      const said = ended.stdout.includes("{") ? parse("Login", ended) : null;
      if (said?.loggedIn === false) return null;
      if (ended.code !== 0 || said === null) throw explain("Login", ended);
      return said.accounts.map(({ id, name }) => ({ id, name }));
    },
    /** The names of the Worker's secrets, null where there is no Worker yet. */
    async listSecrets() {
      const ended = await run(["secret", "list", "--format", "json"]);
      if (ended.code === 0) return parse("Secrets", ended).map(({ name }) => name);
      if (/Worker ".*" not found|\b10007\b/.test(ended.stderr + ended.stdout)) return null;
      throw explain("Secrets", ended);
    },
    async listDatabases() {
      return (await json("Database", ["d1", "list", "--json"])).map(({ name }) => name);
    },
    async createDatabase(name) {
      const ended = await run(["d1", "create", name]);
      // Whoever deploys at the same time may have been first.
      if (ended.code !== 0 && !/already exists/i.test(ended.stderr + ended.stdout)) throw explain("Database", ended);
    },
    /** Whether the database holds anything that was sealed or signed by a master key. */
    async holdsData() {
      const command = "SELECT (SELECT count(*) FROM api_keys) + (SELECT count(*) FROM twilio_accounts) AS total";
      const ended = await run(["d1", "execute", "DB", "--remote", "--json", "--command", command]);
      if (/no such table/.test(ended.stdout + ended.stderr)) return false;
      if (ended.code !== 0) throw explain("Database", ended);
      return parse("Database", ended)[0].results[0].total > 0;
    },
    /** The bookmark to which D1's Time Travel can set the database back, null where it gives none. */
    async readBookmark() {
      const ended = await run(["d1", "time-travel", "info", "DB", "--json"]);
      return ended.code === 0 ? (parse("Bookmark", ended).bookmark ?? null) : null;
    },
    async migrate() {
      await must("Migrations", ["d1", "migrations", "apply", "DB", "--remote"]);
    },
    /** Uploads the code, with the secrets given beside those that are there; returns the addresses at which it is served. */
    async upload({ secrets, domain, version }) {
      const folder = mkdtempSync(join(tmpdir(), "trunkline-deploy-"));
      try {
        const output = join(folder, "output.ndjson");
        const args = ["deploy", await writeWorker(root), "--no-bundle", "--keep-vars", "--old-asset-ttl", "86400"];
        args.push("--tag", `v${version}`);
        args.push("--message", `Trunkline ${version}`);
        if (domain !== undefined) args.push("--domain", domain);
        if (Object.keys(secrets).length > 0) {
          // As JSON: of a dotenv file wrangler would expand what looks like a variable.
          writeFileSync(join(folder, "secrets.json"), JSON.stringify(secrets), { mode: 0o600 });
          args.push("--secrets-file", join(folder, "secrets.json"));
        }
        await must("Code", args, { WRANGLER_OUTPUT_FILE_PATH: output });
        return readTargets(readFileSync(output, "utf8"));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    async deleteWorker(name) {
      await must("Worker", ["delete", name, "--force"]);
    },
    /** Returns whether there was such a queue. */
    async deleteQueue(name) {
      const ended = await run(["queues", "delete", name]);
      if (ended.code === 0) return true;
      if (/does not exist/.test(ended.stdout + ended.stderr)) return false;
      throw explain("Queues", ended);
    },
    async deleteDatabase() {
      await must("Database", ["d1", "delete", "DB", "--skip-confirmation"]);
    },
  };
}

/** Returns the https addresses of a deployment from wrangler's output file, custom domains before workers.dev. */
export function readTargets(output) {
  const entries = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  const targets = entries.find(({ type }) => type === "deploy")?.targets ?? [];
  const urls = targets.flatMap((target) => {
    const host = /^(?:https:\/\/)?([a-z0-9.-]+\.[a-z]{2,})(?: \(custom domain.*\))?$/i.exec(target)?.[1];
    return host === undefined ? [] : [`https://${host.toLowerCase()}`];
  });
  const isOwn = (url) => !url.endsWith(".workers.dev");
  return [...urls.filter(isOwn), ...urls.filter((url) => !isOwn(url))];
}

function parse(step, { stdout }) {
  const start = stdout.search(/[[{]/);
  try {
    return JSON.parse(stdout.slice(start));
  } catch {
    throw new DeployError(
      step,
      "wrangler answered no JSON.",
      "Run npm ci, so that it is the version this release is pinned to.",
    );
  }
}

/** Runs wrangler without a terminal, so that it asks nothing and writes nothing into wrangler.toml. */
function runWrangler(root, args, environment) {
  const bin = join(root, "node_modules", ".bin");
  // A secret of this process must never win over what the file for the upload says.
  const { ADMIN_TOKEN: _token, MASTER_KEYS: _keys, ...env } = environment;
  const child = spawn(join(bin, "wrangler"), args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...env,
      PATH: `${bin}${delimiter}${env.PATH}`,
      CI: "true",
      NO_COLOR: "1",
      FORCE_COLOR: "0",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_WRITE_LOGS: "false",
    },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, stdout, stderr: `${stderr}\n${error.message}` }));
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
