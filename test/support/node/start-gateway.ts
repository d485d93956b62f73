import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 120_000;

export type Gateway = {
  url: string;
  stateDir: string;
  adminToken: string;
  /** The key that the gateway printed. */
  testKey: string;
  /** The port it was given, and the processes that it is made of, by what they do. */
  processes: () => Promise<Processes>;
  /** Everything the gateway printed so far. */
  output: () => string;
  /** Ends it as Ctrl-C would. */
  stop: () => Promise<void>;
  /** Kills every process at once, as a power cut would; the state stays. */
  kill9: () => Promise<void>;
  /** Removes the state. */
  forget: () => Promise<void>;
};

/** The ids of a gateway's processes: its start script, the guard that ends with it, and the runtimes (one, or under wrangler two). */
export type Processes = { start: number; guard: number; runtimes: number[] };

export type GatewayOptions = {
  env?: Record<string, string>;
  stateDir?: string;
  port?: number;
  /** By the command of package.json, as a person does: `npm start`, or `npm run dev`. */
  npm?: "start" | "dev";
};

/** Starts the gateway in a fresh folder, or again on the state and port given, by what `npm start` runs; resolves once it is healthy. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), "trunkline-")));
  const port = options.port ?? (await findFreePort());
  const url = `http://127.0.0.1:${port}`;
  const [command, args] = options.npm ? ["npm", ["run", options.npm]] : [process.execPath, ["scripts/start.mjs"]];
  const child = spawn(command, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...cleanSettings, ...options.env, PORT: String(port), STATE_DIR: stateDir },
  });
  const said: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const output = () => said.join("");
  await waitUntilReady(child, url, output);
  const secrets = JSON.parse(await readFile(join(stateDir, "secrets.json"), "utf8"));
  return {
    url,
    stateDir,
    adminToken: options.env?.ADMIN_TOKEN || secrets.ADMIN_TOKEN,
    testKey: secrets.first_key,
    processes: () => findProcesses(stateDir),
    output,
    stop: () => end(child, stateDir, "SIGTERM"),
    kill9: () => end(child, stateDir, "SIGKILL"),
    forget: () => rm(stateDir, { recursive: true, force: true }),
  };
}

/** A developer's own settings stay out of the tests: empty means the default. */
const cleanSettings = {
  MALLOC_MMAP_THRESHOLD_: "131072",
  PUBLIC_URL: "",
  ADMIN_TOKEN: "",
  MASTER_KEYS: "",
  TWILIO_API_URL: "",
  ALLOW_LOCAL_WEBHOOKS: "",
  LOG_SHARE: "",
};

async function waitUntilReady(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(100);
  }
  throw new Error(`the gateway was not ready in ${PATIENCE_MS} ms:\n${output()}`);
}

/** Signals the start script and npm before it; their guard ends the rest, in a process group of its own. */
async function end(child: ChildProcess, stateDir: string, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-pid, signal);
  await gone;
  await waitUntilGone(stateDir);
}

async function findProcesses(stateDir: string): Promise<Processes> {
  const { pid, keeper } = JSON.parse(await readFile(join(stateDir, "running.json"), "utf8"));
  const lines = (await listProcesses("pid,ppid,args")).map((line) => line.trim().split(/\s+/));
  const family = new Set([pid]);
  for (const [own, parent] of [...lines, ...lines]) if (family.has(Number(parent))) family.add(Number(own));
  const isRuntime = ([own, , command]: string[]) => family.has(Number(own)) && command?.endsWith("/workerd");
  return { start: pid, guard: keeper.pid, runtimes: lines.filter(isRuntime).map(([own]) => Number(own)) };
}

/** Waits until no process names the state directory in its arguments. */
async function waitUntilGone(stateDir: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await listProcesses()).some((line) => line.includes(stateDir))) {
    if (Date.now() > deadline) throw new Error(`processes of ${stateDir} are still alive`);
    await pause(50);
  }
}

/** Every process of this machine, a line each: its arguments, or the columns that are asked for. */
export async function listProcesses(columns = "args"): Promise<string[]> {
  const child = spawn("ps", ["-eo", columns], { stdio: ["ignore", "pipe", "ignore"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.once("close", resolve));
  return Buffer.concat(chunks).toString().split("\n");
}

/** A port that was free a moment ago. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
