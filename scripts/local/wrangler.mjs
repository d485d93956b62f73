import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { WORKER_NAMES, writeEnvFile } from "../settings.mjs";
import { StartError, temporaryFolder } from "./temporary.mjs";

const PATIENCE_MS = 120_000;

/** Applies the directory's migrations to the database in the state directory; rejects with wrangler's words. */
async function applyMigrations(root, stateDir, onRun) {
  const args = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", join(stateDir, "state")];
  const run = startGuarded(root, stateDir, args);
  onRun(run);
  const said = [];
  run.child.stdout.on("data", (chunk) => said.push(chunk));
  run.child.stderr.on("data", (chunk) => said.push(chunk));
  if ((await run.ended) !== 0)
    throw new StartError("The migrations could not be applied.", stripVTControlCharacters(said.join("")));
}

/**
 * Runs the Worker by `wrangler dev`, which bundles it anew when a source changes, on a free loopback port, and resolves once it answers.
 * `onLog` receives the Worker's own JSON lines, `onComplaint` what wrangler and the runtime complain of; wrangler's access lines, which
 * hold whole paths, are dropped. `onRun` receives each of the two runs that there are, as it begins.
 */
export async function startWorker({ root, stateDir, values, onLog, onComplaint, onRun }) {
  const envFile = writeEnvFile(stateDir, values);
  await applyMigrations(root, stateDir, onRun);
  const port = await findFreePort();
  const run = startGuarded(root, stateDir, [
    "dev",
    // What wrangler.toml does not name is not read from the file.
    ...["PUBLIC_URL", "LOG_SHARE"].flatMap((name) => ["--var", `${name}:${values[name]}`]),
    ...["--env-file", envFile, "--persist-to", join(stateDir, "state")],
    ...["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"],
    ...["--log-level", "log", "--show-interactive-dev-session=false"],
  ]);
  onRun(run);
  let answering = false;
  const beforehand = [];
  const complain = (line) => {
    const plain = stripVTControlCharacters(line).trimEnd();
    if (plain) answering ? onComplaint(plain) : beforehand.push(plain);
  };
  createInterface({ input: run.child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) onLog(line);
    else if (!answering || line.startsWith("[wrangler:error]")) complain(line);
  });
  createInterface({ input: run.child.stderr }).on("line", complain);
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await answers(`http://127.0.0.1:${port}/healthz`))) {
    if (run.over() || Date.now() > deadline) {
      throw new StartError("The Worker did not start.", beforehand.join("\n"));
    }
    await pause(100);
  }
  answering = true;
  return { port, ringTheClock: () => ringTheClock(port), settle: () => {} };
}

async function ringTheClock(port) {
  await fetch(`http://127.0.0.1:${port}/cdn-cgi/handler/scheduled`, { signal: AbortSignal.timeout(60_000) });
}

async function answers(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}

/** Spawns wrangler in a process group of its own, under a guard that ends the group when this process is gone. */
function startGuarded(root, stateDir, args) {
  const bin = join(root, "node_modules", ".bin");
  const environment = { ...process.env };
  // With required secrets declared, wrangler prefers process variables to the env file.
  for (const name of WORKER_NAMES) delete environment[name];
  const child = spawn("node", [join(root, "scripts", "local", "guard.mjs"), join(bin, "wrangler"), ...args], {
    cwd: root,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...environment,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      TMPDIR: temporaryFolder(stateDir),
      CI: "true",
      NO_COLOR: "1",
      FORCE_COLOR: "0",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_WRITE_LOGS: "false",
      WRANGLER_REGISTRY_PATH: join(stateDir, "registry"),
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      // wrangler's own pages would open the database to whoever reaches the port.
      X_LOCAL_EXPLORER: "false",
      X_LOCAL_OBSERVABILITY: "false",
    },
  });
  let over = false;
  const ended = new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", (code) => resolve(code ?? 1));
  }).then((code) => {
    over = true;
    signalGroup(child.pid, "SIGKILL");
    return code;
  });
  return { child, keeper: child.pid, ended, over: () => over, end: () => endGroup(child.pid, ended) };
}

async function endGroup(pid, ended) {
  signalGroup(pid, "SIGTERM");
  await Promise.race([ended, pause(5_000, undefined, { ref: false })]);
  signalGroup(pid, "SIGKILL");
  await ended;
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH" && error.code !== "EPERM") throw error;
  }
}

function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
